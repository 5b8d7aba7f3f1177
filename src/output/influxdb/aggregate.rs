//! Aggregated points: one per push and series that was touched, and one per push and metric over all its series.
//!
//! Each holds what the span since the last push brought and, in `total…` fields, what the run amounts to so far, so that
//! a store can show both without averaging percentiles. The last totals of `…overall` are `summary.json`'s values, bit
//! for bit: same fold, same order of sums, same quantiles, same milliseconds.

use std::collections::BTreeMap;

use super::line::{key, line};
use crate::{
    metric::{Interval, MetricDef, SeriesDef, SeriesId, Totals, Value},
    output::{
        batch::Batch,
        encoder::Encoder,
        wire_labels::{DUPLICATE, Taken},
    },
    threshold::{Stat, parse::parse_stat, shown_factor, stat_of},
};

/// Lines in one request, as the receivers' makers advise.
const MAX_LINES: u64 = 5_000;
/// The statistics of a trend: field of the span, field of the run, k6's name.
const TREND_STATS: [(&str, &str, &str); 9] = [
    ("count", "total_count", "count"),
    ("min", "total_min", "min"),
    ("max", "total_max", "max"),
    ("mean", "total_mean", "avg"),
    ("p50", "total_p50", "med"),
    ("p90", "total_p90", "p(90)"),
    ("p95", "total_p95", "p(95)"),
    ("p99", "total_p99", "p(99)"),
    ("p999", "total_p999", "p(99.9)"),
];
/// One value of a point; None is left out.
type Field = (&'static str, Option<f64>);

/// Turns intervals into points. Times are in milliseconds, as k6's; time stamps (milliseconds too) are the span's end.
#[derive(Debug)]
pub(crate) struct AggregateEncoder {
    prefix: String,
    run_labels: Vec<(String, String)>,
    totals: Totals,
    /// Measurement and tags by series number.
    keys: Vec<Vec<u8>>,
    taken: Taken,
    /// Every metric seen so far with measurement and tags of its overall point.
    metrics: Vec<(MetricDef, Vec<u8>)>,
    span: BTreeMap<SeriesId, Value>,
    begin_ms: Option<i64>,
    end_ms: i64,
}

impl AggregateEncoder {
    /// An encoder without series. `prefix` goes before every measurement's name, `run_labels` are tags of every point.
    #[must_use]
    pub(crate) fn new(prefix: &str, run_labels: Vec<(String, String)>) -> Self {
        Self {
            prefix: prefix.to_owned(),
            run_labels,
            totals: Totals::default(),
            keys: Vec::new(),
            taken: Taken::default(),
            metrics: Vec::new(),
            span: BTreeMap::new(),
            begin_ms: None,
            end_ms: 0,
        }
    }

    fn define(&mut self, series: &SeriesDef) {
        let name = &series.metric.name;
        // Where the protocol can't tell two series apart (a backslash at the end, a label that the run has too), the
        // later one gets a tag: a point of the same measurement, tags and time would overwrite the other.
        let mut taken = std::mem::take(&mut self.taken);
        let (_, key) = taken.first_free(|number| {
            let mark = if number > 0 { number.to_string() } else { String::new() };
            let marked = (number > 0).then_some((DUPLICATE, &*mark));
            self.key(name, series.labels.iter().chain(marked))
        });
        self.taken = taken;
        self.keys.push(key);
        if !self.metrics.iter().any(|(known, _)| known.name == *name) {
            let key = self.key("overall", [("metric", &**name)].into_iter());
            self.metrics.push((series.metric.clone(), key));
        }
    }

    fn key<'a>(&'a self, measurement: &str, tags: impl Iterator<Item = (&'a str, &'a str)>) -> Vec<u8> {
        let run = self.run_labels.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        key(&format!("{}{measurement}", self.prefix), run.chain(tags))
    }
}

