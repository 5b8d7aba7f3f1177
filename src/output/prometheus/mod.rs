//! Prometheus remote write, 2.0 and 1.0, with native histograms or classic buckets: whatever the receiver supports.
//!
//! Start with `encoder.rs` for what is sent, `receiver.rs` for how capabilities are probed.

pub(super) mod dialect;
pub(super) mod encoder;
mod histogram;
mod message;
mod probe;
mod receiver;
mod response;
mod series;
pub(super) mod settings;
mod symbols;
#[cfg(test)]
pub(super) mod tests;

use std::{cell::Cell, rc::Rc, sync::Arc, time::Duration};

use url::Url;

use self::{encoder::RemoteWriteEncoder, receiver::RemoteWriteReceiver, settings::Settings};
use super::{
    address::{Address, Place, error::AddressError, http::HttpSettings},
    kind::{BuildError, Context, DataSource, Output, OutputKind, ParsedOutput, Parts},
};

/// The kind.
pub(super) struct Prometheus;

/// A remote-write receiver to send to.
pub(super) struct PrometheusOutput {
    url: Url,
    pub(super) http: HttpSettings,
    pub(super) interval: Option<Duration>,
    settings: Settings,
}

impl OutputKind for Prometheus {
    fn names(&self) -> &'static [&'static str] {
        &["prometheus", "prometheus-rw", "experimental-prometheus-rw"]
    }

    fn parse(&self, address: Address<'_>) -> Result<ParsedOutput, AddressError> {
        let mut address = address.or_default("http://localhost:9090/api/v1/write").http()?;
        let settings = Settings::read(&mut address.options)?;
        let interval = address.options.take_interval()?;
        address.options.finish()?;
        let output = PrometheusOutput { url: address.url.clone(), http: address.http, interval, settings };
        let place = Place::Url(address.url);
        Ok(ParsedOutput { place, shown: None, saved: address.saved, output: Arc::new(output) })
    }
}

impl Output for PrometheusOutput {
    fn build(&self, context: &Context<'_>) -> Result<Parts, BuildError> {
        let (dialect, labels) = (Rc::new(Cell::default()), context.labels());
        let receiver =
            RemoteWriteReceiver::new(self.url.clone(), self.settings.clone(), labels.clone(), dialect.clone());
        let settings = self.settings.clone();
        let encoder = move || RemoteWriteEncoder::new(&settings, labels.clone(), dialect.clone());
        Context::to_receiver(&self.http, receiver, context.intervals(self.interval, encoder)?)
    }

    fn data_source(&self) -> Option<DataSource> {
        Some(DataSource::Prometheus)
    }
}
