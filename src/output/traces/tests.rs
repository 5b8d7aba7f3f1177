//! Requests of spans, decoded by the types of the official protocol.

use std::collections::BTreeMap;

use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest,
    common::v1::{KeyValue, any_value},
    trace::v1::{Span as Decoded, span::SpanKind, status::StatusCode},
};
use prost::Message;

use super::encoder::SpanEncoder;
use crate::{
    metric::{Interval, Labels, SeriesDef, Span, catalogue},
    output::{
        encoder::Encoder,
        otlp_protocol::{endpoint::Protocol, settings::ExporterSettings},
    },
};

fn encoder() -> SpanEncoder {
    let resource = vec![("deployment.environment.name".to_owned(), "test".to_owned())];
    let exporter = ExporterSettings { transport: Protocol::Http, gzip: true, resource };
    let labels = [("run_id", "r-1"), ("profile", "p"), ("instance", "here"), ("team", "a")];
    SpanEncoder::new(&exporter, "1.2.3", &labels.map(|(name, value)| (name.to_owned(), value.to_owned())))
}

fn series(id: u32, labels: &[(&str, &str)]) -> SeriesDef {
    SeriesDef { id, metric: catalogue::HTTP_REQ_DURATION.clone(), labels: Labels::new(labels.iter().copied()) }
}

fn request(series: u32, id: u64) -> Span {
    Span {
        series,
        trace: 0xa0b1,
        id,
        parent: 7,
        start_unix_ns: 1_700_000_000_000_000_001,
        duration_ns: 1_500,
        response_ns: 2_500_000_000,
        is_observed: true,
        url: "https://h:8443/a?b=REDACTED".into(),
        user_agent: "me/1".into(),
        ..Span::default()
    }
}

fn texts(pairs: &[KeyValue]) -> BTreeMap<String, String> {
    let text = |pair: &KeyValue| match pair.value.as_ref().and_then(|any| any.value.as_ref()) {
        Some(any_value::Value::StringValue(text)) => (pair.key.clone(), text.clone()),
        Some(any_value::Value::IntValue(number)) => (pair.key.clone(), format!("int {number}")),
        Some(any_value::Value::DoubleValue(number)) => (pair.key.clone(), format!("double {number}")),
        other => panic!("{other:?}"),
    };
    let read: BTreeMap<_, _> = pairs.iter().map(text).collect();
    assert_eq!(read.len(), pairs.len(), "names are unique");
    read
}

/// What an interval becomes, by the numbers of its spans.
fn decoded(interval: &Interval) -> Vec<Decoded> {
    let mut encoder = encoder();
    encoder.fold(interval);
    let mut spans = Vec::new();
    for batch in encoder.push() {
        let before = spans.len();
        for one in ExportTraceServiceRequest::decode(batch.content()).unwrap().resource_spans {
            let resource = texts(&one.resource.unwrap().attributes);
            assert_eq!(resource["service.name"], "loadagent");
            assert_eq!(
                (&*resource["service.instance.id"], &*resource["deployment.environment.name"]),
                ("here", "test")
            );
            for scope in one.scope_spans {
                assert_eq!(scope.scope.unwrap().version, "1.2.3");
                spans.extend(scope.spans);
            }
        }
        assert_eq!(batch.samples(), (spans.len() - before) as u64);
    }
    assert!(encoder.push().is_empty(), "sent once");
    spans
}

fn only(labels: &[(&str, &str)], span: Span) -> (Decoded, BTreeMap<String, String>) {
    let interval = Interval { new_series: vec![series(0, labels)], spans: vec![span], ..Interval::default() };
    let spans = decoded(&interval).pop().unwrap();
    let attributes = texts(&spans.attributes);
    (spans, attributes)
}

const LOGIN: [(&str, &str); 6] = [
    ("scenario", "s"),
    ("stage", "up"),
    ("name", "login"),
    ("method", "POST"),
    ("status", "200"),
    ("expected_response", "true"),
];

