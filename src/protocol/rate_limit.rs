//! The limit of an environment (`max_rate`), kept while the run goes on: whatever the plan makes of loops, redirects and
//! retries, no more requests are sent in any second.

use std::{
    cell::Cell,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::time::{Instant, sleep_until};

/// Most turns that are remembered; a higher rate has a shorter window.
const MAX_TURNS: f64 = 100_000.0;

/// Turns of all workers: each is a window later than the one so many turns before it.
#[derive(Debug)]
pub(crate) struct RateLimit {
    window: Duration,
    turns: Mutex<Turns>,
}

#[derive(Debug)]
struct Turns {
    /// When the last turns are, in a ring; None where there was none yet.
    last: Vec<Option<Instant>>,
    /// The place of the oldest.
    oldest: usize,
}

impl RateLimit {
    /// A limit of so many requests per second. Below one, a window is longer than a second.
    #[must_use]
    pub(crate) fn new(rate: f64) -> Self {
        let count = rate.clamp(1.0, MAX_TURNS).floor();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at least one, at most MAX_TURNS")]
        let last = vec![None; count as usize];
        let window = Duration::try_from_secs_f64(count / rate).unwrap_or(Duration::MAX);
        Self { window, turns: Mutex::new(Turns { last, oldest: 0 }) }
    }

    /// Takes the next turn; it is now, or later.
    fn take(&self, now: Instant) -> Instant {
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        let Turns { last, oldest } = &mut *turns;
        // The lock is held in another order than clocks were read.
        let newest = last[(*oldest + last.len() - 1) % last.len()];
        let free = last[*oldest].and_then(|turn| turn.checked_add(self.window));
        let turn = [newest, free].into_iter().flatten().fold(now, Instant::max);
        last[*oldest] = Some(turn);
        *oldest = (*oldest + 1) % last.len();
        turn
    }
}

/// A worker's part in a limit.
#[derive(Debug, Default)]
pub(crate) struct Turn {
    limit: Option<Arc<RateLimit>>,
    held_back: Cell<u64>,
}

impl Turn {
    /// Turns of a limit, if there is one.
    #[must_use]
    pub(crate) fn of(limit: Option<Arc<RateLimit>>) -> Self {
        Self { limit, held_back: Cell::default() }
    }

    /// When a request that is due now may be sent, if that is later.
    pub(crate) fn later(&self) -> Option<Instant> {
        let limit = self.limit.as_deref()?;
        let now = Instant::now();
        let turn = limit.take(now);
        if turn <= now {
            return None;
        }
        self.held_back.set(self.held_back.get() + 1);
        Some(turn)
    }

    /// Waits until a request may be sent.
    pub(crate) async fn wait(&self) {
        if let Some(turn) = self.later() {
            sleep_until(turn).await;
        }
    }

    /// Requests that were held back since the last call.
    pub(crate) fn take_held_back(&self) -> u64 {
        self.held_back.take()
    }
}

#[cfg(test)]
mod tests;
