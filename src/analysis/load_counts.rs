//! What is known of a time in which the load was constant, or rose evenly: counts by intended second, lateness, busy users.
//!
//! Owns the fold of a step of a stress test, or of a probe of a search, into the [`LoadStep`] that is judged.

use super::{
    capacity::LoadStep,
    load_series::LoadSeries,
    load_shape::PlannedStep,
    validity::{MAX_DROPPED, MAX_LAG_P99},
};
use crate::{
    metric::{
        Histogram, Interval, catalogue,
        catalogue::has_role,
        intended::{IntendedCell, coarse_quantile},
    },
    threshold::{Bearing, Stat, Threshold, shown_factor},
};

/// The response time of a step.
const QUANTILE: f64 = 0.95;
/// Failures that are normal: this many times the share of the first step, and this share more.
const NORMAL_FAILURES: f64 = 1.5;
const FURTHER_FAILURES: f64 = 0.02;
/// Growth of fewer busy users than these is noise.
const LEAST_USERS: f64 = 5.0;
/// Arrivals that are dropped although latency is below this many times that of the first step: users were too few.
const CALM: f64 = 1.5;

/// What is known of a step.
#[derive(Debug, Clone)]
pub(super) struct LoadCounts {
    /// All of its seconds.
    pub(super) intended: IntendedCell,
    lag: Histogram,
    /// Sum and number of the busy users at the end of each second, of the first and the last third and of all.
    users: [(f64, f64); 3],
}

impl Default for LoadCounts {
    fn default() -> Self {
        Self { intended: IntendedCell::new(0, 0), lag: Histogram::default(), users: [(0.0, 0.0); 3] }
    }
}

impl LoadCounts {
    /// Takes the users and the lateness of an interval in the middle of which this share of the step is over.
    pub(super) fn observe(&mut self, series: &LoadSeries, interval: &Interval, share: f64) {
        if let Some(users) = series.all_users(interval) {
            self.add_users(users, 3.0 * share);
        }
        series.lags(interval).for_each(|lag| self.lag.merge(lag));
    }

    fn add_users(&mut self, users: f64, third: f64) {
        let places = [third < 1.0, third >= 2.0, true];
        for ((sum, count), _) in self.users.iter_mut().zip(places).filter(|(_, is_in)| *is_in) {
            *sum += users;
            *count += 1.0;
        }
    }

    fn done(&self) -> f64 {
        (self.intended.passed + self.intended.failed) as f64
    }

    fn failed_share(&self) -> f64 {
        if self.done() > 0.0 { self.intended.failed as f64 / self.done() } else { 0.0 }
    }

    /// p95 of the response time in seconds; NaN without any.
    pub(super) fn p95(&self) -> f64 {
        coarse_quantile(&self.intended.response_times, QUANTILE).unwrap_or(f64::NAN)
    }

    /// Users in an iteration, on average.
    pub(super) fn mean_users(&self) -> f64 {
        let [.., (sum, count)] = self.users;
        sum / f64::max(count, 1.0)
    }

    /// Requests of an iteration.
    fn per_iteration(&self) -> f64 {
        self.done() / (self.intended.due.saturating_sub(self.intended.dropped) as f64).max(1.0)
    }

    /// The same counts as if none had failed.
    pub(super) fn without_failures(&self) -> Self {
        let mut calm = self.clone();
        calm.intended.passed += std::mem::take(&mut calm.intended.failed);
        calm
    }

    /// What is judged; `first` is a step at which all was well.
    pub(super) fn load_step(&self, step: &PlannedStep, first: &Self, thresholds: &[&Threshold]) -> LoadStep {
        let seconds = step.end - step.start;
        let normal = NORMAL_FAILURES * first.failed_share() + FURTHER_FAILURES;
        let too_many = (self.intended.failed as f64 - normal * self.done()).max(0.0);
        let iterations = (self.done() - too_many) / first.per_iteration().max(f64::MIN_POSITIVE);
        // Of what was due, which a Poisson process does not keep to the plan.
        let due = self.intended.due as f64;
        let [early, late, all] = self.users.map(|(sum, count): (f64, f64)| sum / count.max(1.0));
        let planned_growth = (step.to - step.from) / step.rate().max(f64::MIN_POSITIVE);
        let dropped = self.intended.dropped as f64 / due.max(1.0);
        let is_late = self.lag.quantile(0.99).is_some_and(|lag| lag > MAX_LAG_P99.as_secs_f64());
        let too_few_users = dropped > MAX_DROPPED && self.p95() < CALM * first.p95();
        LoadStep {
            rate: step.rate(),
            completed: step.rate() * (iterations / due.max(1.0)).min(1.0),
            latency: self.p95(),
            error_share: self.failed_share(),
            in_flight: all,
            in_flight_growth: (late - early) / all.max(LEAST_USERS) - planned_growth,
            thresholds_hold: thresholds.iter().all(|threshold| self.holds(threshold, seconds)),
            generator_healthy: !is_late && !too_few_users,
        }
    }

    /// Whether a threshold holds over the step; those that can't be judged by step hold. The service time is at most the
    /// response time, which is what is known by intended second.
    fn holds(&self, threshold: &Threshold, seconds: f64) -> bool {
        let metric = &threshold.metric;
        let is_time =
            has_role(metric, |protocol| protocol.response_time) || metric.name == catalogue::HTTP_REQ_DURATION.name;
        let is_failed = has_role(metric, |protocol| protocol.failed);
        if !threshold.selector.is_empty() || threshold.bearing != Bearing::Binding || seconds <= 0.0 {
            return true;
        }
        let observed = match threshold.stat {
            Stat::Quantile(q) if is_time => coarse_quantile(&self.intended.response_times, q),
            Stat::Rate if is_failed => Some(self.failed_share()),
            _ => None,
        };
        let bound = threshold.bound / shown_factor(metric);
        if bound.is_nan() {
            // Of a baseline that is known at the end only.
            return true;
        }
        match (observed, threshold.operator.keeps_below()) {
            (Some(observed), Some(true)) => observed <= bound,
            (Some(observed), Some(false)) => observed >= bound,
            _ => true,
        }
    }
}
