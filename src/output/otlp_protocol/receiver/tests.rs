//! Tests of what is sent, and of what responses mean, over HTTP and gRPC.

use std::time::Duration;

use base64::Engine;

use super::{
    super::{
        grpc::{BASE64, message},
        response::tests::{partial, status},
    },
    *,
};
use crate::output::address::Address;
use crate::output::otlp_protocol::{address::OtlpAddress, variables::Signal};

fn receiver(address: &str) -> OtlpReceiver {
    let read = OtlpAddress::read(Signal::Metrics, Address::new("otlp", address, &|_| None)).unwrap();
    OtlpReceiver::new(read.http.url, &read.settings, "OTLP".to_owned())
}

fn response(status: u16, headers: &[(&str, &str)], bytes: &[u8]) -> Response {
    let headers = headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
    let body = String::from_utf8_lossy(bytes).into_owned();
    Response { status, headers, body, bytes: bytes.to_vec().into(), secrets: Vec::new() }
}

fn over_http(status: u16, bytes: &[u8], headers: &[(&str, &str)], repeated: bool) -> ResponseClass {
    receiver("").classify(&response(status, headers, bytes), &Batch::default(), repeated)
}

fn over_grpc(status: u16, headers: &[(&str, &str)], bytes: &[u8]) -> ResponseClass {
    receiver("grpc://h").classify(&response(status, headers, bytes), &Batch::default(), false)
}

const PROTOBUF: &[(&str, &str)] = &[("content-type", "application/x-protobuf")];

#[test]
fn only_what_the_specification_names_is_repeated() {
    let limited = over_http(429, b"", &[("retry-after", "7")], false);
    assert!(matches!(limited, ResponseClass::RateLimited { pause: Some(pause), .. } if pause.as_secs() == 7));
    for code in [502, 503, 504] {
        let class = over_http(code, b"", &[("retry-after", "7")], false);
        assert!(
            matches!(class, ResponseClass::Retryable { pause: Some(pause), .. } if pause == Duration::from_secs(7))
        );
    }
    for code in [400, 408, 415, 500, 501] {
        assert!(matches!(over_http(code, b"no", &[], false), ResponseClass::Rejected(_)), "{code}");
    }
    for code in [301, 401, 403, 404, 405] {
        assert!(
            matches!(over_http(code, b"", &[], false), ResponseClass::Misconfigured(reason) if reason.contains("hint")),
            "{code}"
        );
    }
    assert!(matches!(over_http(413, b"", &[], false), ResponseClass::TooLarge(_)));
    assert!(matches!(over_http(400, b"out of order sample", &[], false), ResponseClass::Rejected(_)));
    assert_eq!(over_http(400, b"out of order sample", &[], true), ResponseClass::Accepted);
}

#[test]
fn success_may_be_partial_and_failures_have_reasons() {
    assert_eq!(over_http(200, b"", &[], false), ResponseClass::Accepted);
    assert!(matches!(
        over_http(200, &partial(2, "old"), PROTOBUF, false),
        ResponseClass::PartiallyAccepted { rejected: 2, .. }
    ));
    assert_eq!(over_http(200, &partial(0, "hm"), PROTOBUF, false), ResponseClass::AcceptedWithWarning("hm".to_owned()));
    let class = over_http(400, &status("bad unit", None), PROTOBUF, false);
    assert_eq!(class, ResponseClass::Rejected("400 bad unit".to_owned()));
}

