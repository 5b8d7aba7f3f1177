//! The times that the requests of a flow task are measured from.

use tokio::time::Instant;

/// The times that requests are measured from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pace {
    /// Intended start of the next request.
    pub ready: Instant,
    /// When the last effect ended.
    pub taken: Instant,
    /// Whether an effect since then took time.
    pub stale: bool,
    /// Intended start of the previous request.
    pub due: Instant,
}

impl Pace {
    pub(super) fn at(time: Instant) -> Self {
        Self { ready: time, taken: time, stale: false, due: time }
    }

    /// An effect ended at `time`: the next request is due then. `due` stays, because a retry counts from the first try.
    pub(super) fn resume_at(&mut self, time: Instant) {
        *self = Self { due: self.due, ..Self::at(time) };
    }

    /// The clock is read again only if something was done since the last reading.
    pub(super) fn refresh(&mut self) {
        if std::mem::take(&mut self.stale) {
            self.resume_at(Instant::now());
        }
    }
}
