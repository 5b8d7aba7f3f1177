//! What users of a closed scenario have to do, and how long a user rests between iterations.

use std::time::Duration;

/// Iterations of a closed scenario.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Work {
    /// As many as fit into the time.
    Endless,
    /// So many for all users together.
    Shared(u64),
    /// So many for each user.
    PerUser(u64),
}

/// The rest between a user's iterations: k6's `minIterationDuration` and Locust's `wait_time`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Wait {
    /// No rest.
    #[default]
    None,
    /// A time drawn evenly from a range, counted from an iteration's end.
    Between(Duration, Duration),
    /// The next iteration begins no sooner than this after the last one began. Lost time is not caught up.
    Pacing(Duration),
}

impl Wait {
    /// The rest after an iteration that took `took`; `random` is from 0 to 1.
    #[must_use]
    pub(crate) fn rest(self, took: Duration, random: f64) -> Duration {
        match self {
            Self::None => Duration::ZERO,
            Self::Between(low, high) => low + high.saturating_sub(low).mul_f64(random.clamp(0.0, 1.0)),
            Self::Pacing(time) => time.saturating_sub(took),
        }
    }

    /// The mean time from the begin of an iteration that takes `busy` to the begin of the next.
    #[must_use]
    pub(crate) fn mean_cycle(self, busy: Duration) -> Duration {
        match self {
            Self::Pacing(time) => time.max(busy),
            other => busy + other.rest(busy, 0.5),
        }
    }
}

#[cfg(test)]
mod tests;
