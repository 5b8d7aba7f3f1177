//! Iterations of closed scenarios, and pauses between iterations.

use std::time::Duration;

/// Iterations of a closed scenario.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Work {
    /// As many as the duration allows.
    Endless,
    /// A total for all users.
    Shared(u64),
    /// A number for each user.
    PerUser(u64),
}

/// The pause between a user's iterations: k6's `minIterationDuration` and Locust's `wait_time`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Wait {
    /// No pause.
    #[default]
    None,
    /// Uniformly distributed in a range, from the end of an iteration.
    Between(Duration, Duration),
    /// Minimum time between the starts of iterations. Lost time is not caught up.
    Pacing(Duration),
}

impl Wait {
    /// The pause after an iteration that took `took`; `random` is from 0 to 1.
    #[must_use]
    pub(crate) fn rest(self, took: Duration, random: f64) -> Duration {
        match self {
            Self::None => Duration::ZERO,
            Self::Between(low, high) => low + high.saturating_sub(low).mul_f64(random.clamp(0.0, 1.0)),
            Self::Pacing(time) => time.saturating_sub(took),
        }
    }

    /// The shortest time between the starts of iterations that take `busy`.
    #[must_use]
    pub(crate) fn least_cycle(self, busy: Duration) -> Duration {
        match self {
            Self::Pacing(time) => time.max(busy),
            other => busy + other.rest(busy, 0.0),
        }
    }

    /// The mean time between the starts of iterations that take `busy`.
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
