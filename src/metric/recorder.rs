//! The recorder of a worker thread: written without locks, and flushed as a whole interval once a second.
//!
//! Series are interned in *families* (all metrics of one request), so that recording a request is one look-up and then
//! array writes. Memory depends on the number of series, not of requests.

use std::{collections::HashMap, sync::Arc, time::Duration};

use super::{
    Example, GaugeAggregation, Kind, Labels, MetricDef, MetricRegistry, Record, RecordWriter, Records, Sampled, Span,
    Spans, Unit, UserMetric, Value,
    example::Examples,
    intended::{IntendedCell, IntendedSeconds},
    series_limit::{OTHER, Scope, SeriesLimit},
};

/// The first series of an interned family; `family.at(i)` is its i-th metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Family(u32);

/// Observations of a worker between two ticks; series numbers are those of the worker.
#[derive(Debug)]
pub(crate) struct WorkerInterval {
    pub worker: usize,
    /// The second of the run that this interval ends (1 for the first).
    pub tick: u64,
    /// Whether the worker has ended, and this is its last interval.
    pub last: bool,
    /// How much later than its time it was handed over: the worker stood still.
    pub late: Duration,
    /// Whether its thread computed for most of that time, rather than stood still.
    pub was_busy: bool,
    /// Series interned since the last flush, in the order of their numbers.
    pub new_series: Vec<(MetricDef, Labels)>,
    /// Aggregations of custom gauges that appeared since the last flush.
    pub aggregations: Vec<(String, GaugeAggregation)>,
    /// A value for each known series, in the order of their numbers.
    pub values: Vec<Value>,
    /// Counts by intended second.
    pub intended: Vec<IntendedCell>,
    /// CPU time of the worker's thread since its start, in seconds.
    pub cpu_seconds: f64,
    /// Raw records since the last flush; empty unless enabled.
    pub records: Records,
    /// Spans of sampled traces.
    pub spans: Spans,
    /// First failures of a class at a step.
    pub examples: Vec<Example>,
}

/// Records observations of one worker thread.
#[derive(Debug, Default)]
pub(crate) struct Recorder {
    definitions: Vec<(MetricDef, Labels)>,
    flushed: usize,
    values: Vec<Value>,
    families: HashMap<(usize, Labels), Family>,
    limit: SeriesLimit,
    metrics: MetricRegistry,
    folded: Option<Family>,
    /// Counts by intended second.
    pub intended: IntendedSeconds,
    /// Raw records, if enabled.
    pub records: Option<RecordWriter>,
    spans: Spans,
    examples: Examples,
}

impl Recorder {
    /// A recorder with the custom metrics of a profile, within the limit of a run.
    #[must_use]
    pub(crate) fn new(metrics: Arc<[UserMetric]>, limit: SeriesLimit) -> Self {
        Self { metrics: MetricRegistry::new(metrics), limit, ..Self::default() }
    }

    /// Interns a family of metrics with a label set. Beyond the limit of the run, values of `data_labels` (names whose
    /// values come from the target or from data) become `other`, unless a threshold names them. A family is identified by
    /// the address of its first metric: definitions must not move during the run.
    pub(crate) fn family(&mut self, metrics: &[&MetricDef], labels: &Labels, data_labels: &[&str]) -> Family {
        let kind = metrics.first().map_or(0, |first| std::ptr::from_ref::<MetricDef>(first) as usize);
        if let Some(family) = self.families.get(&(kind, labels.clone())) {
            return *family;
        }
        let scope = || Scope::Metric(metrics.first().map_or_else(String::new, |first| first.name.to_string()));
        let folds = |name: &str| {
            labels.get(name).is_some_and(|value| value != OTHER && !self.limit.is_selected_by_threshold(name, value))
        };
        let to_fold: Vec<&str> = data_labels.iter().copied().filter(|name| folds(name)).collect();
        if !self.limit.admit(scope(), labels, !to_fold.is_empty()) {
            // As long as it fits, the status stays: it says what the target did.
            let computed = to_fold.iter().filter(|name| **name != "status").map(|name| (*name, OTHER));
            let mut folded = labels.with(computed);
            if !self.limit.admit_folded(scope(), &folded) {
                folded = labels.with(to_fold.iter().map(|name| (*name, OTHER)));
            }
            if folded != *labels {
                self.count_folded();
            }
            return self.intern(metrics, kind, &folded);
        }
        self.intern(metrics, kind, labels)
    }

