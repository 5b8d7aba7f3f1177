//! Tests of the page, read back.

use super::*;
use crate::metric::{Interval, Labels, MetricDef, catalogue};

/// Name and labels as written → value; types and helps by name.
#[derive(Debug, Default)]
struct Read {
    samples: BTreeMap<(String, BTreeMap<String, String>), f64>,
    types: BTreeMap<String, String>,
}

fn parse(text: &str) -> Read {
    let mut read = Read::default();
    let pattern = regex::Regex::new(r#"([a-z_]+)="((?:[^"\\]|\\.)*)",?"#).unwrap();
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, kind) = rest.split_once(' ').unwrap();
            assert!(read.types.insert(name.into(), kind.into()).is_none(), "{name} stands in two places");
        }
        if line.starts_with('#') {
            continue;
        }
        let (series, value) = line.rsplit_once(' ').unwrap();
        let (name, labels) = series.split_once('{').unwrap_or((series, "}"));
        let labels = labels.strip_suffix('}').unwrap();
        assert_eq!(pattern.replace_all(labels, ""), "", "{line}");
        let unescaped = |text: &str| text.replace("\\\"", "\"").replace("\\n", "\n").replace("\\\\", "\\");
        let labels = pattern.captures_iter(labels).map(|pair| (pair[1].to_owned(), unescaped(&pair[2])));
        let key = (name.to_owned(), labels.collect());
        assert!(read.samples.insert(key, value.parse().unwrap()).is_none(), "twice: {line}");
    }
    read
}

fn totals(series: &[(&MetricDef, &[(&str, &str)], Value)]) -> Totals {
    let definition = |(id, (metric, labels, _)): (u32, &(&MetricDef, &[(&str, &str)], Value))| SeriesDef {
        id,
        metric: (*metric).clone(),
        labels: Labels::new(labels.iter().copied()),
    };
    let mut totals = Totals::default();
    totals.fold(&Interval {
        new_series: (0..).zip(series).map(definition).collect(),
        values: (0..).zip(series).map(|(id, (.., value))| (id, value.clone())).collect(),
        ..Interval::default()
    });
    totals
}

fn trend(times: &[f64]) -> Value {
    let mut histogram = Histogram::default();
    times.iter().for_each(|time| histogram.record(*time));
    Value::Trend(Box::new(histogram))
}

fn sample(read: &Read, name: &str, labels: &[(&str, &str)]) -> Option<f64> {
    let labels = labels.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    read.samples.get(&(name.to_owned(), labels)).copied()
}

#[test]
fn every_kind_reads_back() {
    let totals = totals(&[
        (&catalogue::HTTP_REQS, &[("name", "say \"\\\" \n")], Value::Counter(3.0)),
        (&catalogue::VUS, &[("scenario", "a")], Value::Gauge(Some(2.5))),
        (&catalogue::CHECKS, &[], Value::Rate { nonzero: 4, total: 5 }),
        (&catalogue::HTTP_REQS, &[("name", "b"), ("run_id", "own")], Value::Counter(1.0)),
        (&catalogue::VUS_MAX, &[], Value::Gauge(None)),
    ]);
    let page = render(&totals, "x_", &[("run_id".into(), "r".into()), ("none".into(), String::new())]).unwrap();
    let read = parse(&page.text);
    assert_eq!((page.samples, read.samples.len()), (5, 5));
    assert_eq!(sample(&read, "x_http_reqs_total", &[("name", "say \"\\\" \n"), ("run_id", "r")]), Some(3.0));
    assert_eq!(sample(&read, "x_http_reqs_total", &[("name", "b"), ("run_id", "own")]), Some(1.0));
    assert_eq!(sample(&read, "x_vus", &[("run_id", "r"), ("scenario", "a")]), Some(2.5));
    assert_eq!(sample(&read, "x_checks_total", &[("condition", "nonzero"), ("run_id", "r")]), Some(4.0));
    assert_eq!(sample(&read, "x_checks_total", &[("condition", "zero"), ("run_id", "r")]), Some(1.0));
    let types: Vec<_> = read.types.iter().map(|(name, kind)| (&**name, &**kind)).collect();
    assert_eq!(types, [("x_checks_total", "counter"), ("x_http_reqs_total", "counter"), ("x_vus", "gauge")]);
    assert!(page.text.contains("# HELP x_vus Virtual users in an iteration"));
}

#[test]
fn buckets_are_cumulative_and_the_last_is_the_count() {
    let times = [0.0, 0.000_5, 0.001, 0.5, 0.5, 3.0, 100.0];
    let totals = totals(&[(&catalogue::HTTP_REQ_DURATION, &[("le", "tag")], trend(&times))]);
    let page = render(&totals, "", &[]).unwrap();
    assert_eq!(page.samples, 1);
    let read = parse(&page.text);
    let name = "http_req_duration_seconds";
    let mut buckets: Vec<(f64, f64)> = read
        .samples
        .iter()
        .filter(|((known, _), _)| known == &format!("{name}_bucket"))
        .map(|((_, labels), count)| (labels["le"].parse().unwrap(), *count))
        .collect();
    buckets.sort_by(|(one, _), (other, _)| one.total_cmp(other));
    assert_eq!(buckets.len(), 54);
    for (le, count) in &buckets {
        let truth = times.iter().filter(|time| *time <= le).count() as f64;
        assert_eq!(count.to_bits(), truth.to_bits(), "{le}");
    }
    let own = [("exported_le", "tag")];
    assert_eq!(sample(&read, &format!("{name}_count"), &own), Some(7.0));
    assert_eq!(sample(&read, &format!("{name}_sum"), &own), Some(times.iter().sum()));
    assert!(page.text.contains("le=\"+Inf\"} 7\n") && page.text.contains("le=\"0.0009765625\"} 2\n"));
}
