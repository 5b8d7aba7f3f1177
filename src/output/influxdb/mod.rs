//! `InfluxDB`, versions 1, 2 and 3: aggregates of each push interval, or single samples in k6's layout.
//!
//! Start with `settings.rs` for what can be asked for, `aggregate.rs` and `raw.rs` for what is written, `receiver.rs` for
//! how.

pub(super) mod aggregate;
mod line;
pub(super) mod raw;
mod receiver;
pub(super) mod settings;
#[cfg(test)]
mod tests;

use std::{sync::Arc, time::Duration};

use url::Url;

use self::{
    aggregate::AggregateEncoder,
    raw::RawFormat,
    receiver::{InfluxReceiver, Precision},
    settings::{Mode, Settings, Target},
};
use super::{
    address::{Address, Place, error::AddressError, http::HttpSettings},
    kind::{BuildError, Context, DataSource, Output, OutputKind, ParsedOutput, Parts, Reads},
};

/// The kind.
pub(super) struct InfluxDb;

/// An `InfluxDB` to write to.
pub(super) struct InfluxDbOutput {
    url: Url,
    pub(super) http: HttpSettings,
    pub(super) interval: Option<Duration>,
    pub(super) settings: Settings,
}

impl OutputKind for InfluxDb {
    fn names(&self) -> &'static [&'static str] {
        &["influxdb", "influx"]
    }

    fn parse(&self, address: Address<'_>) -> Result<ParsedOutput, AddressError> {
        let mut address = address.or_default("http://localhost:8086/k6").http()?;
        let (settings, token) = Settings::read(&mut address.url, &mut address.options)?;
        if let Some(token) = token {
            let is_three = matches!(settings.target, Target::Three { .. });
            address.http.authorize(if is_three { "Bearer" } else { "Token" }, token)?;
        }
        let is_aggregate = settings.mode == Mode::Aggregate;
        let interval = if is_aggregate { address.options.take_interval()? } else { None };
        address.options.finish()?;
        let output = InfluxDbOutput { url: address.url.clone(), http: address.http, interval, settings };
        let place = Place::Url(address.url);
        // Two databases of one server are two receivers.
        let shown = Some(format!("{} ({})", place.shown(), output.settings.target.shown()));
        Ok(ParsedOutput { place, shown, saved: address.saved, output: Arc::new(output) })
    }
}

impl Output for InfluxDbOutput {
    fn build(&self, context: &Context<'_>) -> Result<Parts, BuildError> {
        let Settings { mode, metrics, prefix, .. } = self.settings.clone();
        let precision = if mode == Mode::Aggregate { Precision::Milliseconds } else { Precision::Nanoseconds };
        let receiver = InfluxReceiver::new(self.url.clone(), self.settings.clone(), precision);
        let (labels, options) = (context.labels(), context.sample_options(metrics));
        let feed = match mode {
            Mode::Aggregate => {
                context.intervals(self.interval, move || AggregateEncoder::new(&prefix, labels.clone()))?
            }
            Mode::Raw => context.records(move || RawFormat::new(options.clone(), &prefix, 1))?,
            Mode::Sampled(every) => context.records(move || RawFormat::new(options.clone(), &prefix, every))?,
        };
        Context::to_receiver(&self.http, receiver, feed)
    }

    fn reads(&self) -> Reads {
        if self.settings.mode == Mode::Aggregate { Reads::Intervals } else { Reads::Records }
    }

    fn data_source(&self) -> Option<DataSource> {
        (self.settings.mode == Mode::Aggregate).then_some(DataSource::InfluxDb)
    }
}
