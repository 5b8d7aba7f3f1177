//! Tests of the options of OTLP metrics.

use std::time::Duration;

use super::*;
use crate::output::{OutputAddress, address::http::HttpSettings, otlp::OtlpOutput, registry::OutputError};

fn read(given: &str, variables: &[(&str, &str)]) -> Result<(Settings, HttpSettings), OutputError> {
    let find = |name: &str| variables.iter().find(|(known, _)| *known == name);
    let address = OutputAddress::parse(given, |name| find(name).map(|(_, value)| (*value).to_owned()))?;
    let output: &OtlpOutput = address.output();
    Ok((output.settings.clone(), output.http.clone()))
}

#[test]
fn options_count_before_the_environment() {
    let variables = [
        ("OTEL_EXPORTER_OTLP_TIMEOUT", "1500"),
        ("OTEL_EXPORTER_OTLP_COMPRESSION", "none"),
        ("OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", "LowMemory"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "api-key=s3cret%20,X-Tenant=a"),
        ("OTEL_EXPORTER_OTLP_CERTIFICATE", "/ca.pem"),
        ("OTEL_RESOURCE_ATTRIBUTES", "service.name=other,deployment.environment.name=test"),
        ("OTEL_SERVICE_NAME", "mine"),
    ];
    let (settings, http) = read("otlp", &variables).unwrap();
    assert_eq!((settings.exporter.gzip, settings.temporality), (false, Temporality::Delta));
    assert_eq!(http.timeout, Duration::from_millis(1_500));
    assert!(http.secrets().contains(&"s3cret ".to_owned()), "{:?}", http.secrets());
    assert_eq!(http.ca_file, Some("/ca.pem".into()));
    assert_eq!(settings.exporter.resource.last().unwrap(), &("service.name".to_owned(), "mine".to_owned()));
    let given = "otlp=http://h?timeout=3s&gzip=true&temporality=cumulative&header.x-tenant=b&ca_file=own.pem&schema=3";
    let (settings, http) = read(given, &variables).unwrap();
    assert_eq!((settings.exporter.gzip, settings.temporality), (true, Temporality::Cumulative));
    assert_eq!((http.timeout, http.ca_file), (Duration::from_secs(3), Some("own.pem".into())));
    let tenants: Vec<_> = http.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("x-tenant")).collect();
    assert_eq!(tenants.len(), 1);
    assert_eq!(tenants[0].1, "b");
    assert_eq!(settings.to_string(), "OTLP over http/protobuf, cumulative, exponential histograms (scale 3)");
}

#[test]
fn histograms_are_bounded_unless_a_scale_or_the_receiver_allows_more() {
    const VARIABLE: &str = "OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION";
    let fixed = |scale| Histograms::Fixed { scale };
    let bounded = Histograms::Bounded { max_scale: 5 };
    for (given, aggregation, expected) in [
        ("otlp", "", bounded),
        ("otlp=grpc://h", "base2_exponential_bucket_histogram", bounded),
        ("otlp=http://h?schema=8", "", fixed(8)),
        ("otlp=http://prometheus:9090/api/v1/otlp", "", fixed(5)),
        ("otlp=http://victoria:8428/opentelemetry", "", fixed(5)),
        ("otlp=http://h", "explicit_bucket_histogram", Histograms::Explicit),
        ("otlp=http://h?schema=3", "explicit_bucket_histogram", fixed(3)),
        ("otlp=http://h?histograms=exponential", "explicit_bucket_histogram", bounded),
        ("otlp=http://h?histograms=explicit", "", Histograms::Explicit),
    ] {
        let (settings, _) = read(given, &[(VARIABLE, aggregation)]).unwrap();
        assert_eq!(settings.histograms, expected, "{given} {aggregation}");
    }
    let error = read("otlp=http://h?schema=3&histograms=explicit", &[]).unwrap_err().to_string();
    assert!(error.contains("`schema` is for exponential histograms"), "{error}");
    let error = read("otlp", &[(VARIABLE, "s3cret")]).unwrap_err().to_string();
    assert!(error.contains(VARIABLE) && error.contains("explicit_bucket_histogram") && !error.contains("s3cret"));
}

#[test]
fn errors_show_no_value() {
    for (name, value) in [
        ("OTEL_EXPORTER_OTLP_HEADERS", "s3cret"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "a=s3cret%0A"),
        ("OTEL_EXPORTER_OTLP_TIMEOUT", "s3cret"),
        ("OTEL_EXPORTER_OTLP_TIMEOUT", "0"),
        ("OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", "s3cret"),
    ] {
        let error = read("otlp", &[(name, value)]).unwrap_err().to_string();
        assert!(!error.contains("s3cret"), "{error}");
    }
}

#[test]
fn grpc_sends_its_deadline() {
    let (_, http) = read("otlp=grpc://h?timeout=2s", &[]).unwrap();
    assert_eq!(http.headers, [("grpc-timeout".to_owned(), "2000m".to_owned())]);
}
