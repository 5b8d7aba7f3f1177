//! Recovery: how a system takes a spike of load, and when it is back to normal afterwards.
//!
//! Owns the judgement of seconds, each with the requests that were *intended* in it: by completion, a backlog would
//! hide in fewer requests. Never calls a run recovered that the observation does not show so: what is not recovered by
//! its end is censored. A system that stays bad after the load is normal again is in a metastable state (N. Bronson, A.
//! Aghayev, A. Charapko and T. Zhu, `HotOS` 2021; L. Huang et al., OSDI 2022). Start with [`judge`].

pub(crate) mod band;
pub(crate) mod spikes;

use band::Baseline;

/// One second of a run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Second {
    /// Start of the second, in seconds from the start of the run.
    pub at: f64,
    /// A high quantile of the response time of the requests that were intended in this second, seconds; NaN if
    /// none of them is done.
    pub latency: f64,
    /// Share of these requests that failed, 0 to 1; NaN without any.
    pub error_share: f64,
    /// How many that were.
    pub failed: f64,
    /// Requests in flight at the end of the second.
    pub in_flight: f64,
    /// Requests that were intended in this second.
    pub offered: f64,
}

/// The spike, in seconds from the start of the run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Spike {
    /// The load leaves its normal level.
    pub from: f64,
    /// The load is back at its normal level.
    pub to: f64,
}

/// What counts as normal and as recovered.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Limits {
    /// Width of the normal range of latency and in flight above the median, as a share of it, if the noise is smaller.
    pub share: f64,
    /// Errors that are normal beyond those of the baseline, as a share of requests.
    pub error_share: f64,
    /// Seconds for which everything must be normal again.
    pub hold: f64,
    /// Share of these seconds that must be normal: noise alone leaves the range now and then.
    pub held_share: f64,
    /// Seconds before the spike that a baseline needs.
    pub min_baseline: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { share: 0.1, error_share: 0.01, hold: 10.0, held_share: 0.9, min_baseline: 10 }
    }
}

/// When a system is back to normal.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Recovery {
    /// Nothing left its normal range, neither during the spike nor after.
    Undisturbed,
    /// Normal again so many seconds after the load was.
    Recovered {
        /// Seconds from the end of the spike; 0 when it was normal already.
        after: f64,
    },
    /// Not normal again by the end of the observation: the time is longer than `observed`.
    NotRecovered {
        /// Seconds of normal load that were observed after the spike.
        observed: f64,
        /// The load is normal and nothing improves: suspected metastable state.
        metastable: bool,
    },
    /// The data do not decide.
    Inconclusive(Why),
}

/// Why a recovery can't be judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Why {
    /// There are too few seconds before the spike.
    NoBaseline,
    /// The observation ends before everything could have been normal for long enough.
    ObservedTooShort,
}

/// The finding on one spike.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Finding {
    /// The conclusion.
    pub recovery: Recovery,
    /// The normal ranges; None without enough seconds before the spike.
    pub baseline: Option<Baseline>,
    /// Highest latency from the start of the spike on, seconds.
    pub highest: f64,
    /// Seconds from the start of the spike to the first second with more errors than normal.
    pub first_failure: Option<f64>,
    /// Failed requests from the start of the spike on.
    pub errors: f64,
    /// Seconds from the end of the spike until the requests in flight are normal: the backlog is drained.
    pub drained: Option<f64>,
}

/// Judges one spike. `seconds` are in order of time and end where the next spike begins, or the run ends.
#[must_use]
pub(crate) fn judge(seconds: &[Second], spike: Spike, limits: &Limits) -> Finding {
    let before: Vec<Second> = seconds.iter().copied().filter(|second| second.at < spike.from).collect();
    let during_and_after: Vec<Second> = seconds.iter().copied().filter(|second| second.at >= spike.from).collect();
    let errors = during_and_after.iter().map(|second| second.failed).sum();
    let Some(baseline) = Baseline::of(&before, limits) else {
        let recovery = Recovery::Inconclusive(Why::NoBaseline);
        return Finding { recovery, baseline: None, highest: f64::NAN, first_failure: None, errors, drained: None };
    };
    let after: Vec<Second> = during_and_after.iter().copied().filter(|second| second.at >= spike.to).collect();
    let highest =
        during_and_after.iter().map(|second| second.latency).filter(|one| one.is_finite()).fold(0.0, f64::max);
    let first_failure =
        during_and_after.iter().find(|second| baseline.has_errors(second)).map(|second| second.at - spike.from);
    let hold = limits.hold.max(3.0 * baseline.latency.high);
    let drained_at = first_held(&after, hold, limits.held_share, |second| second.in_flight <= baseline.in_flight.high);
    Finding {
        recovery: recovery(&during_and_after, &after, spike, &baseline, hold, limits),
        baseline: Some(baseline),
        highest,
        first_failure,
        errors,
        drained: drained_at.map(|at| (at - spike.to).max(0.0)),
    }
}

fn recovery(
    all: &[Second],
    after: &[Second],
    spike: Spike,
    baseline: &Baseline,
    hold: f64,
    limits: &Limits,
) -> Recovery {
    let is_normal = |second: &Second| baseline.is_normal(second);
    let observed = after.last().map_or(0.0, |last| last.at + 1.0 - spike.to);
    let Some(at) = first_held(after, hold, limits.held_share, is_normal) else {
        let bad_at_end = after.iter().rev().take(3).any(|second| !is_normal(second));
        if observed < hold || !bad_at_end {
            return Recovery::Inconclusive(Why::ObservedTooShort);
        }
        return Recovery::NotRecovered { observed, metastable: observed >= 3.0 * hold && !baseline.improves(after) };
    };
    let during = all.iter().filter(|second| second.at < spike.to);
    if at <= spike.to && is_undisturbed(during, is_normal) {
        return Recovery::Undisturbed;
    }
    Recovery::Recovered { after: (at - spike.to).max(0.0) }
}

/// Whether at most one second in twenty is outside its range, and never two in a row.
fn is_undisturbed<'a>(seconds: impl Iterator<Item = &'a Second>, is_normal: impl Fn(&Second) -> bool) -> bool {
    let outside: Vec<bool> = seconds.map(|second| !is_normal(second)).collect();
    let count = outside.iter().filter(|one| **one).count();
    count * 20 <= outside.len() && !outside.windows(2).any(|pair| pair[0] && pair[1])
}

/// Start of the first second from which on everything is normal for `hold` seconds: the first three without exception,
/// the rest but for a share.
fn first_held(seconds: &[Second], hold: f64, share: f64, is_normal: impl Fn(&Second) -> bool) -> Option<f64> {
    let end = seconds.last()?.at + 1.0;
    let holds_from = |index: usize| {
        let start = seconds[index].at;
        let normal: Vec<bool> =
            seconds[index..].iter().take_while(|second| second.at < start + hold).map(&is_normal).collect();
        // Against the seconds that should be there: missing ones are not normal.
        let enough = normal.iter().filter(|one| **one).count() as f64 >= (share * hold).floor();
        start + hold <= end && normal.iter().take(3).all(|one| *one) && enough
    };
    (0..seconds.len()).find(|&index| holds_from(index)).map(|index| seconds[index].at)
}

#[cfg(test)]
mod tests;
