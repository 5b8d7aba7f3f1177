//! OpenTelemetry's semantic conventions for HTTP clients (1.44): what our labels are called there.

use opentelemetry_semantic_conventions::attribute;

use super::message::{put_attribute, put_integer};
use crate::metric::Labels;

/// Labels that have another name there, or none because something else says the same.
const TRANSLATED: [&str; 4] = ["method", "status", "error_class", "expected_response"];
/// The methods that the conventions know.
const METHODS: [&str; 10] = ["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH", "QUERY"];

/// Labels that keep their meaning, under names that begin with `prefix`.
pub(in crate::output) fn put_kept<'a>(
    out: &mut Vec<u8>,
    field: u32,
    prefix: &str,
    labels: impl Iterator<Item = (&'a str, &'a str)>,
) {
    for (name, value) in labels.filter(|(name, value)| !TRANSLATED.contains(name) && !value.is_empty()) {
        put_attribute(out, field, &format!("{prefix}{name}"), value);
    }
}

/// Method, status and kind of failure of a request.
pub(in crate::output) fn put_request(out: &mut Vec<u8>, field: u32, labels: &Labels) {
    let method = labels.get("method").unwrap_or_default();
    let is_known = METHODS.contains(&method);
    put_attribute(out, field, attribute::HTTP_REQUEST_METHOD, if is_known { method } else { "_OTHER" });
    if let Some(status) = labels.get("status").and_then(|status| status.parse().ok()) {
        put_integer(out, field, attribute::HTTP_RESPONSE_STATUS_CODE, status);
    }
    if let Some(error) = error_type(labels) {
        put_attribute(out, field, attribute::ERROR_TYPE, error);
    }
}

/// The method as it was sent, where the conventions do not know it.
pub(in crate::output) fn original_method(labels: &Labels) -> Option<&str> {
    labels.get("method").filter(|method| !METHODS.contains(method))
}

/// Where a request went.
pub(in crate::output) fn put_server(out: &mut Vec<u8>, field: u32, address: &str, port: u16) {
    put_attribute(out, field, attribute::SERVER_ADDRESS, address);
    put_integer(out, field, attribute::SERVER_PORT, port.into());
}

/// An unexpected status by its number, everything else by its class.
pub(in crate::output) fn error_type(labels: &Labels) -> Option<&str> {
    let class = labels.get("error_class")?;
    Some(if class.starts_with("status") { labels.get("status").unwrap_or(class) } else { class })
}
