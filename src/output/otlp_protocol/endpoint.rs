//! Where to: addresses of OTLP over HTTP and gRPC, given or out of OpenTelemetry's variables.

#[cfg(test)]
mod tests;

use url::Url;

use super::variables::{Signal, Variables};
use crate::output::address::error::AddressError;

const GRPC_PORT: u16 = 4317;
const OF_ALL_SIGNALS: &str = "${OTEL_EXPORTER_OTLP_ENDPOINT}";

/// How requests are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// `http/protobuf`.
    Http,
    /// gRPC.
    Grpc,
}

/// An address of OTLP that is not yet a URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Endpoint {
    /// `http` or `https`, with the options that it came with.
    pub url: String,
    /// How requests are sent.
    pub transport: Protocol,
    signal: Signal,
    /// Whether the path is kept as it is.
    whole: bool,
    /// The port, where none was given.
    port: Option<u16>,
}

impl Endpoint {
    /// What stands for an address that was not given; None for the usual one.
    #[must_use]
    pub(crate) fn default_address(variables: Variables<'_>) -> Option<&'static str> {
        let is_set = |reference: &str| variables.get(&reference[2..reference.len() - 1]).is_some();
        let own = variables.signal.endpoint();
        // References, so that `replay` asks the environment again, and no secret in them is written down.
        if is_set(own) {
            Some(own)
        } else if is_set(OF_ALL_SIGNALS) {
            Some(OF_ALL_SIGNALS)
        } else {
            let is_grpc = variables.exporter("PROTOCOL").is_some_and(|(_, protocol)| protocol == "grpc");
            is_grpc.then_some("grpc://localhost:4317")
        }
    }

    /// Reads an address; `literal` is how it was written, `address` what that means.
    ///
    /// An address of ours says by its scheme how requests are sent; one out of OpenTelemetry's variables by
    /// `OTEL_EXPORTER_OTLP_PROTOCOL`.
    ///
    /// # Errors
    /// When it is none, or asks for a protocol that is not supported.
    pub(crate) fn of(literal: &str, address: &str, variables: Variables<'_>) -> Result<Self, AddressError> {
        let signal = variables.signal;
        let whole = literal.starts_with(signal.endpoint());
        for (scheme, below) in [("grpc://", "http://"), ("grpcs://", "https://")] {
            let Some(rest) = address.strip_prefix(scheme) else { continue };
            // The port has to be looked for before the scheme has one of its own.
            let has_port = Url::parse(address).is_ok_and(|url| url.port().is_some());
            let port = (!has_port).then_some(GRPC_PORT);
            return Ok(Self { url: format!("{below}{rest}"), transport: Protocol::Grpc, signal, whole, port });
        }
        let mut transport = Protocol::Http;
        if whole || literal.starts_with(OF_ALL_SIGNALS) {
            let known = [("http/protobuf", Protocol::Http), ("grpc", Protocol::Grpc)];
            transport = variables.exporter_one_of("PROTOCOL", &known)?.unwrap_or(transport);
        }
        let insecure = || variables.exporter("INSECURE").is_some_and(|(_, word)| word.eq_ignore_ascii_case("true"));
        let url = match transport {
            Protocol::Grpc if !address.contains("://") => {
                format!("{}://{address}", if insecure() { "http" } else { "https" })
            }
            _ => address.to_owned(),
        };
        Ok(Self { url, transport, signal, whole, port: None })
    }

    /// Adds what an address leaves out: the path, and gRPC's port.
    ///
    /// # Errors
    /// When gRPC was given a path.
    pub(crate) fn complete(&self, url: &mut Url) -> Result<(), AddressError> {
        let path = url.path().trim_end_matches('/').to_owned();
        let own = self.signal.path();
        match self.transport {
            Protocol::Grpc if !path.is_empty() => {
                return Err(AddressError::GrpcPath(path));
            }
            Protocol::Grpc => url.set_path(self.signal.method()),
            Protocol::Http if self.whole || path.ends_with(own) => {}
            Protocol::Http => url.set_path(&format!("{path}{own}")),
        }
        if let Some(port) = self.port {
            // It has a host, so that it can have a port.
            let _cannot = url.set_port(Some(port));
        }
        Ok(())
    }
}
