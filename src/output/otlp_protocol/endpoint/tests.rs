//! Tests of addresses and of the variables that stand in for them.

use crate::output::{OutputAddress, registry::OutputError};

fn address(given: &str, variables: &[(&str, &str)]) -> Result<OutputAddress, OutputError> {
    let environment = |name: &str| {
        let found = variables.iter().find(|(known, _)| *known == format!("OTEL_EXPORTER_OTLP_{name}"));
        found.or_else(|| variables.iter().find(|(known, _)| *known == name)).map(|(_, value)| (*value).to_owned())
    };
    let environment = |name: &str| environment(name.strip_prefix("OTEL_EXPORTER_OTLP_").unwrap_or(name));
    OutputAddress::parse(given, environment)
}

fn shown(given: &str, variables: &[(&str, &str)]) -> String {
    address(given, variables).map_or_else(|error| error.to_string(), |address| address.shown())
}

#[test]
fn the_scheme_says_how_to_travel_and_what_is_left_out_is_added() {
    for (given, expected) in [
        ("otlp", "otlp http://localhost:4318/v1/metrics"),
        ("opentelemetry=https://h/otlp/", "otlp https://h/otlp/v1/metrics"),
        ("otlp=http://h:1/api/v1/otlp/v1/metrics", "otlp http://h:1/api/v1/otlp/v1/metrics"),
        ("experimental-opentelemetry=grpc://h", "otlp grpc://h:4317"),
        ("otlp=grpc://h:80?gzip=false", "otlp grpc://h:80"),
        ("otlp=grpcs://u:p@h:4317", "otlp grpcs://h:4317"),
    ] {
        assert_eq!(shown(given, &[]), expected, "{given}");
    }
    assert!(shown("otlp=grpc://h/v1/metrics", &[]).contains("have no path"));
    assert!(shown("otlp=h:4318", &[]).contains("must be http://"));
}

#[test]
fn opentelemetrys_variables_stand_in_for_an_address_that_was_not_given() {
    let base = ("ENDPOINT", "http://collector:4318");
    let own = ("METRICS_ENDPOINT", "http://own:1/somewhere");
    assert_eq!(shown("otlp", &[base]), "otlp http://collector:4318/v1/metrics");
    assert_eq!(shown("otlp", &[base, own]), "otlp http://own:1/somewhere");
    assert_eq!(shown("otlp=http://given", &[base, own, ("PROTOCOL", "grpc")]), "otlp http://given/v1/metrics");
    assert_eq!(shown("otlp", &[base, ("PROTOCOL", "grpc")]), "otlp grpc://collector:4318");
    assert_eq!(shown("otlp", &[("PROTOCOL", "grpc")]), "otlp grpc://localhost:4317");
    assert_eq!(shown("otlp", &[("ENDPOINT", "h:1"), ("PROTOCOL", "grpc")]), "otlp grpcs://h:1");
    let plain = [("ENDPOINT", "h:1"), ("PROTOCOL", "grpc"), ("INSECURE", "true")];
    assert_eq!(shown("otlp", &plain), "otlp grpc://h:1");
    assert!(shown("otlp", &[base, ("PROTOCOL", "http/json")]).contains("http/protobuf, grpc"));
}

#[test]
fn replay_asks_the_environment_again() {
    let secret = [("ENDPOINT", "http://u:s3cret@h")];
    let words = address("otlp=?interval=2s", &secret).unwrap().saved.unwrap();
    assert_eq!(words, "otlp=${OTEL_EXPORTER_OTLP_ENDPOINT}?interval=2s");
    assert_eq!(shown(&words, &secret), "otlp http://h/v1/metrics");
    assert!(shown(&words, &[]).contains("is not set"));
}
