//! When thinning is worth it: how much of a log is old enough, known without looking into the file.

use std::collections::VecDeque;

use super::tiers::{AS_WRITTEN_MS, TierBounds};

/// Thinning for less than this is not worth it.
const LEAST: u64 = 16 * 1024 * 1024;
/// One mark for so long a span of the log.
const MARK_MS: i64 = 60_000;

/// A place in the log between two frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Mark {
    /// The interval before it.
    sequence: u64,
    /// Its end.
    end_ms: i64,
    /// Bytes of the log up to there.
    length: u64,
}

/// A mark for each minute that is not thinned yet.
#[derive(Debug, Default)]
pub(super) struct CompactionTrigger {
    marks: VecDeque<Mark>,
    /// Bytes at the log's begin that the tiers have been applied to.
    thinned: u64,
    /// Length of the log when a thinning was last begun or ended.
    last: u64,
}

impl CompactionTrigger {
    /// An interval was written; the log is so long after it.
    pub(super) fn written(&mut self, sequence: u64, end_ms: i64, length: u64) {
        if self.marks.back().is_none_or(|last| end_ms.saturating_sub(last.end_ms) >= MARK_MS) {
            self.marks.push_back(Mark { sequence, end_ms, length });
        }
    }

    /// Up to where the log is old enough and delivered, if thinning is worth it: when that is a quarter of the log (so
    /// that bytes are rewritten a few times only, whatever its length), or when the log is past its limit. Whatever the
    /// reason, the log must have grown since the last time.
    pub(super) fn worth(&mut self, now_ms: i64, cuts: &TierBounds, limit: u64, length: u64) -> Option<u64> {
        let old =
            |mark: &&Mark| now_ms.saturating_sub(mark.end_ms) >= AS_WRITTEN_MS && cuts.is_delivered(mark.sequence);
        let ripe = self.marks.iter().take_while(old).last().map_or(self.thinned, |mark| mark.length);
        let grown = length.saturating_sub(self.last);
        let pays = ripe.saturating_sub(self.thinned) >= LEAST.max(length / 4) && grown >= LEAST;
        let pressed = length > limit && grown >= LEAST.min(limit / 16);
        (pays || pressed).then(|| {
            self.last = length;
            ripe
        })
    }

    /// The first `planned` bytes of the log have become `length`; up to `until` of them there is nothing left to thin.
    pub(super) fn thinned(&mut self, planned: u64, length: u64, until: u64) {
        let moved = |place: u64| (place + length).saturating_sub(planned);
        self.marks.retain(|mark| mark.length > until);
        self.marks.iter_mut().for_each(|mark| mark.length = moved(mark.length));
        self.thinned = moved(until);
        self.last = length;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1024 * 1024;

    /// A log that grows by a mebibyte a second.
    fn grown(seconds: u32) -> CompactionTrigger {
        let mut ripeness = CompactionTrigger::default();
        (0..seconds).for_each(|second| {
            ripeness.written(second.into(), i64::from(second + 1) * 1_000, u64::from(second + 1) * MIB);
        });
        ripeness
    }

    #[test]
    fn only_what_is_old_and_delivered_is_worth_it() {
        let (all, none) = (TierBounds::new(&[]), TierBounds::new(&[None]));
        let mut ripeness = grown(7_200);
        assert_eq!(ripeness.worth(3_600_000, &all, u64::MAX, 3_600 * MIB), None);
        assert_eq!(ripeness.worth(7_200_000, &none, u64::MAX, 7_200 * MIB), None);
        let ripe = ripeness.worth(7_200_000, &all, u64::MAX, 7_200 * MIB).unwrap();
        assert!((3_540 * MIB..=3_600 * MIB).contains(&ripe), "{}", ripe / MIB);
        assert_eq!(ripeness.worth(7_201_000, &all, u64::MAX, 7_201 * MIB), None, "asked a moment ago");
        ripeness.thinned(7_200 * MIB, 4_000 * MIB, ripe);
        assert_eq!(ripeness.worth(7_800_000, &all, u64::MAX, 4_600 * MIB), None, "ten minutes are not a quarter");
        assert!(ripeness.worth(7_200_000 + 1_800_000, &all, u64::MAX, 5_800 * MIB).is_some());
    }

    #[test]
    fn past_its_limit_a_log_is_thinned_whenever_it_has_grown() {
        let none = TierBounds::new(&[None]);
        let mut ripeness = grown(100);
        assert_eq!(ripeness.worth(100_000, &none, 100 * MIB, 100 * MIB), None);
        assert!(ripeness.worth(100_000, &none, 99 * MIB, 100 * MIB).is_some());
        assert_eq!(ripeness.worth(103_000, &none, 99 * MIB, 103 * MIB), None);
        assert!(ripeness.worth(107_000, &none, 99 * MIB, 107 * MIB).is_some());
    }
}