#[test]
fn a_document_is_read_or_warned_of() {
    const JSON: &[(&str, &str)] = &[("content-type", "application/json")];
    let class = |body: &str| over_http(200, body.as_bytes(), JSON, false);
    // Some receivers respond in JSON to protobuf; Amazon declares JSON and sends nothing.
    for body in ["", "{}", "{\"partialSuccess\":{}}", "{\"partialSuccess\":null}"] {
        assert_eq!(class(body), ResponseClass::Accepted, "{body}");
    }
    let part = class("{\"partialSuccess\": {\"rejectedDataPoints\": \"2\", \"errorMessage\": \"old\"}}");
    let reason = "old".to_owned();
    assert_eq!(part, ResponseClass::PartiallyAccepted { rejected: 2, reason, repeatable: false });
    for body in ["{\"ok\":true}", "{\"method\": \"POST\", \"path\": \"/v1/metrics\"}", "[1]", "{\"cut", "<done/>"] {
        let warned = class(body);
        assert!(
            matches!(&warned, ResponseClass::AcceptedWithWarning(text) if text.contains("another server")),
            "{body}: {warned:?}"
        );
    }
    for body in ["<html><body>Welcome</body></html>", "<!doctype HTML><p>"] {
        assert!(matches!(over_http(200, body.as_bytes(), &[], false), ResponseClass::Misconfigured(_)), "{body}");
    }
}

#[test]
fn bodies_are_compressed_by_default() {
    let (zipped, plain) = (receiver(""), receiver("?gzip=false"));
    assert!(zipped.headers().contains(&("Content-Encoding", "gzip")));
    assert_eq!(zipped.compress(b"x")[..2], [0x1f, 0x8b]);
    assert_eq!((plain.headers().len(), plain.compress(b"x")), (1, b"x".to_vec()));
    assert_eq!(plain.describe(), "OTLP");
}

fn framed(message: &[u8]) -> Vec<u8> {
    receiver("grpc://h?gzip=false").compress(message)
}

#[test]
fn messages_are_framed() {
    assert_eq!(framed(b"abc"), b"\0\0\0\0\x03abc");
    let zipped = receiver("grpc://h").compress(b"abc");
    assert_eq!((zipped[0], zipped.len() - 5), (1, usize::from(zipped[4])));
    assert_eq!(message(&framed(b"abc")), b"abc");
    for cut in 0..8 {
        assert!(message(&framed(b"abc")[..cut]).is_empty());
    }
}

#[test]
fn a_status_of_grpc_means_what_the_specification_says() {
    let code = |code: &str| over_grpc(200, &[("grpc-status", code)], &[]);
    for retryable in ["1", "4", "10", "11", "14", "15"] {
        assert!(matches!(code(retryable), ResponseClass::Retryable { pause: None, .. }), "{retryable}");
    }
    for misconfigured in ["7", "12", "16"] {
        assert!(
            matches!(code(misconfigured), ResponseClass::Misconfigured(reason) if reason.contains("hint")),
            "{misconfigured}"
        );
    }
    for rejected in ["2", "3", "5", "6", "8", "9", "13", "99"] {
        assert!(matches!(code(rejected), ResponseClass::Rejected(_)), "{rejected}");
    }
    assert_eq!(code("0"), ResponseClass::Accepted);
    assert!(matches!(over_grpc(200, &[], &[]), ResponseClass::Retryable { .. }));
    assert!(matches!(over_grpc(503, &[], &[]), ResponseClass::Retryable { .. }));
    assert!(matches!(over_grpc(404, &[], &[]), ResponseClass::Misconfigured(_)));
}

#[test]
fn what_goes_with_a_status_is_read() {
    let exhausted = |text: &str, retry| {
        let details = BASE64.encode(status("status", retry));
        let details = details.trim_end_matches('=');
        over_grpc(200, &[("grpc-status", "8"), ("grpc-message", text), ("grpc-status-details-bin", details)], &[])
    };
    assert!(
        matches!(exhausted("slow%20down", Some(3)), ResponseClass::RateLimited { pause: Some(pause), reason } if pause.as_secs() == 3 && reason.contains("slow down"))
    );
    assert!(matches!(exhausted("quota", None), ResponseClass::Rejected(_)));
    let limit = "grpc: received message larger than max (5 vs. 4)";
    assert!(matches!(exhausted(limit, None), ResponseClass::TooLarge(_)));
    let body = framed(&partial(4, "old"));
    assert!(matches!(
        over_grpc(200, &[("grpc-status", "0")], &body),
        ResponseClass::PartiallyAccepted { rejected: 4, .. }
    ));
}