    fn intern(&mut self, metrics: &[&MetricDef], kind: usize, labels: &Labels) -> Family {
        if let Some(family) = self.families.get(&(kind, labels.clone())) {
            return *family;
        }
        let family = Family(u32::try_from(self.definitions.len()).unwrap_or(u32::MAX));
        for metric in metrics {
            self.definitions.push(((*metric).clone(), labels.clone()));
            self.values.push(Value::empty(metric.kind));
        }
        self.families.insert((kind, labels.clone()), family);
        family
    }

    /// The limit of series of the run.
    #[must_use]
    pub(crate) fn limit(&self) -> &SeriesLimit {
        &self.limit
    }

    /// The number of a metric that a flow created; None beyond the limit, which is counted.
    pub(crate) fn dynamic_metric(&mut self, metric: &Arc<UserMetric>) -> Option<usize> {
        let number = self.metrics.number(metric);
        if number.is_none() {
            self.count_folded();
        }
        number
    }

    /// As [`Recorder::family`], for a custom metric by its number.
    pub(crate) fn user_family(&mut self, metric: usize, labels: &Labels, data_labels: &[&str]) -> Option<Family> {
        let metrics = std::mem::take(&mut self.metrics);
        let family = metrics.get(metric).map(|metric| self.family(&[&metric.def], labels, data_labels));
        self.metrics = metrics;
        family
    }

    /// Adds a sample to a custom metric by its number; `at` returns the time since the start of the run, for the raw record.
    #[inline]
    pub(crate) fn user_sample(&mut self, family: Family, metric: usize, sample: f64, at: impl FnOnce() -> Duration) {
        let Some(UserMetric { def, scale, up_and_down }) = self.metrics.get(metric) else { return };
        let (kind, unit, up_and_down, sample) = (def.kind, def.unit, *up_and_down, sample * scale);
        self.record(family, || {
            let written = match (kind, unit) {
                (Kind::Rate, _) => f64::from(u8::from(sample != 0.0)),
                // Raw outputs write times in milliseconds.
                (_, Unit::Seconds) => sample * 1e3,
                _ => sample,
            };
            (at(), Record::sample(Sampled::First, written))
        });
        match kind {
            Kind::Counter => self.add(family, 0, sample),
            Kind::Gauge if up_and_down => self.shift(family, 0, sample),
            Kind::Gauge => self.set(family, 0, sample),
            Kind::Rate => self.rate(family, 0, sample != 0.0),
            Kind::Trend => self.observe(family, 0, sample),
        }
    }

    /// Counts an observation whose labels were folded into `other`.
    #[cold]
    pub(crate) fn count_folded(&mut self) {
        static FOLDED: [&MetricDef; 1] = [&super::catalogue::SERIES_FOLDED];
        let folded = match self.folded {
            Some(family) => family,
            None => self.family(&FOLDED, &Labels::default(), &[]),
        };
        self.folded = Some(folded);
        self.add(folded, 0, 1.0);
    }

    #[inline]
    fn value(&mut self, family: Family, metric: usize) -> &mut Value {
        &mut self.values[family.0 as usize + metric]
    }

    /// Adds to a counter.
    #[inline]
    pub(crate) fn add(&mut self, family: Family, metric: usize, amount: f64) {
        if let Value::Counter(sum) = self.value(family, metric) {
            *sum += amount;
        }
    }

    /// Counts a failure. The first of an interval is looked at: whether it is the first of the run at its place, and then
    /// `example` returns when it was, and why.
    #[inline]
    pub(crate) fn failure(&mut self, family: Family, metric: usize, example: impl FnOnce() -> (Duration, String)) {
        if self.value(family, metric).is_empty() {
            self.example(family, example);
        }
        self.add(family, metric, 1.0);
    }

