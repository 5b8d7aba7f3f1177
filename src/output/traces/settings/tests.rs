//! Tests of the options of traces.

use crate::output::{OutputAddress, registry::OutputError};

fn read(given: &str, variables: &[(&str, &str)]) -> Result<(String, f64, u64), OutputError> {
    let find = |name: &str| variables.iter().find(|(known, _)| *known == name);
    let address = OutputAddress::parse(given, |name| find(name).map(|(_, value)| (*value).to_owned()))?;
    let sampling = address.sampling().unwrap();
    Ok((address.shown(), sampling.ratio, sampling.max_per_second))
}

fn sampled(given: &str, variables: &[(&str, &str)]) -> String {
    read(given, variables).map_or_else(|error| error.to_string(), |(_, ratio, max)| format!("{ratio}, {max}/s"))
}

#[test]
fn options_count_before_the_environment() {
    let argument = ("OTEL_TRACES_SAMPLER_ARG", "0.9");
    assert_eq!(sampled("traces", &[]), "0.01, 50/s");
    assert_eq!(sampled("traces=http://h?ratio=5%&max=7/s", &[argument]), "0.05, 7/s");
    assert_eq!(sampled("traces=http://h?max=70", &[argument]), "0.9, 70/s");
    for (name, expected) in
        [("always_on", "1, 50/s"), ("parentbased_always_off", "0, 50/s"), ("parentbased_traceidratio", "0.9, 50/s")]
    {
        assert_eq!(sampled("traces", &[("OTEL_TRACES_SAMPLER", name), argument]), expected);
    }
    assert_eq!(sampled("traces", &[("OTEL_TRACES_SAMPLER", "traceidratio")]), "1, 50/s");
}

#[test]
fn addresses_are_those_of_spans() {
    let shown = |given: &str, variables: &[(&str, &str)]| {
        read(given, variables).map_or_else(|error| error.to_string(), |read| read.0)
    };
    let own = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://all:4318"),
        ("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "http://metrics/x"),
        ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://tempo/own"),
    ];
    assert_eq!(shown("traces", &[]), "traces http://localhost:4318/v1/traces");
    assert_eq!(shown("traces", &own[..2]), "traces http://all:4318/v1/traces");
    assert_eq!(shown("traces", &own), "traces http://tempo/own");
    assert_eq!(shown("traces=grpc://h", &own), "traces grpc://h:4317");
}

#[test]
fn errors_name_the_expected_value() {
    for (given, part) in [
        ("traces=http://h?ratio=2", "`ratio` must be a share"),
        ("traces=http://h?max=0", "1/s to"),
        ("traces=http://h?max=5/m", "1/s to"),
        ("traces=http://h?temporality=delta", "unknown option `temporality`"),
    ] {
        let error = read(given, &[]).unwrap_err().to_string();
        assert!(error.starts_with("--traces: ") && error.contains(part), "{error}");
    }
    assert!(read("traces", &[("OTEL_TRACES_SAMPLER", "s3cret")]).unwrap_err().to_string().contains("always_on"));
}
