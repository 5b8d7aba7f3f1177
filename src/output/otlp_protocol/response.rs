//! Responses in protocol buffers: partial success, and why a request failed.
//!
//! Field numbers: `opentelemetry/proto/collector/metrics/v1/metrics_service.proto`, `google/rpc/status.proto` and
//! `error_details.proto`.

#[cfg(test)]
pub(super) mod tests;

use std::time::Duration;

use crate::output::{
    encoding::protobuf::{field, fields},
    receiver::response::{Response, ResponseClass},
};

/// What the `Export…ServiceResponse` of any signal in a response means.
pub(super) fn class_of_export(response: &Response, message: &[u8]) -> ResponseClass {
    let partial = field(message, 1).message();
    // A negative number makes no sense, and is none.
    let rejected = i64::try_from(field(partial, 1).count()).unwrap_or_default();
    let reason = response.redacted(&field(partial, 2).text());
    match u64::try_from(rejected).unwrap_or_default() {
        0 if reason.is_empty() => ResponseClass::Accepted,
        0 => ResponseClass::AcceptedWithWarning(reason),
        rejected => ResponseClass::PartiallyAccepted { rejected, reason, repeatable: false },
    }
}

/// A `google.rpc.Status`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Status {
    pub message: String,
    /// The pause that is asked for.
    pub retry: Option<Duration>,
}

impl Status {
    /// Reads it.
    pub(super) fn read(status: &[u8]) -> Self {
        let details = fields(status).filter(|(number, _)| *number == 3).map(|(_, content)| content.message());
        let retry = |any: &&[u8]| field(any, 1).text().ends_with("/google.rpc.RetryInfo");
        let retry = details.into_iter().find(retry).map(|any| {
            let delay = field(field(any, 2).message(), 1).message();
            let nanoseconds = u32::try_from(field(delay, 2).count()).unwrap_or_default();
            Duration::from_secs(field(delay, 1).count().min(u64::from(u32::MAX)))
                .saturating_add(Duration::from_nanos(nanoseconds.into()))
        });
        Self { message: field(status, 2).text(), retry }
    }
}
