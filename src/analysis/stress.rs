//! Stress: where does the target break under a rising load?
//!
//! Owns the counts of each step of a plan that rises, by intended second, and the findings. Start with
//! [`StressSteps::judge`].

use std::collections::BTreeSet;

use super::{
    capacity::{self, Breaking, Limits, LoadStep, Manner, StepResult},
    findings::{StepFinding, StepVerdict, StressFindings, StressVerdict},
    load_shape::{PlannedStep, steps},
    validity::{MAX_DROPPED, MAX_LAG_P99},
};
use crate::{
    interval_log::frame::LoggedScenario,
    metric::{
        Histogram, Interval, SeriesId, Value, catalogue,
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
#[derive(Debug)]
struct Counts {
    intended: IntendedCell,
    lag: Histogram,
    /// Sum and number of the busy users at the end of each second, of the first and the last third and of all.
    users: [(f64, f64); 3],
}

impl Default for Counts {
    fn default() -> Self {
        Self { intended: IntendedCell::new(0, 0), lag: Histogram::default(), users: [(0.0, 0.0); 3] }
    }
}

/// The steps of a run whose load rises; none for other runs.
#[derive(Debug, Default)]
pub(crate) struct StressSteps {
    steps: Vec<(PlannedStep, Counts)>,
    users: BTreeSet<SeriesId>,
    lag: BTreeSet<SeriesId>,
    started_at_ms: Option<i64>,
}

impl StressSteps {
    /// No counts yet of a run with these scenarios.
    #[must_use]
    pub(crate) fn new(scenarios: &[LoggedScenario]) -> Self {
        let steps = steps(scenarios).into_iter().map(|step| (step, Counts::default())).collect();
        Self { steps, ..Self::default() }
    }

    /// Takes the next interval.
    pub(crate) fn fold(&mut self, interval: &Interval) {
        if self.steps.is_empty() {
            return;
        }
        let started = *self.started_at_ms.get_or_insert(interval.start_ms);
        for series in &interval.new_series {
            if series.metric.name == catalogue::VUS.name {
                self.users.insert(series.id);
            } else if series.metric.name == catalogue::SCHEDULE_LAG.name {
                self.lag.insert(series.id);
            }
        }
        for cell in &interval.intended {
            if let Some((_, counts)) = step_at(&mut self.steps, f64::from(cell.second) + 0.5) {
                counts.intended.merge(cell);
            }
        }
        let half = interval.end_ms.saturating_sub(interval.start_ms) / 2;
        let middle = interval.start_ms.saturating_add(half).saturating_sub(started) as f64 / 1e3;
        let Some((step, counts)) = step_at(&mut self.steps, middle) else { return };
        let third = (middle - step.start) / (step.end - step.start) * 3.0;
        for (id, value) in &interval.values {
            match value {
                Value::Gauge(Some(users)) if self.users.contains(id) => counts.add_users(*users, third),
                Value::Trend(lag) if self.lag.contains(id) => counts.lag.merge(lag),
                _ => {}
            }
        }
    }

    /// Judges the steps that ended within the first `elapsed` seconds; None if there are none.
    #[must_use]
    pub(crate) fn judge(&self, elapsed: f64, thresholds: &[&Threshold]) -> Option<StressFindings> {
        let done: Vec<&(PlannedStep, Counts)> =
            self.steps.iter().filter(|(step, counts)| step.end <= elapsed + 0.5 && counts.intended.due > 0).collect();
        let (_, first) = *done.first()?;
        let rows: Vec<LoadStep> = done.iter().map(|(step, counts)| counts.load_step(step, first, thresholds)).collect();
        Some(findings(&capacity::judge(&rows, &Limits::default())))
    }
}

fn step_at(steps: &mut [(PlannedStep, Counts)], at: f64) -> Option<&mut (PlannedStep, Counts)> {
    steps.iter_mut().find(|(step, _)| step.start <= at && at < step.end)
}

impl Counts {
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

    fn p95(&self) -> f64 {
        coarse_quantile(&self.intended.response_times, QUANTILE).unwrap_or(f64::NAN)
    }

    /// Requests of an iteration.
    fn per_iteration(&self) -> f64 {
        self.done() / (self.intended.due.saturating_sub(self.intended.dropped) as f64).max(1.0)
    }

    fn load_step(&self, step: &PlannedStep, first: &Self, thresholds: &[&Threshold]) -> LoadStep {
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
        match (observed, threshold.operator.keeps_below()) {
            (Some(observed), Some(true)) => observed <= bound,
            (Some(observed), Some(false)) => observed >= bound,
            _ => true,
        }
    }
}

fn findings(capacity: &capacity::Capacity) -> StressFindings {
    let (verdict, last_good_rate, first_bad_rate, by, manner) = match capacity.breaking {
        Breaking::Between { good, bad, by, manner } => {
            (StressVerdict::Breaks, Some(good), Some(bad), Some(by), Some(manner))
        }
        Breaking::Below { lowest, by } => (StressVerdict::BreaksBelow, None, Some(lowest), Some(by), None),
        Breaking::NotReached { highest } => (StressVerdict::NotReached, Some(highest), None, None, None),
        Breaking::GeneratorLimited { good } => (StressVerdict::GeneratorLimited, good, None, None, None),
        Breaking::NoSteps => (StressVerdict::NotReached, None, None, None, None),
    };
    let manner_word = |manner| match manner {
        Manner::Cliff => "cliff",
        Manner::Gradual => "gradual",
        Manner::Unclear => "unclear",
    };
    let step = |(step, result): &(LoadStep, StepResult)| StepFinding {
        rate: step.rate,
        completed_rate: step.completed,
        failed_share: step.error_share,
        p95_ms: step.latency.is_finite().then_some(step.latency * 1e3),
        busy_users: step.in_flight,
        verdict: step_verdict(*result),
    };
    StressFindings {
        verdict,
        last_good_rate,
        first_bad_rate,
        by: by.map(step_verdict),
        manner: manner.map(|manner| manner_word(manner).to_owned()),
        contradictory: capacity.contradictory,
        steps: capacity.table.iter().map(step).collect(),
    }
}

fn step_verdict(result: StepResult) -> StepVerdict {
    match result {
        StepResult::Good => StepVerdict::Good,
        StepResult::ThresholdFails => StepVerdict::ThresholdFails,
        StepResult::DoesNotFollow => StepVerdict::DoesNotFollow,
        StepResult::GeneratorLimited => StepVerdict::GeneratorLimited,
    }
}

#[cfg(test)]
mod tests;
