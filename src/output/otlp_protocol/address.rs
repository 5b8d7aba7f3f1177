//! Reads an address of OTLP: what is given, or what OpenTelemetry's variables say.

use super::{
    endpoint::{Endpoint, Protocol},
    settings::ExporterSettings,
    variables::{Signal, Variables},
};
use crate::output::address::{Address, HttpAddress, error::AddressError};

const DEFAULT: &str = "http://localhost:4318";

/// An address of OTLP, with the options that are left for the signal.
pub(in crate::output) struct OtlpAddress<'a> {
    pub http: HttpAddress,
    pub settings: ExporterSettings,
    pub variables: Variables<'a>,
}

impl<'a> OtlpAddress<'a> {
    /// Reads the address of a signal.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(in crate::output) fn read(signal: Signal, address: Address<'a>) -> Result<Self, AddressError> {
        let variables = Variables::of(signal, address.environment());
        let address = address.or_default(Endpoint::default_address(variables).unwrap_or(DEFAULT));
        let endpoint = Endpoint::of(address.text(), &address.front()?, variables)?;
        let mut http = address.http_at(&endpoint.url)?;
        endpoint.complete(&mut http.url)?;
        let settings = ExporterSettings::read(endpoint.transport, &mut http.options, variables, &mut http.http)?;
        Ok(Self { http, settings, variables })
    }

    /// The address for people, where it isn't shown as it is.
    pub(in crate::output) fn shown(&self) -> Option<String> {
        let url = &self.http.url;
        let scheme = if url.scheme() == "https" { "grpcs" } else { "grpc" };
        // This scheme has no default port, so that every one is shown.
        let port = url.port_or_known_default().unwrap_or_default();
        let is_grpc = self.settings.transport == Protocol::Grpc;
        is_grpc.then(|| format!("{scheme}://{}:{port}", url.host_str().unwrap_or_default()))
    }
}
