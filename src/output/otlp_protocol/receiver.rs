//! A receiver of OTLP over HTTP or gRPC. There is nothing to probe, and empty requests must not be sent.

#[cfg(test)]
mod tests;

use url::Url;

use super::{endpoint::Protocol, grpc, http, settings::ExporterSettings};
use crate::output::{
    batch::Batch,
    encoding::gzip::gzip,
    receiver::{
        HttpVersion, Receiver,
        response::{Response, ResponseClass},
    },
};

/// A receiver of any signal.
#[derive(Debug)]
pub(in crate::output) struct OtlpReceiver {
    url: Url,
    transport: Protocol,
    gzip: bool,
    description: String,
}

impl OtlpReceiver {
    /// A receiver at a URL with its path or method; `description` says what it will be sent.
    pub(in crate::output) fn new(url: Url, settings: &ExporterSettings, description: String) -> Self {
        Self { url, transport: settings.transport, gzip: settings.gzip, description }
    }
}

impl Receiver for OtlpReceiver {
    fn version(&self) -> HttpVersion {
        match self.transport {
            Protocol::Http => HttpVersion::One,
            Protocol::Grpc => HttpVersion::Two,
        }
    }

    fn url(&self) -> &Url {
        &self.url
    }

    fn headers(&self) -> Vec<(&'static str, &'static str)> {
        match self.transport {
            Protocol::Http => http::headers(self.gzip),
            Protocol::Grpc => grpc::headers(self.gzip),
        }
    }

    fn compress(&self, content: &[u8]) -> Vec<u8> {
        let message = if self.gzip { gzip(content) } else { content.to_vec() };
        match self.transport {
            Protocol::Http => message,
            Protocol::Grpc => grpc::framed(self.gzip, &message),
        }
    }

    fn classify(&self, response: &Response, _batch: &Batch, repeated: bool) -> ResponseClass {
        match self.transport {
            Protocol::Http => http::classify(response, repeated),
            Protocol::Grpc => grpc::classify(response),
        }
    }

    fn describe(&self) -> String {
        self.description.clone()
    }
}
