//! Stress: where does the target break under a rising load?
//!
//! Owns the steps of a plan that rises, and the findings; [`LoadCounts`] are the counts of each. Start with
//! [`StressSteps::judge`].

use super::{
    capacity::{self, Breaking, Limits, LoadStep, Manner, StepResult},
    findings::{StepFinding, StepVerdict, StressFindings, StressVerdict},
    load_counts::LoadCounts,
    load_series::LoadSeries,
    load_shape::{PlannedStep, steps},
};
use crate::{interval_log::frame::LoggedScenario, metric::Interval, threshold::Threshold};

/// The steps of a run whose load rises; none for other runs.
#[derive(Debug, Default)]
pub(crate) struct StressSteps {
    steps: Vec<(PlannedStep, LoadCounts)>,
    series: LoadSeries,
}

impl StressSteps {
    /// No counts yet of a run with these scenarios.
    #[must_use]
    pub(crate) fn new(scenarios: &[LoggedScenario]) -> Self {
        let steps = steps(scenarios).into_iter().map(|step| (step, LoadCounts::default())).collect();
        Self { steps, ..Self::default() }
    }

    /// Takes the next interval.
    pub(crate) fn fold(&mut self, interval: &Interval) {
        if self.steps.is_empty() {
            return;
        }
        let middle = self.series.learn(interval);
        for cell in &interval.intended {
            if let Some((_, counts)) = step_at(&mut self.steps, f64::from(cell.second) + 0.5) {
                counts.intended.merge(cell);
            }
        }
        if let Some((step, counts)) = step_at(&mut self.steps, middle) {
            counts.observe(&self.series, interval, (middle - step.start) / (step.end - step.start));
        }
    }

    /// Judges the steps that ended within the first `elapsed` seconds; None if there are none.
    #[must_use]
    pub(crate) fn judge(&self, elapsed: f64, thresholds: &[&Threshold]) -> Option<StressFindings> {
        let done: Vec<&(PlannedStep, LoadCounts)> =
            self.steps.iter().filter(|(step, counts)| step.end <= elapsed + 0.5 && counts.intended.due > 0).collect();
        let (_, first) = *done.first()?;
        let rows: Vec<LoadStep> = done.iter().map(|(step, counts)| counts.load_step(step, first, thresholds)).collect();
        Some(findings(&capacity::judge(&rows, &Limits::default())))
    }
}

fn step_at(steps: &mut [(PlannedStep, LoadCounts)], at: f64) -> Option<&mut (PlannedStep, LoadCounts)> {
    steps.iter_mut().find(|(step, _)| step.start <= at && at < step.end)
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
    StressFindings {
        verdict,
        last_good_rate,
        first_bad_rate,
        by: by.map(step_verdict),
        manner: manner.map(|manner| manner_word(manner).to_owned()),
        contradictory: capacity.contradictory,
        steps: capacity.table.iter().map(|(step, result)| step_finding(step, *result)).collect(),
    }
}

/// A step as a finding.
pub(super) fn step_finding(step: &LoadStep, result: StepResult) -> StepFinding {
    StepFinding {
        rate: step.rate,
        completed_rate: step.completed,
        failed_share: step.error_share,
        p95_ms: step.latency.is_finite().then_some(step.latency * 1e3),
        busy_users: step.in_flight,
        verdict: step_verdict(result),
    }
}

/// The word of a result.
pub(super) fn step_verdict(result: StepResult) -> StepVerdict {
    match result {
        StepResult::Good => StepVerdict::Good,
        StepResult::ThresholdFails => StepVerdict::ThresholdFails,
        StepResult::DoesNotFollow => StepVerdict::DoesNotFollow,
        StepResult::GeneratorLimited => StepVerdict::GeneratorLimited,
    }
}

#[cfg(test)]
mod tests;
