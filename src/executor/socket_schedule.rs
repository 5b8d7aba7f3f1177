//! What is due by the clock while a WebSocket is open.

use std::time::Duration;

use tokio::time::Instant;

use crate::plan::websocket::WebSocketSpec;

/// What is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Due {
    /// A ping.
    Ping,
    /// The operations that begin at this position.
    Steps(usize),
}

/// When it is due next. The times are absolute: one that comes late delays no other.
#[derive(Debug)]
pub(super) struct Schedule {
    all: [Option<(Instant, Duration, Due)>; 2],
}

impl Schedule {
    /// The schedule of a socket that was opened at a time.
    pub(super) fn new(spec: &WebSocketSpec, opened: Instant) -> Self {
        let first = |every: Duration, due| (opened + every, every, due);
        let steps = spec.periodic.map(|periodic| first(periodic.every, Due::Steps(periodic.steps)));
        Self { all: [steps, spec.ping.map(|every| first(every, Due::Ping))] }
    }

    /// The next time.
    pub(super) fn next(&self) -> Option<Instant> {
        self.all.iter().flatten().map(|(at, ..)| *at).min()
    }

    /// The first that is due by a time, and when it was.
    pub(super) fn take_due(&mut self, by: Instant) -> Option<(Due, Instant)> {
        let first = self.all.iter_mut().flatten().min_by_key(|(at, ..)| *at)?;
        let (at, every, due) = *first;
        if at > by {
            return None;
        }
        first.0 = at + every;
        Some((due, at))
    }
}

#[cfg(test)]
mod tests;
