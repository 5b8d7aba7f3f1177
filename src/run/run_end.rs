//! The end entry of an interval log: what a later reading can't compute from the intervals, so that `report` repeats the
//! verdict of the run and does not come to one of its own.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{
    analysis::{Analysis, Generator, Judgement, Outcome},
    output::DeliveryStats,
    report::Summary,
    threshold::{Bearing, judge::Finding},
};

/// How a run ended.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct RunEnd {
    /// Verdict, exit code and reasons.
    #[serde(flatten)]
    pub outcome: Outcome,
    /// Warnings of the summary.
    pub warnings: Vec<String>,
    /// Length of the load, without draining the outputs.
    pub elapsed: Duration,
    /// When each scenario ended, from the start of the load.
    #[serde(default)]
    pub scenario_ends: Vec<Option<Duration>>,
    /// Costs of the generator.
    pub generator: Generator,
    /// How thresholds stood, in the order of the header.
    pub findings: Vec<LoggedThresholdResult>,
    /// What the outputs delivered.
    pub outputs: Vec<DeliveryStats>,
    /// Whether they were still delivering: the run was killed before they had ended.
    #[serde(default)]
    pub outputs_pending: bool,
    /// What was found beside the verdict.
    #[serde(default)]
    pub analysis: Option<Analysis>,
    /// Statistics of trends that the summary showed, by k6's names.
    pub trend_stats: Vec<String>,
}

/// A [`Finding`] without its threshold. Windows of downsampled intervals can't be judged again.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct LoggedThresholdResult {
    observed: Option<f64>,
    worst: Option<(Duration, Duration)>,
    passed: bool,
    no_data: bool,
    bearing: String,
}

impl RunEnd {
    /// The end of the run that a summary describes.
    #[must_use]
    pub(crate) fn of(summary: &Summary) -> Self {
        Self {
            outcome: summary.outcome.clone(),
            warnings: summary.validity.warnings.clone(),
            elapsed: summary.elapsed,
            scenario_ends: summary.scenario_ends.clone(),
            generator: summary.validity.generator,
            findings: summary.findings.iter().map(LoggedThresholdResult::of).collect(),
            outputs: summary.outputs.clone(),
            outputs_pending: summary.outputs_pending,
            analysis: Some(summary.analysis.clone()),
            trend_stats: summary.trend_stats.iter().map(|(name, _)| name.clone()).collect(),
        }
    }

    /// Puts the run's own judgement in the place of one that was made from the log.
    pub(crate) fn replace(&self, judgement: &mut Judgement) {
        judgement.outcome = self.outcome.clone();
        if let Some(analysis) = &self.analysis {
            judgement.analysis = analysis.clone();
        }
        judgement.validity.warnings.clone_from(&self.warnings);
        judgement.validity.generator = self.generator;
        for (finding, logged) in judgement.findings.iter_mut().zip(&self.findings) {
            logged.replace(finding);
        }
    }
}

impl LoggedThresholdResult {
    fn of(finding: &Finding) -> Self {
        let Finding { threshold, observed, worst, passed, no_data } = finding;
        let bearing = threshold.bearing.as_str().to_owned();
        Self { observed: *observed, worst: *worst, passed: *passed, no_data: *no_data, bearing }
    }

    fn replace(&self, finding: &mut Finding) {
        finding.observed = self.observed;
        finding.worst = self.worst;
        finding.passed = self.passed;
        finding.no_data = self.no_data;
        finding.threshold.bearing = Bearing::of(&self.bearing);
    }
}
