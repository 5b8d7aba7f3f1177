//! Pauses between attempts: doubling, with jitter, so that many generators do not come back at one instant.

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_with_jitter_and_obey_the_receiver_within_reason() {
        let mut backoff = Backoff::default();
        for (low, high) in
            [(125, 250), (250, 500), (500, 1_000), (1_000, 2_000), (2_000, 4_000), (2_500, 5_000), (2_500, 5_000)]
        {
            let pause = backoff.pause(None).as_millis();
            assert!((low..=high).contains(&pause), "{pause} is not within {low}..={high}");
        }
        assert_eq!(backoff.pause(Some(Duration::from_secs(7))), Duration::from_secs(7));
        assert_eq!(backoff.pause(Some(Duration::from_secs(86_400))), LONGEST_ASKED);
    }
}
