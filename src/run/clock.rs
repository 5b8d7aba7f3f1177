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
    /// How far the wall clock is behind ours, as reported last.
    behind_ms: i64,
}

/// The wall clock was set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ClockStep {
    /// Forward; ours follows.
    Forward(Duration),
    /// Back; ours does not follow, because receivers take no sample older than the last.
    Back(Duration),
}

impl RunClock {
    /// A clock whose time zero is `lead` from now.
    #[must_use]
    pub(crate) fn starting_in(lead: Duration) -> Self {
        Self { start: Instant::now() + lead, started_at_ms: wall_ms() + millis(lead), shift_ms: 0, behind_ms: 0 }
    }

    /// The clock of a run that began in another process, whose last interval ended at `last_ms` (both Unix milliseconds):
    /// no time comes twice, also where this machine's clock is behind. None where the start is out of reach.
    #[must_use]
    pub(crate) fn resuming(started_at_ms: i64, last_ms: i64) -> Option<Self> {
        let passed = u64::try_from(wall_ms().max(last_ms) - started_at_ms).ok()?;
        let start = Instant::now().checked_sub(Duration::from_millis(passed))?;
        Some(Self { start, started_at_ms, shift_ms: 0, behind_ms: 0 })
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

    /// Follows a wall clock that was set forward. Gives each step once.
    pub(crate) fn re_anchor(&mut self) -> Option<ClockStep> {
        self.step(wall_ms(), Instant::now())
    }

    fn step(&mut self, wall_ms: i64, now: Instant) -> Option<ClockStep> {
        let least = millis(STEP);
        let ahead = wall_ms - self.wall_of(now);
        let by = |ms: i64| Duration::from_millis(ms.unsigned_abs());
        if ahead > least {
            self.shift_ms += ahead;
            self.behind_ms = 0;
            return Some(ClockStep::Forward(by(ahead)));
        }
        let further = -ahead - self.behind_ms;
        if further.abs() > least {
            self.behind_ms = -ahead;
        }
        (further > least).then(|| ClockStep::Back(by(further)))
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

#[cfg(test)]
mod tests;
