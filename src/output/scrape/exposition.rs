//! Prometheus' text exposition of a run so far: names as in remote write, histograms with classic buckets, because text
//! has no native ones.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use prometheus::{
    TextEncoder,
    proto::{Bucket, Counter, Gauge, Histogram as Classic, LabelPair, Metric, MetricFamily, MetricType},
};

use crate::{
    metric::{Histogram, Kind, SeriesDef, Totals, Unit, Value, classic::cumulative_buckets},
    output::{naming::exported_names, wire_labels::WireLabels},
};

/// A rendered page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RenderedPage {
    /// What is answered, version 0.0.4 of the format.
    pub text: String,
    /// Samples on it; a histogram of a series is one.
    pub samples: u64,
}

/// Renders every series, ordered by name. `run_labels` go with every series; a series' own labels win.
///
/// # Errors
/// When the format can't hold a family; what this one puts together, it can.
pub(crate) fn render(
    totals: &Totals,
    prefix: &str,
    run_labels: &[(String, String)],
) -> prometheus::Result<RenderedPage> {
    let mut families: BTreeMap<String, MetricFamily> = BTreeMap::new();
    let mut samples = 0;
    let mut wire = WireLabels::new(run_labels.to_vec());
    for (series, value) in totals.iter() {
        wire.add(series);
        let metrics = metrics(value, series.metric.unit);
        for ((name, condition), mut metric) in exported_names(prefix, &series.metric).into_iter().zip(metrics) {
            metric.set_label(labels(wire.of(series), condition));
            let family = families.entry(name).or_insert_with_key(|name| family(name, series));
            family.mut_metric().push(metric);
            samples += 1;
        }
    }
    let families: Vec<MetricFamily> = families.into_values().collect();
    Ok(RenderedPage { text: TextEncoder::new().encode_to_string(&families)?, samples })
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

fn labels(mut all: BTreeMap<String, String>, condition: Vec<(String, String)>) -> Vec<LabelPair> {
    all.extend(condition);
    let pair = |(name, value): (String, String)| {
        let mut pair = LabelPair::default();
        // `le` is the histogram's; this is what Prometheus itself renames a label to that stands in the way.
        pair.set_name(if name == "le" { "exported_le".to_owned() } else { name });
        pair.set_value(value);
        pair
    };
    all.into_iter().map(pair).collect()
}
