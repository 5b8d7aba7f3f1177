//! Spans of sampled traces, by OTLP.
//!
//! Start with `encoder.rs`.

pub(super) mod encoder;
mod message;
mod settings;
#[cfg(test)]
mod tests;

use std::{sync::Arc, time::Duration};

use url::Url;

use self::{encoder::SpanEncoder, settings::Settings};
use super::{
    address::{Address, Place, error::AddressError, http::HttpSettings},
    kind::{BuildError, Context, Output, OutputKind, ParsedOutput, Parts, TraceSampling},
    otlp_protocol::{address::OtlpAddress, receiver::OtlpReceiver, variables::Signal},
};

/// The kind.
pub(super) struct Traces;

/// A receiver of spans.
struct TracesOutput {
    url: Url,
    http: HttpSettings,
    interval: Option<Duration>,
    settings: Settings,
}

impl OutputKind for Traces {
    fn names(&self) -> &'static [&'static str] {
        &["traces"]
    }

    fn own_flag(&self) -> Option<&'static str> {
        Some("--traces")
    }

    fn parse(&self, address: Address<'_>) -> Result<ParsedOutput, AddressError> {
        let read = OtlpAddress::read(Signal::Traces, address)?;
        let shown = read.shown();
        let OtlpAddress { mut http, settings, variables } = read;
        let settings = Settings::read(settings, &mut http.options, variables)?;
        let interval = http.options.take_interval()?;
        http.options.finish()?;
        let output = TracesOutput { url: http.url.clone(), http: http.http, interval, settings };
        Ok(ParsedOutput { place: Place::Url(http.url), shown, saved: http.saved, output: Arc::new(output) })
    }
}

impl Output for TracesOutput {
    fn build(&self, context: &Context<'_>) -> Result<Parts, BuildError> {
        let receiver = OtlpReceiver::new(self.url.clone(), &self.settings.exporter, self.settings.to_string());
        let (settings, labels) = (self.settings.exporter.clone(), context.labels());
        let version = context.header.version.clone();
        let encoder = move || SpanEncoder::new(&settings, &version, &labels);
        Context::to_receiver(&self.http, receiver, context.intervals(self.interval, encoder)?)
    }

    fn sampling(&self) -> Option<TraceSampling> {
        Some(self.settings.sampling)
    }
}
