//! When a compaction pays: how much of a log is old enough, known without reading the file.

use std::collections::VecDeque;

use super::downsampling::{AS_WRITTEN_MS, DeliveredBounds};

/// Bytes below which a compaction does not pay.
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

/// A mark for each minute that was not compacted yet.
#[derive(Debug, Default)]
pub(super) struct CompactionTrigger {
    marks: VecDeque<Mark>,
    /// Bytes at the start of the log that were downsampled already.
    compacted: u64,
    /// Length of the log when a compaction was last begun or ended.
    last: u64,
}

impl CompactionTrigger {
    /// An interval was written; the log is so long after it.
    pub(super) fn written(&mut self, sequence: u64, end_ms: i64, length: u64) {
        if self.marks.back().is_none_or(|last| end_ms.saturating_sub(last.end_ms) >= MARK_MS) {
            self.marks.push_back(Mark { sequence, end_ms, length });
        }
    }

    /// Up to where the log is old enough and delivered, if a compaction pays: when that is a quarter of the log (so
    /// that bytes are rewritten a few times only, whatever its length), or when the log is past its limit. Whatever the
    /// reason, the log must have grown since the last time.
    pub(super) fn pays(&mut self, now_ms: i64, bounds: &DeliveredBounds, limit: u64, length: u64) -> Option<u64> {
        let old =
            |mark: &&Mark| now_ms.saturating_sub(mark.end_ms) >= AS_WRITTEN_MS && bounds.is_delivered(mark.sequence);
        let due = self.marks.iter().take_while(old).last().map_or(self.compacted, |mark| mark.length);
        let grown = length.saturating_sub(self.last);
        let is_enough = due.saturating_sub(self.compacted) >= LEAST.max(length / 4) && grown >= LEAST;
        let pressed = length > limit && grown >= LEAST.min(limit / 16);
        (is_enough || pressed).then(|| {
            self.last = length;
            due
        })
    }

    /// The first `planned` bytes of the log have become `length`; up to `until` of them everything is downsampled.
    pub(super) fn compacted(&mut self, planned: u64, length: u64, until: u64) {
        let moved = |place: u64| (place + length).saturating_sub(planned);
        self.marks.retain(|mark| mark.length > until);
        self.marks.iter_mut().for_each(|mark| mark.length = moved(mark.length));
        self.compacted = moved(until);
        self.last = length;
    }
}

#[cfg(test)]
mod tests;
