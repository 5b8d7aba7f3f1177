//! OTLP over HTTP: what responses mean. Unlike elsewhere, 500 is final: the specification names what may be retried.

use std::time::SystemTime;

use super::response::{Status, class_of_document, class_of_export};
use crate::output::receiver::response::{Response, ResponseClass};

const HINT: &str = "check the path; Prometheus takes OTLP at /api/v1/otlp when started with --web.enable-otlp-receiver, \
                    VictoriaMetrics at /opentelemetry";

pub(super) fn headers(gzip: bool) -> Vec<(&'static str, &'static str)> {
    let plain = ("Content-Type", "application/x-protobuf");
    if gzip { vec![plain, ("Content-Encoding", "gzip")] } else { vec![plain] }
}

/// What a response to a batch means.
pub(super) fn classify(response: &Response, repeated: bool) -> ResponseClass {
    let response = readable(response);
    match response.status {
        200..=299 if is_protobuf(&response) => class_of_export(&response, &response.bytes),
        200..=299 if response.is_document() && !response.is_web_page() => class_of_document(&response),
        // An earlier attempt was written before its response got lost.
        400 | 409 if repeated && response.is_out_of_order() => ResponseClass::Accepted,
        // All samples of a batch have one time.
        400 if response.is_too_old() => ResponseClass::TooOld(response.summary()),
        _ => class_of_status(&response, HINT),
    }
}

/// What a status of HTTP means to OTLP.
pub(super) fn class_of_status(response: &Response, hint: &str) -> ResponseClass {
    match response.status {
        502..=504 => {
            ResponseClass::Retryable { pause: response.retry_after(SystemTime::now()), reason: response.summary() }
        }
        408 | 425 | 500..=599 => ResponseClass::Rejected(response.summary()),
        _ => response.default_class(hint),
    }
}

fn is_protobuf(response: &Response) -> bool {
    response.header("content-type").is_some_and(|kind| kind.starts_with("application/x-protobuf"))
}

/// The response with the text of its status message as its body.
fn readable(response: &Response) -> Response {
    let mut readable = response.clone();
    if response.status >= 300 && is_protobuf(response) {
        readable.body = Status::read(&response.bytes).message;
    }
    readable
}
