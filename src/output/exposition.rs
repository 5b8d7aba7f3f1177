//! Prometheus' text exposition of a run so far: names as in remote write, histograms with classic buckets, because text
//! has no native ones.

use std::collections::BTreeMap;

use prometheus::{
    TextEncoder,
    proto::{Bucket, Counter, Gauge, Histogram as Classic, LabelPair, Metric, MetricFamily, MetricType},
};

use super::prometheus::names::exported_names;
use crate::metric::{Histogram, Kind, SeriesDef, Totals, Unit, Value, classic::cumulative_buckets};

/// A rendered page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// What is answered, version 0.0.4 of the format.
    pub text: String,
    /// Samples on it; a histogram of a series is one.
    pub samples: u64,
}

/// Renders every series, ordered by name. `run_labels` go with every series; a series' own labels win.
///
/// # Errors
/// When the format can't hold a family; what this one puts together, it can.
pub fn render(totals: &Totals, prefix: &str, run_labels: &[(String, String)]) -> prometheus::Result<Page> {
    let mut families: BTreeMap<String, MetricFamily> = BTreeMap::new();
    let mut samples = 0;
    for (series, value) in totals.iter() {
        let metrics = metrics(value, series.metric.unit);
        for ((name, condition), mut metric) in exported_names(prefix, &series.metric).into_iter().zip(metrics) {
            metric.set_label(labels(series, run_labels, condition));
            let family = families.entry(name).or_insert_with_key(|name| family(name, series));
            family.mut_metric().push(metric);
            samples += 1;
        }
    }
    let families: Vec<MetricFamily> = families.into_values().collect();
    Ok(Page { text: TextEncoder::new().encode_to_string(&families)?, samples })
}

fn family(name: &str, series: &SeriesDef) -> MetricFamily {
    let mut family = MetricFamily::default();
    family.set_name(name.to_owned());
    family.set_help(series.metric.help.to_string());
    family.set_field_type(match series.metric.kind {
        Kind::Counter | Kind::Rate => MetricType::COUNTER,
        Kind::Gauge => MetricType::GAUGE,
        Kind::Trend => MetricType::HISTOGRAM,
    });
    family
}

/// One sample per exported name; none for a gauge that was never set.
fn metrics(value: &Value, unit: Unit) -> Vec<Metric> {
    match value {
        Value::Counter(sum) => vec![counter(*sum)],
        Value::Gauge(last) => last.iter().map(|last| gauge(*last)).collect(),
        Value::Rate { nonzero, total } => {
            vec![counter(*nonzero as f64), counter(total.saturating_sub(*nonzero) as f64)]
        }
        Value::Trend(histogram) => vec![classic(histogram, unit)],
    }
}

fn counter(sum: f64) -> Metric {
    let mut counter = Counter::default();
    counter.set_value(sum);
    let mut metric = Metric::default();
    metric.set_counter(counter);
    metric
}

fn gauge(last: f64) -> Metric {
    let mut gauge = Gauge::default();
    gauge.set_value(last);
    Metric::from_gauge(gauge)
}

fn classic(histogram: &Histogram, unit: Unit) -> Metric {
    // The encoder adds `+Inf` itself, in the spelling that every reader takes.
    let finite = cumulative_buckets(histogram, unit).into_iter().filter(|(bound, _)| bound.is_finite());
    let buckets = finite.map(|(bound, count)| {
        let mut bucket = Bucket::default();
        bucket.set_upper_bound(bound);
        bucket.set_cumulative_count(count);
        bucket
    });
    let mut classic = Classic::default();
    classic.set_bucket(buckets.collect());
    classic.set_sample_sum(histogram.sum());
    classic.set_sample_count(histogram.count());
    let mut metric = Metric::default();
    metric.set_histogram(classic);
    metric
}

fn labels(series: &SeriesDef, run_labels: &[(String, String)], condition: Vec<(String, String)>) -> Vec<LabelPair> {
    let own = series.labels.iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
    let all: BTreeMap<String, String> = run_labels.iter().cloned().chain(own).chain(condition).collect();
    let pair = |(name, value): (String, String)| {
        let mut pair = LabelPair::default();
        // `le` is the histogram's; this is what Prometheus itself renames a label to that stands in the way.
        pair.set_name(if name == "le" { "exported_le".to_owned() } else { name });
        pair.set_value(value);
        pair
    };
    all.into_iter().filter(|(_, value)| !value.is_empty()).map(pair).collect()
}

#[cfg(test)]
mod tests {
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
        assert!(page.text.contains("# HELP x_vus Virtual users that are running"));
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
        assert_eq!(buckets.len(), 34);
        for (le, count) in &buckets {
            let truth = times.iter().filter(|time| *time <= le).count() as f64;
            assert_eq!(count.to_bits(), truth.to_bits(), "{le}");
        }
        let own = [("exported_le", "tag")];
        assert_eq!(sample(&read, &format!("{name}_count"), &own), Some(7.0));
        assert_eq!(sample(&read, &format!("{name}_sum"), &own), Some(times.iter().sum()));
        assert!(page.text.contains("le=\"+Inf\"} 7\n") && page.text.contains("le=\"0.0009765625\"} 2\n"));
    }
}
