//! Findings of a run beside its verdict: what `loadagent.analysis` of the summary holds, and the log's end entry, so that
//! `report` repeats them.
//!
//! Times are in milliseconds, shares from 0 to 1, as everywhere in the summary.

use serde::{Deserialize, Serialize};

/// Everything that was found.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Analysis {
    /// Whether the findings are sure: those of an invalid run are not.
    pub sure: bool,
    /// Whether metrics drift while the load is constant; None if it is not constant for long enough.
    pub soak: Option<SoakFindings>,
}

/// Drifts over the part of a run with a constant load.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct SoakFindings {
    /// Start of the constant load, milliseconds from the start of the run.
    pub from_ms: f64,
    /// Its end.
    pub to_ms: f64,
    /// Time after its start that is not judged, because the target warms up.
    pub warm_up_ms: f64,
    /// Whether the target was steady after at most half of the time; nothing is cut if it was not.
    pub steady: bool,
    /// What each metric does.
    pub metrics: Vec<DriftFinding>,
}

/// What a metric does over a soak.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DriftVerdict {
    /// A gradual rise.
    Rising,
    /// A gradual fall.
    Falling,
    /// One lasting change of level.
    Step,
    /// No change that matters, and none could hide in the noise.
    None,
    /// The data do not decide.
    Inconclusive,
}

/// What one statistic of a metric does over a soak.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct DriftFinding {
    /// The metric.
    pub metric: String,
    /// The statistic by k6's name.
    pub statistic: String,
    /// What it is called in sentences.
    pub label: String,
    /// Whether the values are times in milliseconds; shares otherwise.
    pub is_time: bool,
    /// The conclusion.
    pub verdict: DriftVerdict,
    /// Whether the change is for the worse; false without one.
    pub worse: bool,
    /// Why it is inconclusive: `too_few_windows`, `noise` or `autocorrelation`.
    pub why: Option<String>,
    /// Windows that are judged.
    pub windows: usize,
    /// Length of a window.
    pub window_ms: f64,
    /// Level at the start, of the line or before the step.
    pub start: Option<f64>,
    /// Level at the end, of the line or after the step.
    pub end: Option<f64>,
    /// When the step came, from the start of the run.
    pub step_at_ms: Option<f64>,
    /// Change an hour.
    pub slope_per_hour: Option<f64>,
    /// Lower and upper limit (95 %) of the change an hour.
    pub slope_interval: [Option<f64>; 2],
    /// Chance of such a change without any, adjusted for the number of metrics.
    pub p: Option<f64>,
    /// Autocorrelation from window to window.
    pub autocorrelation: Option<f64>,
    /// When a threshold will be missed if it goes on like this.
    pub crossing: Option<CrossingFinding>,
}

/// When a threshold will be missed, in hours after the end of the soak; 0 if it is missed already.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct CrossingFinding {
    /// The threshold as written.
    pub threshold: String,
    /// At the steepest slope of the interval.
    pub earliest_hours: f64,
    /// At the slope itself; None if it does not lead there.
    pub likely_hours: Option<f64>,
    /// At the gentlest slope; None if it does not lead there.
    pub latest_hours: Option<f64>,
}
