//! Tests of OpenTelemetry's variables.

use super::*;

#[test]
fn metrics_count_before_all_signals_and_empty_is_unset() {
    let environment = |name: &str| match name {
        "OTEL_EXPORTER_OTLP_TIMEOUT" => Some("5".to_owned()),
        "OTEL_EXPORTER_OTLP_METRICS_TIMEOUT" => Some(String::new()),
        "OTEL_EXPORTER_OTLP_METRICS_COMPRESSION" => Some("GZIP".to_owned()),
        "OTEL_EXPORTER_OTLP_COMPRESSION" => Some("none".to_owned()),
        _ => None,
    };
    let variables = Variables::of(Signal::Metrics, &environment);
    let timeout = variables.exporter("TIMEOUT").unwrap();
    assert_eq!(timeout, ("OTEL_EXPORTER_OTLP_TIMEOUT".to_owned(), "5".to_owned()));
    let words = [("gzip", true), ("none", false)];
    assert_eq!(variables.exporter_one_of("COMPRESSION", &words), Ok(Some(true)));
    assert!(variables.exporter_one_of("COMPRESSION", &[("zstd", 1)]).unwrap_err().to_string().contains("zstd"));
    assert_eq!(variables.exporter("HEADERS"), None);
    assert!(Variables::of(Signal::Traces, &environment).exporter("COMPRESSION").unwrap().1 == "none");
}

#[test]
fn pairs_are_decoded_and_errors_show_no_value() {
    let read = pairs("X", "a=b, c = d%20e%2Cf ,,g=h=i").unwrap();
    let read: Vec<_> = read.iter().map(|(name, value)| (&**name, &**value)).collect();
    assert_eq!(read, [("a", "b"), ("c", "d e,f"), ("g", "h=i")]);
    assert_eq!(pairs("X", "s3cret").unwrap_err().to_string(), "`X` must be NAME=VALUE,NAME=VALUE");
}
