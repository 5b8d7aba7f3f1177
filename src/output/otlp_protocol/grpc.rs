//! OTLP over gRPC: how a request is framed, and what a status means.

use std::time::Duration;

use base64::{
    Engine,
    alphabet::STANDARD,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use percent_encoding::percent_decode_str;

use super::{
    http::class_of_status,
    response::{Status, class_of_export},
};
use crate::output::receiver::response::{Response, ResponseClass};

const HINT: &str = "check that it supports OTLP over gRPC; http://… is OTLP over HTTP";
/// With or without padding, as gRPC allows.
pub(super) const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

pub(super) fn headers(gzip: bool) -> Vec<(&'static str, &'static str)> {
    let plain = [("content-type", "application/grpc"), ("te", "trailers")];
    plain.into_iter().chain(gzip.then_some(("grpc-encoding", "gzip"))).collect()
}

/// A message behind its five bytes: whether it is compressed, and its length.
pub(super) fn framed(gzip: bool, message: &[u8]) -> Vec<u8> {
    // Requests are a few MiB at most.
    let length = u32::try_from(message.len()).unwrap_or(u32::MAX);
    [&[u8::from(gzip)][..], &length.to_be_bytes(), message].concat()
}

/// What a response to a batch means.
pub(super) fn classify(response: &Response) -> ResponseClass {
    if response.status != 200 {
        return class_of_status(response, HINT);
    }
    let code = response.header("grpc-status").and_then(|code| code.trim().parse().ok());
    match code {
        Some(0) => class_of_export(response, message(&response.bytes)),
        Some(code) => class_of_code(code, response),
        None => ResponseClass::Retryable { pause: None, reason: "the response ended before its status".to_owned() },
    }
}

/// The message behind its five bytes; compressed ones are not asked for.
pub(super) fn message(body: &[u8]) -> &[u8] {
    let Some((head, rest)) = body.split_first_chunk::<5>() else { return &[] };
    let length = u32::from_be_bytes([head[1], head[2], head[3], head[4]]);
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    if head[0] == 0 { rest.get(..length).unwrap_or_default() } else { &[] }
}

fn class_of_code(code: u32, response: &Response) -> ResponseClass {
    let details = response.header("grpc-status-details-bin").and_then(|text| BASE64.decode(text.trim()).ok());
    let status = Status::read(&details.unwrap_or_default());
    let text = response.header("grpc-message").map(|text| percent_decode_str(text).decode_utf8_lossy().into_owned());
    let name = name_of(code);
    let reason = format!("{name} {}", response.redacted(&text.unwrap_or(status.message))).trim_end().to_owned();
    let is_too_large = ["larger than max", "length too large", "too large"].iter().any(|text| reason.contains(text));
    let again = |pause: Option<Duration>, reason| ResponseClass::Retryable { pause, reason };
    match name {
        // Limits of size have no status of their own: grpc-go says the first, tonic the second.
        "RESOURCE_EXHAUSTED" | "OUT_OF_RANGE" if is_too_large => ResponseClass::TooLarge(reason),
        "RESOURCE_EXHAUSTED" if status.retry.is_some() => ResponseClass::RateLimited { pause: status.retry, reason },
        "CANCELLED" | "DEADLINE_EXCEEDED" | "ABORTED" | "OUT_OF_RANGE" | "UNAVAILABLE" | "DATA_LOSS" => {
            again(status.retry, reason)
        }
        "UNAUTHENTICATED" => ResponseClass::Misconfigured(format!(
            "{reason} (hint: check user, password or token; a file with it is read again)"
        )),
        "PERMISSION_DENIED" => {
            ResponseClass::Misconfigured(format!("{reason} (hint: the credentials lack write permission)"))
        }
        "UNIMPLEMENTED" => {
            ResponseClass::Misconfigured(format!("{reason} (hint: {HINT}; gzip=false if it can't decompress)"))
        }
        _ => ResponseClass::Rejected(reason),
    }
}

fn name_of(code: u32) -> &'static str {
    match code {
        1 => "CANCELLED",
        3 => "INVALID_ARGUMENT",
        4 => "DEADLINE_EXCEEDED",
        5 => "NOT_FOUND",
        6 => "ALREADY_EXISTS",
        7 => "PERMISSION_DENIED",
        8 => "RESOURCE_EXHAUSTED",
        9 => "FAILED_PRECONDITION",
        10 => "ABORTED",
        11 => "OUT_OF_RANGE",
        12 => "UNIMPLEMENTED",
        13 => "INTERNAL",
        14 => "UNAVAILABLE",
        15 => "DATA_LOSS",
        16 => "UNAUTHENTICATED",
        _ => "UNKNOWN",
    }
}
