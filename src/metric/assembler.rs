//! Merges the intervals of all workers: maps their series numbers to those of the run, merges values of the same series,
//! and adds the second of a late worker to the next interval. Series are numbered per worker, so that workers intern
//! labels without locks.

use std::collections::BTreeMap;

use super::{
    Example, Interval, Kind, Labels, MetricDef, SeriesDef, Span, Totals, Value, WorkerInterval,
    intended::IntendedSeconds, series::Interner,
};

/// How gauges of several workers and intervals are aggregated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum GaugeAggregation {
    /// The sum over workers: users, connections.
    #[default]
    Sum,
    /// The last value.
    Last,
    /// The sum of changes over the whole run.
    SumOfChanges,
}

/// Replaces the number of a series whose metric has another kind in another worker.
const REFUSED: u32 = u32::MAX;

/// Assembles one interval at a time.
#[derive(Debug)]
pub(crate) struct Assembler {
    interner: Interner,
    announced: usize,
    /// By worker: the run's number for each of its series.
    numbers: Vec<Vec<u32>>,
    ticks: Vec<u64>,
    ended: Vec<bool>,
    worker_cpu: Vec<f64>,
    values: Vec<Option<Value>>,
    /// Gauges by series and worker: a later value replaces an earlier one of the same worker.
    gauges: BTreeMap<(u32, usize), f64>,
    /// Aggregations other than sums, by metric name.
    aggregations: BTreeMap<String, GaugeAggregation>,
    /// Kinds of metrics by name. Flows can create metrics with different kinds in two workers: the first one counts.
    kinds: BTreeMap<String, Kind>,
    /// Sums of changes, by series.
    levels: BTreeMap<u32, f64>,
    intended: IntendedSeconds,
    spans: Vec<Span>,
    examples: Vec<Example>,
    sequence: u64,
}

impl Assembler {
    /// An assembler that waits for a number of workers.
    #[must_use]
    pub(crate) fn new(workers: usize) -> Self {
        Self {
            interner: Interner::default(),
            announced: 0,
            numbers: vec![Vec::new(); workers],
            ticks: vec![0; workers],
            ended: vec![false; workers],
            worker_cpu: vec![0.0; workers],
            values: Vec::new(),
            gauges: BTreeMap::new(),
            aggregations: BTreeMap::new(),
            kinds: BTreeMap::new(),
            levels: BTreeMap::new(),
            intended: IntendedSeconds::default(),
            spans: Vec::new(),
            examples: Vec::new(),
            sequence: 0,
        }
    }

    /// Goes on with a run of which earlier processes left these totals and so many intervals: series keep their numbers.
    #[must_use]
    pub(crate) fn continuing(workers: usize, totals: &Totals, intervals: u64) -> Self {
        let mut assembler = Self { sequence: intervals, ..Self::new(workers) };
        for (series, value) in totals.iter() {
            let number = assembler.interner.id(&series.metric, &series.labels);
            assembler.kinds.entry(series.metric.name.to_string()).or_insert(series.metric.kind);
            if let Value::Gauge(Some(last)) = value {
                // Used only where a gauge is the sum of changes over the whole run.
                assembler.levels.insert(number, *last);
            }
        }
        assembler.announced = assembler.interner.definitions().len();
        assembler
    }

