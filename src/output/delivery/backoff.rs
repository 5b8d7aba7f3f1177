//! Pauses between attempts: doubling, with jitter, so that many generators do not come back at one instant.

#[cfg(test)]
mod tests;

use std::time::Duration;

const FIRST: Duration = Duration::from_millis(250);
const LONGEST: Duration = Duration::from_secs(5);
/// A receiver may ask for more patience than ours, up to this.
const LONGEST_ASKED: Duration = Duration::from_secs(60);

/// The pauses of one batch.
#[derive(Debug)]
pub(super) struct Backoff {
    next: Duration,
    random: fastrand::Rng,
}

impl Default for Backoff {
    fn default() -> Self {
        Self { next: FIRST, random: fastrand::Rng::new() }
    }
}

impl Backoff {
    /// The next pause: what the receiver asked for, or half to all of the next doubling.
    pub(super) fn pause(&mut self, asked: Option<Duration>) -> Duration {
        let own = self.next.mul_f64(0.5 + self.random.f64() / 2.0);
        self.next = (self.next * 2).min(LONGEST);
        asked.map_or(own, |asked| asked.clamp(FIRST / 2, LONGEST_ASKED))
    }

    /// The pause where only a person can help.
    pub(super) fn long_pause(&mut self) -> Duration {
        self.next = LONGEST;
        self.pause(None)
    }
}
