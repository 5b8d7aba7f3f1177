//! When the run began: with the first request that loads the target, not with the process.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use tokio::sync::watch;

/// The start of the run, shared by all threads; planned moments count from it.
#[derive(Debug)]
pub(super) struct Clock {
    anchor: Instant,
    anchor_unix: Duration,
    /// Nanoseconds from the anchor, plus 1; 0 while nothing has begun.
    begun: AtomicU64,
    changes: watch::Sender<u64>,
}

impl Clock {
    pub(super) fn new() -> Self {
        Self {
            anchor: Instant::now(),
            anchor_unix: SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default(),
            begun: AtomicU64::new(0),
            changes: watch::Sender::new(0),
        }
    }

    /// Starts the run at `now` unless it has begun; answers when it began.
    pub(super) fn begin(&self, now: Instant) -> Instant {
        if let Some(run) = self.began() {
            return run;
        }
        let nanos = u64::try_from(now.saturating_duration_since(self.anchor).as_nanos()).unwrap_or(u64::MAX - 1);
        match self.begun.compare_exchange(0, nanos + 1, Ordering::AcqRel, Ordering::Acquire) {
            Ok(_) => {
                self.changes.send_modify(|count| *count += 1);
                now
            }
            Err(begun) => self.anchor + Duration::from_nanos(begun.saturating_sub(1)),
        }
    }

    pub(super) fn began(&self) -> Option<Instant> {
        let begun = self.begun.load(Ordering::Acquire);
        begun.checked_sub(1).map(|nanos| self.anchor + Duration::from_nanos(nanos))
    }

    /// Time into the run; zero before it.
    pub(super) fn elapsed(&self) -> Duration {
        self.began().map_or(Duration::ZERO, |run| run.elapsed())
    }

    pub(super) fn began_unix_ms(&self) -> Option<u64> {
        let run = self.began()?;
        u64::try_from((self.anchor_unix + (run - self.anchor)).as_millis()).ok()
    }

    pub(super) fn reset(&self) {
        self.begun.store(0, Ordering::Release);
        self.changes.send_modify(|count| *count += 1);
    }

    /// Changes whenever the run begins or is reset.
    pub(super) fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }
}

#[cfg(test)]
mod tests;
