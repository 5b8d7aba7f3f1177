//! The judge: each threshold keeps a running value of its own and takes only what an interval adds, so that judging
//! costs the interval's size and not the run's.

use std::time::Duration;

use super::{Stat, Threshold, shown_factor, stat_of};
use crate::metric::{Interval, MetricDef, SeriesId, Value, catalogue};

/// How a threshold stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// The threshold.
    pub threshold: Threshold,
    /// What was observed, in the shown unit; None without observations.
    pub observed: Option<f64>,
    /// Whether it holds.
    pub passed: bool,
    /// Whether there was nothing to judge.
    pub no_data: bool,
}

/// Holds thresholds against intervals.
#[derive(Debug)]
pub struct Judge {
    running: Vec<Running>,
}

#[derive(Debug)]
struct Running {
    threshold: Threshold,
    metric: &'static MetricDef,
    /// Series that the selector takes.
    series: Vec<SeriesId>,
    value: Value,
    observed: bool,
}

impl Judge {
    /// A judge without observations. Thresholds on unknown metrics were refused with the profile.
    #[must_use]
    pub fn new(thresholds: &[Threshold]) -> Self {
        let running = thresholds.iter().filter_map(|threshold| {
            let metric = catalogue::find(&threshold.metric)?;
            let value = Value::empty(metric.kind);
            Some(Running { threshold: threshold.clone(), metric, series: Vec::new(), value, observed: false })
        });
        Self { running: running.collect() }
    }

    /// Takes an interval.
    pub fn observe(&mut self, interval: &Interval) {
        for running in &mut self.running {
            for series in &interval.new_series {
                if series.metric.name == running.threshold.metric && series.labels.has_all(&running.threshold.selector)
                {
                    running.series.push(series.id);
                }
            }
            for (id, value) in &interval.values {
                if running.series.binary_search(id).is_ok() {
                    running.value.merge(value);
                    running.observed = true;
                }
            }
        }
    }

    /// How every threshold stands after `elapsed`.
    #[must_use]
    pub fn findings(&self, elapsed: Duration) -> Vec<Finding> {
        self.running.iter().map(|running| running.finding(elapsed)).collect()
    }

    /// The first failed threshold that asks to end the run.
    #[must_use]
    pub fn wants_abort(&self, elapsed: Duration) -> Option<Finding> {
        self.running
            .iter()
            .filter(|running| running.threshold.abort_on_fail && elapsed >= running.threshold.delay_abort)
            .map(|running| running.finding(elapsed))
            .find(|finding| !finding.passed && !finding.no_data)
    }
}

impl Running {
    fn finding(&self, elapsed: Duration) -> Finding {
        let threshold = self.threshold.clone();
        let counts = matches!(threshold.stat, Stat::Count) || matches!(self.value, Value::Counter(_));
        // A counter that never appeared is a true zero: nothing happened. A share or a quantile of nothing is no data.
        let observed =
            (self.observed || counts).then(|| stat_of(&self.value, threshold.stat, elapsed.as_secs_f64())).flatten();
        let shown = if matches!(threshold.stat, Stat::Count) { 1.0 } else { shown_factor(self.metric) };
        let observed = observed.map(|value| value * shown);
        let no_data = observed.is_none();
        let passed = observed.map_or(threshold.allow_no_data, |value| threshold.operator.holds(value, threshold.bound));
        Finding { threshold, observed, passed, no_data }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metric::{Labels, SeriesDef};
    use crate::threshold::parse::{parse_expression, parse_key};

    fn threshold(key: &str, expression: &str) -> Threshold {
        let (metric, selector) = parse_key(key).unwrap();
        let kind = catalogue::find(&metric).unwrap().kind;
        let (stat, operator, bound) = parse_expression(expression, kind).unwrap();
        Threshold {
            key: key.into(),
            metric,
            selector,
            expression: expression.into(),
            stat,
            operator,
            bound,
            abort_on_fail: true,
            delay_abort: Duration::from_secs(2),
            allow_no_data: false,
        }
    }

    fn failed(ids: &[(SeriesId, &str, u64)]) -> Interval {
        let metric = &catalogue::HTTP_REQ_FAILED;
        let new_series = ids.iter().map(|(id, scenario, _)| SeriesDef {
            id: *id,
            metric: metric.clone(),
            labels: Labels::new([("scenario", *scenario)]),
        });
        let values = ids.iter().map(|(id, _, nonzero)| (*id, Value::Rate { nonzero: *nonzero, total: 10 }));
        Interval { new_series: new_series.collect(), values: values.collect(), ..Interval::default() }
    }

    #[test]
    fn a_selector_takes_only_its_series() {
        let mut judge = Judge::new(&[threshold("http_req_failed{scenario:a}", "rate<0.2")]);
        judge.observe(&failed(&[(0, "a", 1), (1, "b", 10)]));
        let finding = &judge.findings(Duration::from_secs(1))[0];
        assert!(finding.passed, "{finding:?}");
    }

    #[test]
    fn nothing_observed_fails_visibly_and_a_count_of_nothing_is_zero() {
        let judge = Judge::new(&[threshold("http_req_failed", "rate<0.2"), threshold("http_reqs", "count<1")]);
        let findings = judge.findings(Duration::from_secs(1));
        assert!(!findings[0].passed && findings[0].no_data);
        assert!(findings[1].passed && !findings[1].no_data);
        assert!(judge.wants_abort(Duration::from_secs(9)).is_none(), "no data is no reason to abort");
    }

    #[test]
    fn abort_waits_for_its_delay() {
        let mut judge = Judge::new(&[threshold("http_req_failed", "rate<0.2")]);
        judge.observe(&failed(&[(0, "a", 9)]));
        assert!(judge.wants_abort(Duration::from_secs(1)).is_none());
        assert!(judge.wants_abort(Duration::from_secs(2)).is_some());
    }
}
