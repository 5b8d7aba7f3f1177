//! Tests of pages.

use proptest::prelude::*;

use super::parse;
use crate::{metric::Kind, scraper::Sample};

fn sample(name: &str, labels: &[(&str, &str)], value: f64, kind: Kind) -> Sample {
    let labels = labels.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Sample { name: name.to_owned(), labels, value, kind }
}

#[test]
fn a_page_of_prometheus_is_read() {
    let page = parse(concat!(
        "# HELP http_requests_total Requests.\n",
        "# TYPE http_requests_total counter\n",
        "http_requests_total{method=\"post\",code=\"200\"} 1027 1395066363000\n",
        "# TYPE process_resident_memory_bytes gauge\n",
        "process_resident_memory_bytes 5.24288e+07\n",
        "# TYPE rpc_seconds summary\n",
        "rpc_seconds{quantile=\"0.5\"} 4773\n",
        "rpc_seconds_sum 1.7560473e+07\n",
        "rpc_seconds_count 2693\n",
        "# TYPE latency histogram\n",
        "latency_bucket{le=\"+Inf\"} 3\n",
        "latency_count 3\n",
        "go_info{version=\"go1.26\"} 1\n",
        "path{file=\"C:\\\\DIR\\n\\\"x\\\"\",} NaN\n",
        "untyped_total 7\n",
        "untyped -3\n",
    ));
    assert_eq!(
        page.samples,
        [
            sample("http_requests_total", &[("method", "post"), ("code", "200")], 1_027.0, Kind::Counter),
            sample("process_resident_memory_bytes", &[], 52_428_800.0, Kind::Gauge),
            sample("rpc_seconds_sum", &[], 17_560_473.0, Kind::Counter),
            sample("rpc_seconds_count", &[], 2_693.0, Kind::Counter),
            sample("latency_count", &[], 3.0, Kind::Counter),
            sample("untyped_total", &[], 7.0, Kind::Counter),
            sample("untyped", &[], -3.0, Kind::Gauge),
        ]
    );
    assert_eq!((page.wrong_line, page.is_cut), (None, false));
}

#[test]
fn a_page_of_openmetrics_is_read() {
    let page = parse(concat!(
        "# TYPE acme_http_requests counter\n",
        "# UNIT acme_http_requests requests\n",
        "acme_http_requests_total{path=\"/\"} 17 1520879607.789 # {trace_id=\"abc\"} 0.67\n",
        "acme_http_requests_created{path=\"/\"} 1520430000.123\n",
        "{\"my.metric\",\"my label\"=\"a}b\"} 2\n",
        "# EOF\n",
    ));
    assert_eq!(
        page.samples,
        [
            sample("acme_http_requests_total", &[("path", "/")], 17.0, Kind::Counter),
            sample("my.metric", &[("my label", "a}b")], 2.0, Kind::Gauge),
        ]
    );
}

#[test]
fn lines_that_cannot_be_read_are_skipped_and_the_first_is_known() {
    let page = parse("a 1\n<html>\nb{x=1} 2\nc{x=\"1\"\nd\n3 4\ne 5\n");
    let names: Vec<&str> = page.samples.iter().map(|sample| &*sample.name).collect();
    assert_eq!((names, page.wrong_line), (vec!["a", "e"], Some(2)));
}

#[test]
fn a_page_of_any_size_has_a_limit() {
    let page = parse(&"a 1\n".repeat(super::MAX_SAMPLES + 5));
    assert!(page.is_cut && page.samples.len() == super::MAX_SAMPLES);
}

proptest! {
    #[test]
    fn no_page_panics(text in "(?s).{0,200}") {
        let page = parse(&text);
        prop_assert!(page.samples.len() <= text.lines().count());
    }

    #[test]
    fn nothing_that_looks_like_a_page_panics(text in "[a-c_{}\"=, \\\\0-9#\n.\u{e9}]{0,200}") {
        let page = parse(&text);
        prop_assert!(page.samples.iter().all(|sample| sample.value.is_finite()));
    }
}
