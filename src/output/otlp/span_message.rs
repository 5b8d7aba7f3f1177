//! The message of a span, by the semantic conventions of HTTP clients (1.44, stable but for `user_agent.synthetic.type`).
//!
//! Field numbers: opentelemetry/proto/trace/v1/trace.proto.

use url::Url;

use super::message::{put_attribute, put_float, put_integer};
use crate::{
    metric::{Labels, Span},
    output::protobuf::{put_bytes, put_fixed64, put_message, put_uint},
};

const INTERNAL: u64 = 1;
const CLIENT: u64 = 3;
const STATUS_ERROR: u64 = 2;
const ATTRIBUTES: u32 = 9;
/// Labels that have a name in the conventions.
const CONVENTIONAL: [&str; 5] = ["method", "status", "error_class", "expected_response", "instance"];
/// The methods that the conventions know.
const METHODS: [&str; 10] = ["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH", "QUERY"];

/// Attributes of every span of a run.
pub(super) fn of_run(run_labels: &[(String, String)]) -> Vec<u8> {
    let mut out = Vec::new();
    put_attribute(&mut out, ATTRIBUTES, "user_agent.synthetic.type", "test");
    put_own(&mut out, run_labels.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    out
}

/// Labels under names of our own.
fn put_own<'a>(out: &mut Vec<u8>, labels: impl Iterator<Item = (&'a str, &'a str)>) {
    for (name, value) in labels.filter(|(name, value)| !CONVENTIONAL.contains(name) && !value.is_empty()) {
        put_attribute(out, ATTRIBUTES, &format!("loadagent.{name}"), value);
    }
}

/// A span with the labels of its series; `of_run` are attributes of all.
pub(super) fn put_span(out: &mut Vec<u8>, span: &Span, labels: &Labels, of_run: &[u8]) {
    let is_request = span.parent != 0;
    put_message(out, 2, |message| {
        put_bytes(message, 1, &span.trace.to_be_bytes());
        put_bytes(message, 2, &span.id.to_be_bytes());
        if is_request {
            put_bytes(message, 4, &span.parent.to_be_bytes());
        }
        put_bytes(message, 5, name(labels).as_bytes());
        put_uint(message, 6, if is_request { CLIENT } else { INTERNAL });
        put_fixed64(message, 7, span.start_unix_ns);
        put_fixed64(message, 8, span.end_unix_ns());
        message.extend_from_slice(of_run);
        put_own(message, labels.iter());
        put_float(message, ATTRIBUTES, "loadagent.response_time", span.response_ns as f64 / 1e9);
        if is_request {
            put_http(message, span, labels);
        }
        if let Some(error) = error_type(span, labels) {
            put_attribute(message, ATTRIBUTES, "error.type", error);
            put_message(message, 15, |status| put_uint(status, 3, STATUS_ERROR));
        }
    });
}

/// `GET /a`; for a step with a name of its own `GET login`; for an iteration its scenario.
fn name(labels: &Labels) -> String {
    let Some(method) = labels.get("method") else { return labels.get("scenario").unwrap_or_default().to_owned() };
    match labels.get("name") {
        Some(name) if name.starts_with(method) => name.to_owned(),
        Some(name) => format!("{method} {name}"),
        None => method.to_owned(),
    }
}

fn put_http(out: &mut Vec<u8>, span: &Span, labels: &Labels) {
    let mut put = |name: &str, value: &str| {
        if !value.is_empty() {
            put_attribute(out, ATTRIBUTES, name, value);
        }
    };
    let method = labels.get("method").unwrap_or_default();
    if METHODS.contains(&method) {
        put("http.request.method", method);
    } else {
        put("http.request.method", "_OTHER");
        put("http.request.method_original", method);
    }
    put("url.full", &span.url);
    put("user_agent.original", &span.user_agent);
    let status = labels.get("status").and_then(|status| status.parse().ok());
    if status.is_some() {
        // The one version that is spoken so far.
        put("network.protocol.version", "1.1");
    }
    let url = Url::parse(&span.url).ok();
    put("server.address", url.as_ref().and_then(Url::host_str).unwrap_or_default());
    let port = url.and_then(|url| url.port_or_known_default()).map(i64::from);
    for (name, number) in [("server.port", port), ("http.response.status_code", status)] {
        if let Some(number) = number {
            put_integer(out, ATTRIBUTES, name, number);
        }
    }
}

/// A status that was not expected by its number, everything else by its class.
fn error_type<'a>(span: &Span, labels: &'a Labels) -> Option<&'a str> {
    match labels.get("error_class") {
        Some(class) if class.starts_with("status") => labels.get("status").or(Some(class)),
        Some(class) => Some(class),
        // Cut off before its end.
        None if span.parent == 0 && !span.is_observed => Some("cancelled"),
        None => None,
    }
}