    /// Keeps the first failure at a place.
    #[cold]
    pub(crate) fn example(&mut self, family: Family, example: impl FnOnce() -> (Duration, String)) {
        let (_, labels) = &self.definitions[family.0 as usize];
        self.examples.note(labels, example);
    }

    /// Records an observation of a trend, in the metric's unit.
    #[inline]
    pub(crate) fn observe(&mut self, family: Family, metric: usize, value: f64) {
        if let Value::Trend(histogram) = self.value(family, metric) {
            histogram.record(value);
        }
    }

    /// Counts one observation of a rate.
    #[inline]
    pub(crate) fn rate(&mut self, family: Family, metric: usize, hit: bool) {
        if let Value::Rate { nonzero, total } = self.value(family, metric) {
            *nonzero += u64::from(hit);
            *total += 1;
        }
    }

    /// Sets a gauge.
    #[inline]
    pub(crate) fn set(&mut self, family: Family, metric: usize, value: f64) {
        if let Value::Gauge(last) = self.value(family, metric) {
            *last = Some(value);
        }
    }

    /// Adds to a gauge.
    #[inline]
    pub(crate) fn shift(&mut self, family: Family, metric: usize, amount: f64) {
        if let Value::Gauge(last) = self.value(family, metric) {
            *last = Some(last.unwrap_or_default() + amount);
        }
    }

    /// Writes a raw record of a family, if enabled; `what` returns the time since the start of the run, and the record.
    #[inline]
    pub(crate) fn record(&mut self, family: Family, what: impl FnOnce() -> (Duration, Record)) {
        if let Some(records) = &mut self.records {
            let (at, record) = what();
            records.write(family.0, &self.definitions[family.0 as usize], at, &record);
        }
    }

    /// Records an observation of one metric of a family, with its raw record; `at` returns the time since the start of
    /// the run. A counter takes it as an amount.
    #[inline]
    pub(crate) fn observation(&mut self, family: Family, metric: usize, value: f64, at: impl FnOnce() -> Duration) {
        let series = Family(family.0 + u32::try_from(metric).unwrap_or_default());
        let unit = self.definitions[series.0 as usize].0.unit;
        match self.value(series, 0) {
            Value::Trend(histogram) => histogram.record(value),
            Value::Counter(sum) => *sum += value,
            Value::Rate { nonzero, total } => {
                *nonzero += u64::from(value != 0.0);
                *total += 1;
            }
            Value::Gauge(last) => *last = Some(value),
        }
        // Raw outputs write times in milliseconds.
        let scale = if unit == Unit::Seconds { 1e3 } else { 1.0 };
        self.record(series, || (at(), Record::sample(Sampled::First, value * scale)));
    }

    /// Adds a span, whose duration and response time are observations of two metrics of a family.
    #[cold]
    pub(crate) fn span(&mut self, family: Family, (duration, response): (usize, usize), span: Span) {
        let series = |metric: usize| family.0 + u32::try_from(metric).unwrap_or(0);
        self.spans.push(Span { series: series(duration), response_series: series(response), ..span });
    }

    /// Takes the whole interval, and starts an empty one with the same series.
    pub(crate) fn flush(&mut self, worker: usize, tick: u64, last: bool, cpu_seconds: f64) -> WorkerInterval {
        let successors = self.values.iter().map(Value::successor).collect();
        let new_series = self.definitions[self.flushed..].to_vec();
        self.flushed = self.definitions.len();
        WorkerInterval {
            worker,
            tick,
            last,
            late: Duration::ZERO,
            was_busy: false,
            new_series,
            aggregations: self.metrics.take_aggregations(),
            values: std::mem::replace(&mut self.values, successors),
            intended: self.intended.take(),
            cpu_seconds,
            records: self.records.as_mut().map(RecordWriter::take).unwrap_or_default(),
            spans: std::mem::take(&mut self.spans),
            examples: self.examples.take_new(),
        }
    }
}

#[cfg(test)]
mod tests;
