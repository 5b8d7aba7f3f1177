//! OTLP metrics: counters as monotonic sums, gauges, trends as histograms, exponential or explicit; cumulative or deltas.
//!
//! Encoded here: the OpenTelemetry SDK exports only histograms that it recorded itself.
//! Start with `encoder.rs`.

pub(super) mod encoder;
mod histogram;
mod http_metric;
mod message;
pub(super) mod settings;
#[cfg(test)]
mod tests;

use std::{sync::Arc, time::Duration};

use url::Url;

use self::{encoder::OtlpEncoder, settings::Settings};
use super::{
    address::{Address, Place, error::AddressError, http::HttpSettings},
    kind::{BuildError, Context, DataSource, Output, OutputKind, ParsedOutput, Parts},
    otlp_protocol::{address::OtlpAddress, receiver::OtlpReceiver, variables::Signal},
};

/// The kind.
pub(super) struct Otlp;

/// Where metrics go.
pub(super) struct OtlpOutput {
    url: Url,
    http: HttpSettings,
    interval: Option<Duration>,
    settings: Settings,
}

impl OutputKind for Otlp {
    fn names(&self) -> &'static [&'static str] {
        &["otlp", "opentelemetry", "experimental-opentelemetry"]
    }

    fn parse(&self, address: Address<'_>) -> Result<ParsedOutput, AddressError> {
        let read = OtlpAddress::read(Signal::Metrics, address)?;
        let shown = read.shown();
        let OtlpAddress { mut http, settings, variables } = read;
        let settings = Settings::read(settings, http.url.path(), &mut http.options, variables)?;
        let interval = http.options.take_interval()?;
        http.options.finish()?;
        let output = OtlpOutput { url: http.url.clone(), http: http.http, interval, settings };
        Ok(ParsedOutput { place: Place::Url(http.url), shown, saved: http.saved, output: Arc::new(output) })
    }
}

impl Output for OtlpOutput {
    fn build(&self, context: &Context<'_>) -> Result<Parts, BuildError> {
        let receiver = OtlpReceiver::new(self.url.clone(), &self.settings.exporter, self.settings.to_string());
        let (settings, labels) = (self.settings.clone(), context.labels());
        let (version, requests) = (context.header.version.clone(), context.header.requests.clone());
        let encoder = move || OtlpEncoder::new(&settings, &version, labels.clone(), &requests);
        Context::to_receiver(&self.http, receiver, context.intervals(self.interval, encoder)?)
    }

    fn data_source(&self) -> Option<DataSource> {
        Some(DataSource::Prometheus)
    }
}