    /// Adds a worker's interval. Workers beyond the expected number (setup, teardown) are not waited for: they have a
    /// single interval, which is their last.
    pub(crate) fn take(&mut self, part: WorkerInterval) {
        let worker = part.worker;
        if worker >= self.numbers.len() {
            self.numbers.resize_with(worker + 1, Vec::new);
            self.ticks.resize(worker + 1, 0);
            self.ended.resize(worker + 1, true);
            self.worker_cpu.resize(worker + 1, 0.0);
        }
        self.aggregations.extend(part.aggregations);
        for (metric, labels) in &part.new_series {
            let agreed = *self.kinds.entry(metric.name.to_string()).or_insert(metric.kind) == metric.kind;
            let number = if agreed { self.interner.id(metric, labels) } else { REFUSED };
            self.numbers[worker].push(number);
        }
        for (place, value) in part.values.into_iter().enumerate() {
            let number = self.numbers[worker][place];
            match value {
                _ if number == REFUSED => {}
                Value::Gauge(Some(last)) => self.gauge(number, worker, last),
                value if value.is_empty() => {}
                value => self.put(number, &value),
            }
        }
        self.intended.merge(part.intended);
        let numbers = &self.numbers[worker];
        self.spans.extend(part.spans.kept.into_iter().map(|span| {
            let [series, response_series] = [span.series, span.response_series].map(|number| numbers[number as usize]);
            Span { series, response_series, ..span }
        }));
        self.examples.extend(part.examples);
        self.ticks[worker] = part.tick;
        self.ended[worker] = part.last;
        self.worker_cpu[worker] = part.cpu_seconds;
    }

    fn gauge(&mut self, number: u32, worker: usize, value: f64) {
        let (metric, _) = &self.interner.definitions()[number as usize];
        let (place, value) = match self.aggregations.get(&*metric.name).copied().unwrap_or_default() {
            GaugeAggregation::Sum => (worker, value),
            // Shared by all workers: a later value replaces an earlier one.
            GaugeAggregation::Last => (0, value),
            GaugeAggregation::SumOfChanges => {
                let level = self.levels.entry(number).or_default();
                *level += value;
                (0, *level)
            }
        };
        self.gauges.insert((number, place), value);
    }

    /// Records a metric of the generator or of an output.
    pub(crate) fn record(&mut self, metric: &MetricDef, labels: &Labels, value: &Value) {
        let number = self.interner.id(metric, labels);
        self.put(number, value);
    }

    fn put(&mut self, number: u32, value: &Value) {
        let place = number as usize;
        if self.values.len() <= place {
            self.values.resize(place + 1, None);
        }
        match &mut self.values[place] {
            Some(known) => known.merge_parallel(value),
            empty => *empty = Some(value.clone()),
        }
    }

    /// Whether every worker has delivered this second, or has ended.
    #[must_use]
    pub(crate) fn is_complete(&self, tick: u64) -> bool {
        self.ticks.iter().zip(&self.ended).all(|(known, ended)| *ended || *known >= tick)
    }

    /// Whether every worker has ended.
    #[must_use]
    pub(crate) fn all_ended(&self) -> bool {
        self.ended.iter().all(|ended| *ended)
    }

    /// CPU seconds of all worker threads so far.
    #[must_use]
    pub(crate) fn worker_cpu_seconds(&self) -> f64 {
        self.worker_cpu.iter().sum()
    }

    /// Closes the interval over a span of wall time (Unix milliseconds) and starts the next.
    pub(crate) fn close(&mut self, start_ms: i64, end_ms: i64) -> Interval {
        for ((number, _), last) in std::mem::take(&mut self.gauges) {
            self.put(number, &Value::Gauge(Some(last)));
        }
        let first = self.announced;
        let new_series = self.interner.definitions()[first..].iter().zip(first..).map(|((metric, labels), id)| {
            SeriesDef { id: u32::try_from(id).unwrap_or(u32::MAX), metric: metric.clone(), labels: labels.clone() }
        });
        let new_series: Vec<_> = new_series.collect();
        self.announced += new_series.len();
        let values = std::mem::take(&mut self.values);
        let values = (0..).zip(values).filter_map(|(id, value)| Some((id, value?))).collect();
        let sequence = self.sequence;
        self.sequence += 1;
        let (intended, spans) = (self.intended.take(), std::mem::take(&mut self.spans));
        let mut examples = std::mem::take(&mut self.examples);
        // By time: the limit of a run takes the earliest, whichever worker was first to deliver.
        examples.sort_by(|one, other| (one.at, &one.place).cmp(&(other.at, &other.place)));
        Interval { sequence, start_ms, end_ms, new_series, values, intended, spans, examples }
    }
}

#[cfg(test)]
mod tests;
