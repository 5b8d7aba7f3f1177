//! Findings of a run beside its verdict: what `loadagent.analysis` of the summary holds, and the log's end entry, so that
//! `report` repeats them.
//!
//! Times are in milliseconds, shares from 0 to 1, as everywhere in the summary.

use serde::{Deserialize, Serialize};

use crate::metric::{MetricDef, catalogue};

/// Everything that was found.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Analysis {
    /// Whether the findings are sure: those of an invalid run are not.
    pub sure: bool,
    /// Whether metrics drift while the load is constant; None if it is not constant for long enough.
    pub soak: Option<SoakFindings>,
    /// What each spike of the load did; empty without spikes.
    #[serde(default)]
    pub spikes: Vec<SpikeFinding>,
    /// Where the target breaks under a rising load; None if the load does not rise in steps.
    #[serde(default)]
    pub stress: Option<StressFindings>,
    /// The highest rate that a search found; None of runs without a search.
    #[serde(default)]
    pub search: Option<SearchFindings>,
    /// What the resources of targets do; empty without targets, and of short runs.
    #[serde(default)]
    pub resources: Vec<ResourceFinding>,
}

impl Analysis {
    /// The findings as values of metrics, those that are sure.
    #[must_use]
    pub(crate) fn gauges(&self) -> Vec<(&'static MetricDef, f64)> {
        let degradation = self.soak.as_ref().and_then(SoakFindings::degradation);
        let seconds = |spike: &SpikeFinding| spike.recovery_ms.map(|ms| ms / 1e3);
        let recoveries: Option<Vec<f64>> = self.spikes.iter().map(seconds).collect();
        let recovery = recoveries.and_then(|all| all.into_iter().max_by(f64::total_cmp));
        let gauges = [
            (&catalogue::VERDICT_DEGRADATION, degradation),
            (&catalogue::VERDICT_RECOVERY_TIME, recovery),
            (&catalogue::VERDICT_MAX_SUSTAINED_RATE, self.search.as_ref().and_then(SearchFindings::sure_rate)),
            (&catalogue::VERDICT_LEAK, leak(&self.resources)),
            (&catalogue::VERDICT_LAST_GOOD_RATE, self.stress.as_ref().and_then(|stress| stress.last_good_rate)),
        ];
        gauges.into_iter().filter_map(|(metric, value)| Some((metric, value.filter(|_| self.sure)?))).collect()
    }
}

/// 1 if a resource leaks, 0 if surely none does.
fn leak(resources: &[ResourceFinding]) -> Option<f64> {
    let is = |verdict| resources.iter().any(|resource| resource.verdict == verdict);
    if is(LeakVerdict::Leak) {
        return Some(1.0);
    }
    (!resources.is_empty() && !is(LeakVerdict::Inconclusive)).then_some(0.0)
}

impl SoakFindings {
    /// The largest change of a time for the worse, as a share of its start; None if no time is decided.
    fn degradation(&self) -> Option<f64> {
        let change = |metric: &DriftFinding| match metric.verdict {
            DriftVerdict::None => Some(0.0),
            DriftVerdict::Inconclusive => None,
            _ if metric.worse => Some(metric.end? / metric.start.filter(|start| *start > 0.0)? - 1.0),
            _ => Some(0.0),
        };
        self.metrics.iter().filter(|metric| metric.is_time).filter_map(change).max_by(f64::total_cmp)
    }
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
    /// When a threshold will fail at this pace.
    pub crossing: Option<CrossingFinding>,
}

/// When a threshold will fail, in hours after the end of the soak; 0 if it already fails.
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

/// What the use of a resource of a target does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LeakVerdict {
    /// It grows without end.
    Leak,
    /// It stays.
    None,
    /// It changes with the load only.
    FollowsLoad,
    /// It grows and is released again.
    Released,
    /// It grew at first.
    Settles,
    /// It rose once, and stayed there.
    Step,
    /// The data do not decide.
    Inconclusive,
}

/// What the use of one resource of a target does over a run, without what the load explains.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct ResourceFinding {
    /// The target.
    pub target: String,
    /// Its metric, as the target names it.
    pub metric: String,
    /// What it is: memory, file handles, connections, goroutines or threads.
    pub resource: String,
    /// Whether the values are bytes; counts otherwise.
    pub is_bytes: bool,
    /// The conclusion.
    pub verdict: LeakVerdict,
    /// Why it is inconclusive: `too_few_windows`, `noise` or `autocorrelation`.
    pub why: Option<String>,
    /// Windows that are judged.
    pub windows: usize,
    /// Length of a window.
    pub window_ms: f64,
    /// Use at the start, of the line or before the step.
    pub start: Option<f64>,
    /// Use at the end, of the line or after the step.
    pub end: Option<f64>,
    /// When the step came, from the start of the run.
    pub step_at_ms: Option<f64>,
    /// Change an hour.
    pub slope_per_hour: Option<f64>,
    /// Lower and upper limit (95 %) of the change an hour.
    pub slope_interval: [Option<f64>; 2],
    /// Chance of such growth without any, adjusted for the number of resources.
    pub p: Option<f64>,
}

