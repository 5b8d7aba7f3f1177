//! The run's clock: one wall-clock anchor plus the monotonic clock, so that a step of the wall clock is never a latency.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::time::Instant;

/// A wall clock this far ahead of ours was set, not merely slewed.
const STEP: Duration = Duration::from_secs(1);

/// Maps instants of the run to wall time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RunClock {
    start: Instant,
    started_at_ms: i64,
    /// Added after the wall clock was set forward.
    shift_ms: i64,
}

impl RunClock {
    /// A clock whose time zero is `lead` from now.
    #[must_use]
    pub(crate) fn starting_in(lead: Duration) -> Self {
        Self { start: Instant::now() + lead, started_at_ms: wall_ms() + millis(lead), shift_ms: 0 }
    }

    /// Time zero.
    #[must_use]
    pub(crate) fn start(&self) -> Instant {
        self.start
    }

    /// Time zero, Unix milliseconds.
    #[must_use]
    pub(crate) fn started_at_ms(&self) -> i64 {
        self.started_at_ms
    }

    /// Wall time of an instant, Unix milliseconds.
    #[must_use]
    pub(crate) fn wall_of(&self, instant: Instant) -> i64 {
        self.started_at_ms + self.shift_ms + millis(instant.saturating_duration_since(self.start))
    }

    /// Follows a wall clock that was set forward; never backward, because receivers take no sample older than the
    /// last. Gives by how much.
    pub(crate) fn re_anchor(&mut self) -> Option<Duration> {
        let ahead = wall_ms() - self.wall_of(Instant::now());
        let ahead = Duration::from_millis(u64::try_from(ahead).unwrap_or(0));
        (ahead > STEP).then(|| {
            self.shift_ms += millis(ahead);
            ahead
        })
    }
}

/// Now, Unix milliseconds.
#[must_use]
pub(crate) fn wall_ms() -> i64 {
    millis(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default())
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

/// Time since an instant, or zero before it.
#[must_use]
pub(crate) fn since(instant: Instant) -> Duration {
    Instant::now().saturating_duration_since(instant)
}
