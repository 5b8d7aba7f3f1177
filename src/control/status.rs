//! What a run looks like now, for the control API: collected once a second.

use std::time::Duration;

/// Numbers of a run or of one of its scenarios.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Numbers {
    /// Users that run.
    pub users: u64,
    /// Iterations per second: by the schedule of open scenarios, measured of closed ones.
    pub rate: f64,
    /// Requests per second in the last second.
    pub rps: f64,
    /// Requests so far.
    pub requests: u64,
    /// Share of all attempts so far that failed.
    pub failed: f64,
    /// p95 of the response time in the last second with requests; None before the first.
    pub p95: Option<Duration>,
}

/// How a threshold stands.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct LiveThreshold {
    /// Its metric, with labels.
    pub metric: String,
    /// Its condition.
    pub condition: String,
    /// `ok`, `failing`, `no data` or `not run`.
    pub state: &'static str,
    /// What was observed so far.
    pub observed: Option<f64>,
}

/// A run now.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct LiveStatus {
    /// Since the start of the load; None before it.
    pub elapsed: Option<Duration>,
    /// All scenarios together.
    pub total: Numbers,
    /// Each scenario, in the order of the profile.
    pub scenarios: Vec<Numbers>,
    /// Thresholds.
    pub thresholds: Vec<LiveThreshold>,
}
