//! Responses in protocol buffers: partial success, and why a request failed.
//!
//! Field numbers: `opentelemetry/proto/collector/metrics/v1/metrics_service.proto`, `google/rpc/status.proto` and
//! `error_details.proto`.

#[cfg(test)]
pub(super) mod tests;

use std::time::Duration;

use serde_json::Value;

use crate::output::{
    encoding::protobuf::{field, fields},
    receiver::response::{Response, ResponseClass},
};

/// What the `Export…ServiceResponse` of any signal in a response means.
pub(super) fn class_of_export(response: &Response, message: &[u8]) -> ResponseClass {
    let partial = field(message, 1).message();
    // A negative number makes no sense, and is none.
    let rejected = i64::try_from(field(partial, 1).count()).unwrap_or_default();
    class_of_success(u64::try_from(rejected).unwrap_or_default(), response.redacted(&field(partial, 2).text()))
}

/// What a success with a document means: some receivers respond in JSON, whatever they were sent. With anything else,
/// another server may be at the address; the specification leaves no way to ask it.
pub(super) fn class_of_document(response: &Response) -> ResponseClass {
    const PARTIAL: [&str; 2] = ["partialSuccess", "partial_success"];
    const REJECTED: [&str; 3] = ["rejectedDataPoints", "rejectedSpans", "rejected_data_points"];
    let unknown = || {
        ResponseClass::AcceptedWithWarning(format!(
            "{} with a document that is no response of OTLP (hint: check address and path: another server may be there)",
            response.status
        ))
    };
    let Ok(Value::Object(document)) = serde_json::from_str(&response.body) else { return unknown() };
    if document.keys().any(|key| !PARTIAL.contains(&&**key)) {
        return unknown();
    }
    let partial = PARTIAL.iter().find_map(|key| document.get(*key));
    // JSON writes 64 bits as text.
    let number = |value: &Value| value.as_u64().or_else(|| value.as_str()?.parse().ok());
    let rejected = REJECTED.iter().find_map(|key| partial?.get(*key)).and_then(number);
    let reason = partial.and_then(|partial| partial.get("errorMessage")).and_then(Value::as_str).unwrap_or_default();
    class_of_success(rejected.unwrap_or_default(), response.redacted(reason))
}

fn class_of_success(rejected: u64, reason: String) -> ResponseClass {
    match rejected {
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