impl Encoder for AggregateEncoder {
    fn fold(&mut self, interval: &Interval) {
        for series in &interval.new_series {
            self.define(series);
        }
        self.totals.fold(interval);
        for (id, value) in &interval.values {
            match self.span.get_mut(id) {
                Some(known) => known.merge(value),
                None => drop(self.span.insert(*id, value.clone())),
            }
        }
        self.begin_ms.get_or_insert(interval.start_ms);
        self.end_ms = interval.end_ms;
    }

    /// The points of the span, at most 5,000 in a batch; nothing when no interval came since the last push.
    fn push(&mut self) -> Vec<Batch> {
        let Some(begin_ms) = self.begin_ms.take() else { return Vec::new() };
        let seconds = (self.end_ms - begin_ms) as f64 / 1e3;
        let mut batches = Vec::new();
        let mut overall: BTreeMap<&str, Value> = BTreeMap::new();
        let span = std::mem::take(&mut self.span);
        for (id, value) in &span {
            let Some(((series, total), key)) = self.totals.get(*id).zip(self.keys.get(*id as usize)) else { continue };
            put(&mut batches, line(key, &fields(&series.metric, value, total, seconds), self.end_ms));
            match overall.get_mut(&*series.metric.name) {
                Some(known) => known.merge_parallel(value),
                None => drop(overall.insert(&series.metric.name, value.clone())),
            }
        }
        for (metric, key) in &self.metrics {
            let Some(total) = self.totals.sum_where(&metric.name, |_| true) else { continue };
            let value = match (overall.remove(&*metric.name), &total) {
                // A gauge that was not set keeps its value, so the sum over its series is the run's.
                (_, Value::Gauge(_)) => total.clone(),
                (value, _) => value.unwrap_or_else(|| Value::empty(metric.kind)),
            };
            put(&mut batches, line(key, &fields(metric, &value, &total, seconds), self.end_ms));
        }
        batches
    }
}

fn put(batches: &mut Vec<Batch>, line: Option<Vec<u8>>) {
    let Some(line) = line else { return };
    match batches.last_mut() {
        Some(batch) if batch.samples() < MAX_LINES => batch.part(|out| out.extend(line)),
        _ => {
            let mut batch = Batch::default();
            batch.part(|out| out.extend(line));
            batches.push(batch);
        }
    }
}

fn fields(metric: &MetricDef, span: &Value, total: &Value, seconds: f64) -> Vec<Field> {
    let of_span = |stat| stat_of(span, stat, seconds);
    let of_run = |stat| stat_of(total, stat, 0.0);
    match (span, total) {
        (Value::Counter(_), _) => {
            // Only a span has a rate that means something; without a length it has none.
            let rate = of_span(Stat::Rate).filter(|_| seconds > 0.0);
            vec![("count", of_span(Stat::Count)), ("rate", rate), ("total", of_run(Stat::Count))]
        }
        (Value::Gauge(last), _) => vec![("value", *last)],
        (Value::Rate { total: all, .. }, Value::Rate { total: all_of_run, .. }) => vec![
            ("nonzero", of_span(Stat::Count)),
            ("count", Some(*all as f64)),
            ("rate", of_span(Stat::Rate)),
            ("total_nonzero", of_run(Stat::Count)),
            ("total_count", Some(*all_of_run as f64)),
            ("total_rate", of_run(Stat::Rate)),
        ],
        (Value::Trend(histogram), Value::Trend(histogram_of_run)) => {
            let factor = shown_factor(metric);
            let mut fields =
                vec![("sum", Some(histogram.sum() * factor)), ("total_sum", Some(histogram_of_run.sum() * factor))];
            for (name, name_of_run, stat) in TREND_STATS {
                let Some(stat) = parse_stat(stat) else { continue };
                let factor = if stat == Stat::Count { 1.0 } else { factor };
                fields.push((name, of_span(stat).map(|value| value * factor)));
                fields.push((name_of_run, of_run(stat).map(|value| value * factor)));
            }
            fields
        }
        _ => Vec::new(),
    }
}
