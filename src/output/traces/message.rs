//! The message of a span, by the semantic conventions (stable but for `user_agent.synthetic.type`).
//!
//! Field numbers: opentelemetry/proto/trace/v1/trace.proto.

use opentelemetry_semantic_conventions::attribute;

use url::Url;

use crate::{
    metric::{Labels, Span},
    output::{
        encoding::protobuf::{put_bytes, put_fixed64, put_message, put_uint},
        otlp_protocol::{
            conventions::{self, put_kept, put_request, put_server},
            message::{put_attribute, put_float, put_integer},
        },
    },
};

const INTERNAL: u64 = 1;
const CLIENT: u64 = 3;
const STATUS_ERROR: u64 = 2;
const ATTRIBUTES: u32 = 9;
/// Names of ours begin with this.
const OWN: &str = "loadagent.";

/// Attributes of every span of a run.
pub(super) fn of_run(run_labels: &[(String, String)]) -> Vec<u8> {
    let mut out = Vec::new();
    put_attribute(&mut out, ATTRIBUTES, attribute::USER_AGENT_SYNTHETIC_TYPE, "test");
    // The instance is the resource's.
    let labels = run_labels.iter().filter(|(name, _)| name != "instance");
    put_kept(&mut out, ATTRIBUTES, OWN, labels.map(|(name, value)| (name.as_str(), value.as_str())));
    out
}

/// A span with the labels of its series; `of_run` are attributes of all.
pub(super) fn put_span(out: &mut Vec<u8>, span: &Span, labels: &Labels, of_run: &[u8]) {
    let is_request = span.parent != 0;
    // An iteration that was not counted was cut off.
    let is_cut_off = !is_request && !span.is_observed;
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
        put_kept(message, ATTRIBUTES, OWN, labels.iter());
        put_float(message, ATTRIBUTES, "loadagent.response_time", span.response_ns as f64 / 1e9);
        if is_request {
            put_http(message, span, labels);
        }
        if is_cut_off {
            put_attribute(message, ATTRIBUTES, attribute::ERROR_TYPE, "cancelled");
        }
        if is_cut_off || conventions::error_type(labels).is_some() {
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
    put_request(out, ATTRIBUTES, labels);
    if span.resends > 0 {
        put_integer(out, ATTRIBUTES, attribute::HTTP_REQUEST_RESEND_COUNT, span.resends.into());
    }
    let url = Url::parse(&span.url).ok();
    if let Some((host, port)) = url.as_ref().and_then(|url| Some((url.host_str()?, url.port_or_known_default()?))) {
        put_server(out, ATTRIBUTES, host, port);
    }
    for (name, value) in [
        (attribute::HTTP_REQUEST_METHOD_ORIGINAL, conventions::original_method(labels)),
        (attribute::URL_FULL, Some(&*span.url)),
        (attribute::USER_AGENT_ORIGINAL, Some(&*span.user_agent)),
    ] {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            put_attribute(out, ATTRIBUTES, name, value);
        }
    }
}