/// When a target was back to normal after a spike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RecoveryVerdict {
    /// Nothing left its normal range.
    Undisturbed,
    /// Normal again, and it stayed so.
    Recovered,
    /// Not normal again for as long as it was observed.
    NotRecovered,
    /// The data do not decide.
    Inconclusive,
}

/// What a spike did. Times are milliseconds from the start of the run, if not noted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct SpikeFinding {
    /// The scenario.
    pub scenario: String,
    /// The load leaves its baseline.
    pub from_ms: f64,
    /// The load is back.
    pub to_ms: f64,
    /// Arrivals per second before it.
    pub base_rate: f64,
    /// Most arrivals per second.
    pub peak_rate: f64,
    /// The conclusion.
    pub verdict: RecoveryVerdict,
    /// Why it is inconclusive: `no_baseline` or `observed_too_short`.
    pub why: Option<String>,
    /// From the end of the spike until everything was normal; None if it was not.
    pub recovery_ms: Option<f64>,
    /// How long the time after the spike was observed; the recovery takes longer if there was none.
    pub observed_ms: f64,
    /// Whether the load is normal again and nothing improves.
    pub metastable: bool,
    /// p95 of the response time before the spike, median of its seconds.
    pub baseline_p95_ms: Option<f64>,
    /// Highest p95 of a second from the start of the spike on.
    pub highest_p95_ms: Option<f64>,
    /// From the start of the spike to the first second with more failures than normal.
    pub first_failure_ms: Option<f64>,
    /// Failed requests and dropped arrivals from the start of the spike on.
    pub failed: f64,
    /// From the end of the spike until the users in an iteration are as few as before.
    pub drained_ms: Option<f64>,
}

/// What a rising load shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum StressVerdict {
    /// The target breaks between two steps.
    Breaks,
    /// Not even the lowest step was good.
    BreaksBelow,
    /// All steps were good.
    NotReached,
    /// The generator gave out before the target.
    GeneratorLimited,
}

/// How a step went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum StepVerdict {
    /// Thresholds hold, and throughput follows the load.
    Good,
    /// A threshold fails.
    ThresholdFails,
    /// Throughput does not follow, or more and more users are busy.
    DoesNotFollow,
    /// The generator was the limit.
    GeneratorLimited,
}

/// Where the target breaks under a rising load.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct StressFindings {
    /// The conclusion.
    pub verdict: StressVerdict,
    /// The highest rate below the first step that was not good; arrivals per second.
    pub last_good_rate: Option<f64>,
    /// The lowest rate that was not good.
    pub first_bad_rate: Option<f64>,
    /// What ended it.
    pub by: Option<StepVerdict>,
    /// `cliff`, `gradual` or `unclear`, where the target breaks between two steps.
    pub manner: Option<String>,
    /// A good step above one that was not.
    pub contradictory: bool,
    /// The steps by rising rate.
    pub steps: Vec<StepFinding>,
}

/// How a search for the breaking point ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SearchVerdict {
    /// The boundary was found, and both sides were seen twice.
    Found,
    /// Results contradict each other: the boundary lies somewhere in the interval.
    Unsteady,
    /// Not even the lowest rate held.
    NoneHeld,
    /// Even the highest rate held.
    AllHeld,
    /// The generator was the limit.
    GeneratorLimited,
    /// The time was over before.
    NotFinished,
}

/// The highest rate that the target holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct SearchFindings {
    /// The conclusion.
    pub verdict: SearchVerdict,
    /// The highest rate that held, arrivals per second; None if it is not known, or the generator was the limit.
    pub max_sustained_rate: Option<f64>,
    /// The limit lies between these; an end is None where it is open.
    pub interval: [Option<f64>; 2],
    /// What ended it.
    pub by: Option<StepVerdict>,
    /// Whether the target was busy for a minute after a rate that it did not hold.
    pub never_idle: bool,
    /// Length of the search.
    pub seconds: f64,
    /// The rates that were tried, in their order.
    pub probes: Vec<ProbeFinding>,
}

impl SearchFindings {
    fn sure_rate(&self) -> Option<f64> {
        self.max_sustained_rate.filter(|_| self.verdict == SearchVerdict::Found)
    }
}

/// One rate that was tried.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct ProbeFinding {
    /// Start of the measured part, milliseconds from the start of the run.
    pub from_ms: f64,
    /// Its end.
    pub to_ms: f64,
    /// What it showed.
    #[serde(flatten)]
    pub step: StepFinding,
}

/// One step of a rising load.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct StepFinding {
    /// Arrivals per second by the plan; of a part of a ramp in its middle.
    pub rate: f64,
    /// Arrivals per second of this step that were completed.
    pub completed_rate: f64,
    /// Share of the requests that failed.
    pub failed_share: f64,
    /// p95 of the response time.
    pub p95_ms: Option<f64>,
    /// Users in an iteration, on average.
    pub busy_users: f64,
    /// How it went.
    pub verdict: StepVerdict,
}

#[cfg(test)]
mod tests;
