//! Settings of an OTLP exporter of any signal: transport, compression, resource. OpenTelemetry's variables count where an
//! option is not given.

use std::{fmt, path::PathBuf, time::Duration};

use opentelemetry_semantic_conventions::attribute;

use super::{
    endpoint::Protocol,
    variables::{self, Variables},
};
use crate::{
    output::address::{error::AddressError, http::HttpSettings, options::Options},
    units,
};

/// Settings of an exporter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ExporterSettings {
    /// How requests are sent.
    pub transport: Protocol,
    /// Whether bodies are compressed.
    pub gzip: bool,
    /// Attributes of the resource that the environment names.
    pub resource: Vec<(String, String)>,
}

impl ExporterSettings {
    /// Takes it out of the options and, for what is not given there, out of the environment. Headers, certificates and the
    /// time for an response go into `http`.
    pub(in crate::output) fn read(
        transport: Protocol,
        options: &mut Options,
        variables: Variables<'_>,
        http: &mut HttpSettings,
    ) -> Result<Self, AddressError> {
        let gzip = match options.take_bool("gzip")? {
            Some(gzip) => Some(gzip),
            None => variables.exporter_one_of("COMPRESSION", &[("gzip", true), ("none", false)])?,
        };
        if let Some(timeout) = read_timeout(options, variables)? {
            http.timeout = timeout;
        }
        if http.ca_file.is_none() {
            http.ca_file = variables.exporter("CERTIFICATE").map(|(_, path)| PathBuf::from(path));
        }
        add_headers(variables, http)?;
        if transport == Protocol::Grpc {
            // At most eight digits, as gRPC has it.
            let deadline = http.timeout.as_millis().min(99_999_999);
            http.headers.push(("grpc-timeout".to_owned(), format!("{deadline}m")));
        }
        Ok(Self { transport, gzip: gzip.unwrap_or(true), resource: read_resource(variables)? })
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Http => "http/protobuf",
            Self::Grpc => "gRPC",
        })
    }
}

fn read_timeout(options: &mut Options, variables: Variables<'_>) -> Result<Option<Duration>, AddressError> {
    let timeout = if let Some(text) = options.take("timeout") {
        Some(units::parse_duration(&text).map_err(|_| AddressError::invalid("timeout", "a duration, for example 5s"))?)
    } else if let Some((name, text)) = variables.exporter("TIMEOUT") {
        let milliseconds = text.parse().map_err(|_| AddressError::invalid(&name, "a number of milliseconds"))?;
        Some(Duration::from_millis(milliseconds))
    } else {
        None
    };
    match timeout {
        Some(Duration::ZERO) => Err(AddressError::invalid("timeout", "greater than zero")),
        timeout => Ok(timeout),
    }
}

/// Headers out of the environment, where the address has none of that name.
fn add_headers(variables: Variables<'_>, http: &mut HttpSettings) -> Result<(), AddressError> {
    let Some((variable, text)) = variables.exporter("HEADERS") else { return Ok(()) };
    let mut pairs = variables::pairs(&variable, &text)?.into_iter();
    pairs.try_for_each(|(name, value)| http.add_header(name, value, &format!("a header of `{variable}`")))
}

fn read_resource(variables: Variables<'_>) -> Result<Vec<(String, String)>, AddressError> {
    let listed = variables.get("OTEL_RESOURCE_ATTRIBUTES");
    let mut resource = listed.map_or(Ok(Vec::new()), |text| variables::pairs("OTEL_RESOURCE_ATTRIBUTES", &text))?;
    resource.extend(variables.get("OTEL_SERVICE_NAME").map(|name| (attribute::SERVICE_NAME.to_owned(), name)));
    Ok(resource)
}