#[test]
fn a_request_is_a_client_span_by_the_conventions() {
    let (span, attributes) = only(&LOGIN, request(0, 9));
    assert_eq!(span.trace_id, 0xa0b1_u128.to_be_bytes());
    assert_eq!((span.span_id, span.parent_span_id), (9_u64.to_be_bytes().to_vec(), 7_u64.to_be_bytes().to_vec()));
    assert_eq!((&*span.name, span.kind), ("POST login", SpanKind::Client as i32));
    assert_eq!(
        (span.start_time_unix_nano, span.end_time_unix_nano - span.start_time_unix_nano),
        (1_700_000_000_000_000_001, 1_500)
    );
    assert_eq!(span.status, None, "unset when all is well");
    let expected = [
        ("http.request.method", "POST"),
        ("http.response.status_code", "int 200"),
        ("loadagent.name", "login"),
        ("loadagent.profile", "p"),
        ("loadagent.response_time", "double 2.5"),
        ("loadagent.run_id", "r-1"),
        ("loadagent.scenario", "s"),
        ("loadagent.stage", "up"),
        ("loadagent.team", "a"),
        ("server.address", "h"),
        ("server.port", "int 8443"),
        ("url.full", "https://h:8443/a?b=REDACTED"),
        ("user_agent.original", "me/1"),
        ("user_agent.synthetic.type", "test"),
    ];
    assert_eq!(attributes, expected.map(|(name, value)| (name.to_owned(), value.to_owned())).into());
}

#[test]
fn what_failed_says_why() {
    let with = |changes: &[(&'static str, &'static str)]| {
        let labels: Vec<_> = LOGIN.into_iter().chain(changes.iter().copied()).collect();
        let (span, attributes) = only(&labels, request(0, 9));
        let is_error = span.status.is_some_and(|status| status.code == StatusCode::Error as i32);
        (is_error, attributes.get("error.type").cloned().unwrap_or_default())
    };
    assert_eq!(with(&[("status", "503"), ("error_class", "status_5xx")]), (true, "503".to_owned()));
    assert_eq!(with(&[("status", ""), ("error_class", "timeout_wait")]), (true, "timeout_wait".to_owned()));
    let (_, again) = only(&LOGIN, Span { resends: 2, url: String::new(), ..request(0, 9) });
    assert_eq!((&*again["http.request.resend_count"], again.get("server.address")), ("int 2", None));
    assert_eq!(with(&[("status", "404")]), (false, String::new()), "expected by the profile");
    let (_, attributes) = only(&[("method", "BREW"), ("name", "BREW /")], request(0, 9));
    assert_eq!((&*attributes["http.request.method"], &*attributes["http.request.method_original"]), ("_OTHER", "BREW"));
}

#[test]
fn an_iteration_is_the_root() {
    let root = Span { parent: 0, url: String::new(), user_agent: String::new(), ..request(0, 7) };
    let (span, attributes) = only(&[("scenario", "s")], root.clone());
    assert_eq!((&*span.name, span.kind, span.parent_span_id.len()), ("s", SpanKind::Internal as i32, 0));
    assert_eq!((span.status, attributes.contains_key("url.full")), (None, false));
    let (_, cut_off) = only(&[("scenario", "s")], Span { is_observed: false, ..root });
    assert_eq!(cut_off["error.type"], "cancelled");
}

#[test]
fn many_spans_are_several_requests_of_several_parts() {
    let spans: Vec<Span> = (1..=5_000).map(|id| request(0, id)).collect();
    let interval = Interval { new_series: vec![series(0, &LOGIN)], spans, ..Interval::default() };
    let spans: Vec<u64> =
        decoded(&interval).iter().map(|span| u64::from_be_bytes(span.span_id[..].try_into().unwrap())).collect();
    assert!(spans.into_iter().eq(1..=5_000), "all of them, in their order");
    let mut encoder = encoder();
    encoder.fold(&interval);
    let batches = encoder.push();
    assert!(batches.len() > 1 && batches.iter().all(|batch| batch.content().len() <= 1 << 20 && batch.can_be_halved()));
}
