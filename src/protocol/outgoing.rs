//! A request to send: bytes of the plan or rendered bytes, and headers of this attempt.

use super::{Failure, Network, jsonrpc::MessageConsumer, sse::reader::EventConsumer};
use crate::{
    language::Response,
    plan::{RequestSpec, Wire, rendering::Rendered},
};

/// What a step does with the response besides reading it.
pub(crate) trait ResponseHandler {
    /// Judges a whole response by what the step speaks over HTTP; `by_status` is what the status says.
    fn judge(&self, response: &Response<'_>, by_status: Option<Failure>) -> Option<Failure>;
    /// The condition of the profile that a response with an expected status does not meet.
    fn missed(&self, response: &Response<'_>) -> Option<String>;
    /// Takes the events of the response, if it is to be a stream.
    fn events(&self) -> Option<&dyn EventConsumer>;
    /// Takes the answers to the calls of the request, if it has calls and the response is an event stream.
    fn messages(&self) -> Option<&dyn MessageConsumer>;
}

/// The request to send. Borrowed: a constant request is written from the plan's own memory.
#[derive(Clone, Copy)]
pub(crate) struct Outgoing<'a> {
    /// The constant part of the request.
    pub spec: &'a RequestSpec,
    /// Index of the origin.
    pub origin: usize,
    /// Request line, header lines, blank line and body, as HTTP/1.1 has them.
    pub bytes: &'a [u8],
    /// Where the blank line begins.
    pub splice: usize,
    /// Headers of this attempt only, each with its line end.
    pub extra: &'a [u8],
    /// What is done with the response besides reading it.
    pub handler: Option<&'a dyn ResponseHandler>,
    /// Whether it wants a connection that no other request shares.
    pub alone: bool,
}

impl<'a> Outgoing<'a> {
    /// A request that is always the same.
    #[must_use]
    pub(crate) fn constant(spec: &'a RequestSpec) -> Self {
        let Wire { bytes, splice } = &spec.wire;
        Self { spec, origin: spec.origin, bytes, splice: *splice, extra: &[], handler: None, alone: false }
    }

    /// The same request with bytes of its own, perhaps to another origin; None when there are too many of these.
    #[must_use]
    pub(crate) fn with(self, rendered: &'a Rendered, network: &Network) -> Option<Self> {
        let origin = rendered.origin.as_ref().map_or(Some(self.origin), |origin| network.origin(origin))?;
        let spec = rendered.spec.as_deref().unwrap_or(self.spec);
        Some(Self { spec, origin, bytes: &rendered.bytes, splice: rendered.splice, ..self })
    }

    /// Request line and headers, without those of this attempt.
    #[must_use]
    pub(crate) fn head(&self) -> &'a [u8] {
        self.bytes.get(..self.splice).unwrap_or(self.bytes)
    }

    /// The body.
    #[must_use]
    pub(crate) fn body(&self) -> &'a [u8] {
        self.bytes.get(self.splice + 2..).unwrap_or_default()
    }

    /// The bytes in the order in which they are written; empty pieces are to be left out.
    #[must_use]
    pub(crate) fn pieces(&self) -> [&'a [u8]; 3] {
        if self.extra.is_empty() {
            return [self.bytes, &[], &[]];
        }
        let (head, rest) = self.bytes.split_at_checked(self.splice).unwrap_or((self.bytes, &[]));
        [head, self.extra, rest]
    }
}

impl std::fmt::Debug for Outgoing<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Outgoing").field("method", &self.spec.method).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
