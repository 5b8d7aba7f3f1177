//! Where to: addresses of OTLP over HTTP and gRPC, given or out of OpenTelemetry's variables.

use url::Url;

use super::variables::{Signal, Variables};

const GRPC_PORT: u16 = 4317;
const OF_ALL_SIGNALS: &str = "${OTEL_EXPORTER_OTLP_ENDPOINT}";

/// How requests travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// `http/protobuf`.
    Http,
    /// gRPC.
    Grpc,
}

/// An address of OTLP, on its way to a URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// `http` or `https`, with the options that it came with.
    pub url: String,
    /// How requests travel.
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
    pub fn default_address(variables: Variables<'_>) -> Option<&'static str> {
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
    /// An address of ours says by its scheme how to travel; one out of OpenTelemetry's variables by
    /// `OTEL_EXPORTER_OTLP_PROTOCOL`.
    ///
    /// # Errors
    /// When it is none, or asks for a protocol that is not spoken here.
    pub fn of(literal: &str, address: &str, variables: Variables<'_>) -> Result<Self, String> {
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
    pub fn complete(&self, url: &mut Url) -> Result<(), String> {
        let path = url.path().trim_end_matches('/').to_owned();
        let own = self.signal.path();
        match self.transport {
            Protocol::Grpc if !path.is_empty() => {
                return Err(format!("gRPC has no path, and `{path}` is one (hint: http://… is OTLP over HTTP)"));
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

#[cfg(test)]
mod tests {
    use crate::output::OutputAddress;

    fn address(given: &str, variables: &[(&str, &str)]) -> Result<OutputAddress, String> {
        let environment = |name: &str| {
            let found = variables.iter().find(|(known, _)| *known == format!("OTEL_EXPORTER_OTLP_{name}"));
            found.or_else(|| variables.iter().find(|(known, _)| *known == name)).map(|(_, value)| (*value).to_owned())
        };
        let environment = |name: &str| environment(name.strip_prefix("OTEL_EXPORTER_OTLP_").unwrap_or(name));
        OutputAddress::parse(given, environment).map_err(|error| error.to_string())
    }

    fn shown(given: &str, variables: &[(&str, &str)]) -> String {
        address(given, variables).map_or_else(|error| error, |address| address.shown())
    }

    #[test]
    fn the_scheme_says_how_to_travel_and_what_is_left_out_is_added() {
        for (given, expected) in [
            ("otlp", "otlp http://localhost:4318/v1/metrics"),
            ("opentelemetry=https://h/otlp/", "otlp https://h/otlp/v1/metrics"),
            ("otlp=http://h:1/api/v1/otlp/v1/metrics", "otlp http://h:1/api/v1/otlp/v1/metrics"),
            ("experimental-opentelemetry=grpc://h", "otlp grpc://h:4317"),
            ("otlp=grpc://h:80?gzip=false", "otlp grpc://h:80"),
            ("otlp=grpcs://u:p@h:4317", "otlp grpcs://h:4317"),
        ] {
            assert_eq!(shown(given, &[]), expected, "{given}");
        }
        assert!(shown("otlp=grpc://h/v1/metrics", &[]).contains("has no path"));
        assert!(shown("otlp=h:4318", &[]).contains("must be http://"));
    }

    #[test]
    fn opentelemetrys_variables_stand_in_for_an_address_that_was_not_given() {
        let base = ("ENDPOINT", "http://collector:4318");
        let own = ("METRICS_ENDPOINT", "http://own:1/somewhere");
        assert_eq!(shown("otlp", &[base]), "otlp http://collector:4318/v1/metrics");
        assert_eq!(shown("otlp", &[base, own]), "otlp http://own:1/somewhere");
        assert_eq!(shown("otlp=http://given", &[base, own, ("PROTOCOL", "grpc")]), "otlp http://given/v1/metrics");
        assert_eq!(shown("otlp", &[base, ("PROTOCOL", "grpc")]), "otlp grpc://collector:4318");
        assert_eq!(shown("otlp", &[("PROTOCOL", "grpc")]), "otlp grpc://localhost:4317");
        assert_eq!(shown("otlp", &[("ENDPOINT", "h:1"), ("PROTOCOL", "grpc")]), "otlp grpcs://h:1");
        let plain = [("ENDPOINT", "h:1"), ("PROTOCOL", "grpc"), ("INSECURE", "true")];
        assert_eq!(shown("otlp", &plain), "otlp grpc://h:1");
        assert!(shown("otlp", &[base, ("PROTOCOL", "http/json")]).contains("http/protobuf, grpc"));
    }

    #[test]
    fn replay_asks_the_environment_again() {
        let secret = [("ENDPOINT", "http://u:s3cret@h")];
        let words = address("otlp=?interval=2s", &secret).unwrap().words.unwrap();
        assert_eq!(words, "otlp=${OTEL_EXPORTER_OTLP_ENDPOINT}?interval=2s");
        assert_eq!(shown(&words, &secret), "otlp http://h/v1/metrics");
        assert!(shown(&words, &[]).contains("the environment has no"));
    }
}
