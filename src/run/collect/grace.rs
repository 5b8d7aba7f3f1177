//! `--grace`: how long a process may take to end after the first signal. Half of it is for what is in flight and for teardown, the
//! rest to deliver metrics and to write the results; Kubernetes kills what takes longer.

use std::time::Duration;

use tokio::time::Instant;

/// Of the limit, kept for writing the results.
const WRITING: f64 = 0.1;
const MAX_WRITING: Duration = Duration::from_secs(2);

/// The time to end.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Grace {
    limit: Option<Duration>,
    began: Option<Instant>,
}

impl Grace {
    /// A time that has not begun; None for any time.
    #[must_use]
    pub(crate) fn new(limit: Option<Duration>) -> Self {
        Self { limit, began: None }
    }

    /// The first signal came.
    pub(super) fn begin(&mut self) {
        self.began.get_or_insert_with(Instant::now);
    }

    /// When load and teardown must have ended; None before a signal, and without a limit.
    #[must_use]
    pub(crate) fn load_end(&self) -> Option<Instant> {
        Some(self.began? + self.limit? / 2)
    }

    /// The part of `drain` that is left.
    #[must_use]
    pub(super) fn drain(&self, drain: Duration) -> Duration {
        let Some((began, limit)) = self.began.zip(self.limit) else { return drain };
        let end = began + limit.saturating_sub(limit.mul_f64(WRITING).min(MAX_WRITING));
        drain.min(end.saturating_duration_since(Instant::now()))
    }
}

#[cfg(test)]
mod tests;
