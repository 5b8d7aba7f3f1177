//! How the run stands after an interval, for the control API.

use std::{collections::HashMap, time::Duration};

use crate::{
    control::status::{LiveStatus, LiveThreshold, Numbers},
    interval_log::{Header, frame::Model},
    metric::{
        Interval, Kind, MetricDef, Totals, Value,
        catalogue::{self, has_role},
    },
    threshold::{Bearing, judge::Finding},
    units::whole,
};

/// Sums of an interval and of the run so far.
struct Sums {
    users: f64,
    target_rate: f64,
    iterations: f64,
    /// Attempts in the interval.
    attempts: u64,
    /// Attempts and failed ones of the run.
    so_far: (u64, u64),
    times: Value,
}

impl Default for Sums {
    fn default() -> Self {
        let times = Value::empty(Kind::Trend);
        Self { users: 0.0, target_rate: 0.0, iterations: 0.0, attempts: 0, so_far: (0, 0), times }
    }
}

/// What [`LiveStatus`] shows.
pub(super) struct IntervalSnapshot<'a> {
    /// The last interval.
    pub interval: &'a Interval,
    /// The run so far.
    pub totals: &'a Totals,
    /// Its scenarios.
    pub header: &'a Header,
    /// Its thresholds.
    pub findings: Vec<Finding>,
    /// Since the start of the load.
    pub elapsed: Duration,
}

impl IntervalSnapshot<'_> {
    /// The status after the interval; `before` has what the interval does not show.
    #[must_use]
    pub(super) fn status(self, before: &LiveStatus) -> LiveStatus {
        let place = |name: &str| self.header.scenarios.iter().position(|scenario| scenario.name == name);
        let mut all = Sums::default();
        let mut each: Vec<Sums> = self.header.scenarios.iter().map(|_| Sums::default()).collect();
        for (id, value) in &self.interval.values {
            let Some((series, _)) = self.totals.get(*id) else { continue };
            let own = series.labels.get("scenario").and_then(place);
            let model = own.map(|own| self.header.scenarios[own].model);
            for sums in [Some(&mut all), own.map(|own| &mut each[own])].into_iter().flatten() {
                sums.add(&series.metric, value, model);
            }
        }
        for (series, value) in self.totals.iter() {
            let Value::Rate { nonzero, total } = value else { continue };
            if has_role(&series.metric, |protocol| protocol.failed) {
                let own = series.labels.get("scenario").and_then(place);
                for sums in [Some(&mut all), own.map(|own| &mut each[own])].into_iter().flatten() {
                    sums.so_far = (sums.so_far.0 + total, sums.so_far.1 + nonzero);
                }
            }
        }
        let seconds = (self.interval.end_ms - self.interval.start_ms).max(1) as f64 / 1e3;
        let scenarios = self.header.scenarios.iter().zip(each).enumerate().map(|(index, (scenario, sums))| {
            let open = scenario.model == Model::Open;
            sums.numbers(seconds, open, before.scenarios.get(index))
        });
        let scenarios: Vec<Numbers> = scenarios.collect();
        let mut total = all.numbers(seconds, false, Some(&before.total));
        total.rate = scenarios.iter().fold(0.0, |sum, numbers| sum + numbers.rate);
        LiveStatus {
            elapsed: Some(self.elapsed),
            total,
            scenarios,
            thresholds: self.findings.iter().map(threshold).collect(),
        }
    }
}

impl Sums {
    fn add(&mut self, metric: &MetricDef, value: &Value, model: Option<Model>) {
        // Users of an open scenario wait in a pool; those of a closed one all count.
        let users = if model == Some(Model::Open) { &catalogue::VUS } else { &catalogue::VUS_MAX };
        match value {
            Value::Rate { total, .. } if has_role(metric, |protocol| protocol.failed) => self.attempts += total,
            Value::Gauge(Some(now)) if metric.name == users.name => self.users += now,
            Value::Gauge(Some(now)) if metric.name == catalogue::TARGET_RATE.name => self.target_rate += now,
            Value::Counter(more) if metric.name == catalogue::ITERATIONS.name => self.iterations += more,
            Value::Trend(_) if has_role(metric, |protocol| protocol.response_time) => self.times.merge(value),
            _ => {}
        }
    }

    fn numbers(self, seconds: f64, open: bool, before: Option<&Numbers>) -> Numbers {
        let (requests, failed) = self.so_far;
        let Value::Trend(times) = self.times else { return Numbers::default() };
        let p95 = times.quantile(0.95).map(Duration::from_secs_f64).or(before.and_then(|before| before.p95));
        let users = whole(self.users);
        Numbers {
            users,
            rate: if open { self.target_rate } else { self.iterations / seconds },
            rps: self.attempts as f64 / seconds,
            requests,
            failed: if requests == 0 { 0.0 } else { failed as f64 / requests as f64 },
            p95,
        }
    }
}

fn threshold(finding: &Finding) -> LiveThreshold {
    let threshold = &finding.threshold;
    let state = match (threshold.bearing, finding.no_data, finding.passed) {
        (Bearing::NotRun, ..) => "not run",
        (_, true, _) => "no data",
        (_, _, true) => "ok",
        (_, _, false) => "failing",
    };
    let (metric, condition) = (threshold.key.clone(), threshold.expression.clone());
    LiveThreshold { metric, condition, state, observed: finding.observed }
}

/// Events that several workers report alike are printed once.
#[derive(Debug, Default)]
pub(super) struct EventFilter {
    /// How often each text was printed, and how often each worker reported it.
    texts: HashMap<String, (u64, HashMap<Option<usize>, u64>)>,
}

/// Most texts that are kept.
const MAX_TEXTS: usize = 1_000;

impl EventFilter {
    /// Whether a worker's event is new: no other worker has reported it that often.
    pub(super) fn is_new(&mut self, worker: Option<usize>, text: &str) -> bool {
        if self.texts.len() > MAX_TEXTS {
            self.texts.clear();
        }
        let (printed, by_worker) = self.texts.entry(text.to_owned()).or_default();
        let count = by_worker.entry(worker).or_default();
        *count += 1;
        let is_new = *count > *printed;
        *printed = (*printed).max(*count);
        is_new
    }
}

#[cfg(test)]
mod tests;
