//! What a full disk did not take: kept in memory, within bounds, so that receivers get it all the same.

#[cfg(test)]
mod tests;

use std::{cell::RefCell, collections::VecDeque, rc::Rc};

use crate::{interval_log::codec, metric::Interval, record_log::MemorySegments};

/// Minutes of a usual run.
const MAX_BYTES: usize = 32 * 1024 * 1024;

/// In the hands of the coordinator, who adds, and of the feeds, which read.
pub(crate) type SharedUnwritten = Rc<RefCell<Unwritten>>;

/// Encoded intervals by their sequence, oldest first, and records.
#[derive(Debug, Default)]
pub struct Unwritten {
    intervals: VecDeque<(u64, Vec<u8>)>,
    bytes: usize,
    /// Segments of the record log.
    pub(crate) records: MemorySegments,
}

impl Unwritten {
    /// Keeps an interval. Gives false when an older one had to go for it.
    pub fn keep(&mut self, interval: &Interval) -> bool {
        let encoded = codec::encode(interval);
        self.bytes += encoded.len();
        self.intervals.push_back((interval.sequence, encoded));
        let mut kept_all = true;
        while self.bytes > MAX_BYTES
            && let Some((_, oldest)) = self.intervals.pop_front()
        {
            self.bytes -= oldest.len();
            kept_all = false;
        }
        kept_all
    }

    /// The disk has taken all intervals after all.
    pub fn clear(&mut self) {
        (self.intervals, self.bytes) = (VecDeque::new(), 0);
    }

    /// The first interval after a sequence.
    #[must_use]
    pub fn after(&self, sequence: Option<u64>) -> Option<Interval> {
        let later = |known: &&(u64, Vec<u8>)| sequence.is_none_or(|sequence| known.0 > sequence);
        self.intervals.iter().find(later).and_then(|(_, encoded)| codec::decode(encoded))
    }
}
