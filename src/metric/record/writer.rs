//! Raw records of a worker between two flushes. Their size is limited, and records beyond the limit are counted.

use std::time::Duration;

use super::{LONGEST, Record, encode};
use crate::metric::{Labels, MetricDef};

/// Limit of a worker between two flushes.
const MAX_BYTES: usize = 16 * 1024 * 1024;
/// Records of a part: some megabytes as text of ten lines each.
const PART_RECORDS: u64 = 2_048;
const INITIAL_CAPACITY: usize = 64 * 1024;

/// Records of a worker between two flushes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Records {
    /// The records; the first step of each part counts from the start of the run.
    pub bytes: Vec<u8>,
    /// Number of records in `bytes`.
    pub count: u64,
    /// Ends of parts in `bytes`, and the number of records in each. Ticks of a part count from the start of the run, so
    /// that parts can be read separately.
    pub cuts: Vec<(usize, u64)>,
    /// Samples of the records beyond the limit.
    pub lost: u64,
    /// First metric and labels of families that were used for the first time, by the worker's number.
    pub definitions: Vec<(u32, (MetricDef, Labels))>,
}

impl Records {
    /// The records in parts, each with its number of them.
    pub(crate) fn parts(&self) -> impl Iterator<Item = (&[u8], u64)> {
        let begins = std::iter::once(0).chain(self.cuts.iter().map(|(end, _)| *end));
        begins.zip(&self.cuts).map(|(begin, (end, count))| (&self.bytes[begin..*end], *count))
    }
}

/// Writes the records of one worker.
#[derive(Debug)]
pub(crate) struct RecordWriter {
    workers: u64,
    open: Records,
    max_bytes: usize,
    /// Whether the labels of a family were written, by family.
    defined: Vec<bool>,
    /// Records since the last cut.
    part_count: u64,
    /// Tick of the last record of this part, or zero.
    last: u64,
    /// Minimum tick of the next record.
    next: u64,
}

impl RecordWriter {
    /// A writer for one of `workers` workers.
    #[must_use]
    pub(crate) fn new(workers: usize) -> Self {
        Self::bounded(workers, MAX_BYTES)
    }

    pub(super) fn bounded(workers: usize, max_bytes: usize) -> Self {
        let open = Records { bytes: Vec::with_capacity(INITIAL_CAPACITY.min(max_bytes)), ..Records::default() };
        Self { workers: workers.max(1) as u64, open, max_bytes, defined: Vec::new(), part_count: 0, last: 0, next: 0 }
    }

    /// Writes a record of a family, `at` after the start of the run, or counts it as lost beyond the limit. `series`
    /// is the family's first.
    pub(crate) fn write(&mut self, family: u32, series: &(MetricDef, Labels), at: Duration, record: &Record) {
        if self.open.bytes.len() + LONGEST > self.max_bytes {
            self.open.lost += record.samples();
            return;
        }
        if self.defined.get(family as usize) != Some(&true) {
            self.define(family, series);
        }
        let since = at.as_secs().saturating_mul(1_000_000_000).saturating_add(at.subsec_nanos().into());
        let tick = (since / self.workers).max(self.next);
        let step = tick - self.last;
        (self.last, self.next) = (tick, tick.saturating_add(1));
        self.open.count += 1;
        encode(&mut self.open.bytes, step, family, record);
        self.part_count += 1;
        if self.part_count == PART_RECORDS {
            self.cut();
        }
    }

    fn cut(&mut self) {
        self.last = 0;
        let count = std::mem::take(&mut self.part_count);
        if count > 0 {
            self.open.cuts.push((self.open.bytes.len(), count));
        }
    }

    #[cold]
    fn define(&mut self, family: u32, series: &(MetricDef, Labels)) {
        let place = family as usize;
        if self.defined.len() <= place {
            self.defined.resize(place + 1, false);
        }
        self.defined[place] = true;
        self.open.definitions.push((family, series.clone()));
    }

    /// Takes all records; the next buffer has their size plus an eighth as capacity.
    pub(crate) fn take(&mut self) -> Records {
        self.cut();
        let used = self.open.bytes.len();
        let capacity = (used + used / 8).min(self.max_bytes);
        std::mem::replace(&mut self.open, Records { bytes: Vec::with_capacity(capacity), ..Records::default() })
    }
}
