//! Counts by *intended* second: arrivals and requests in the second in which they were due, regardless of their end.
//!
//! Values of intervals are by completion time. A stall is visible only by intended time, so each interval also contains
//! these cells; late completions update the cell of their intended second.

use super::bucket;

/// Buckets of the coarse histogram: scale 2 (19 % wide) from about 15 µs to 256 s.
pub(crate) const COARSE_BUCKETS: usize = 96;
const COARSE_SCALE: u32 = 2;
const COARSE_FIRST: i32 = -64;

/// Arrivals and requests of one scenario that were due in one second of the run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IntendedCell {
    /// Whole seconds since the start of the run.
    pub second: u32,
    /// Index of the scenario in the plan.
    pub scenario: u16,
    /// Iterations that the schedule contains (open) or that users started (closed): the offered load.
    pub due: u64,
    /// Iterations that could not be started.
    pub dropped: u64,
    /// Requests that ended as expected.
    pub passed: u64,
    /// Requests that failed.
    pub failed: u64,
    /// Response times: populated buckets of the coarse histogram.
    pub response_times: Box<[u32; COARSE_BUCKETS]>,
}

impl IntendedCell {
    /// Nothing yet of a second.
    #[must_use]
    pub(crate) fn new(second: u32, scenario: u16) -> Self {
        let response_times = Box::new([0; COARSE_BUCKETS]);
        Self { second, scenario, due: 0, dropped: 0, passed: 0, failed: 0, response_times }
    }

    /// Adds the counts of another cell.
    pub fn merge(&mut self, other: &Self) {
        self.due += other.due;
        self.dropped += other.dropped;
        self.passed += other.passed;
        self.failed += other.failed;
        for (own, more) in self.response_times.iter_mut().zip(&*other.response_times) {
            *own += more;
        }
    }
}

/// The coarse bucket of a response time in seconds.
#[must_use]
pub fn coarse_bucket(seconds: f64) -> usize {
    if seconds <= 0.0 {
        return 0;
    }
    let index = bucket::lowered(bucket::index_of(seconds), COARSE_SCALE) - COARSE_FIRST;
    usize::try_from(index).unwrap_or(0).min(COARSE_BUCKETS - 1)
}

/// The inclusive upper bound of a coarse bucket, in seconds; the last one holds everything above it, too.
#[must_use]
pub(crate) fn coarse_upper_bound(bucket: usize) -> f64 {
    let index = i32::try_from(bucket).unwrap_or(i32::MAX).saturating_add(COARSE_FIRST);
    bucket::upper_bound(index, COARSE_SCALE)
}

/// The value below which a share `q` of the response times of a coarse histogram lies, in seconds, interpolated within its
/// bucket; None without any.
#[must_use]
pub(crate) fn coarse_quantile(counts: &[u32; COARSE_BUCKETS], q: f64) -> Option<f64> {
    let total: f64 = counts.iter().map(|count| f64::from(*count)).sum();
    let rank = q.clamp(0.0, 1.0) * total;
    let mut below = 0.0;
    for (place, count) in (COARSE_FIRST..).zip(counts) {
        let count = f64::from(*count);
        if count > 0.0 && below + count >= rank {
            let within = ((rank - below) / count).clamp(0.0, 1.0);
            return Some(((f64::from(place) - 1.0 + within) / f64::from(1_u32 << COARSE_SCALE)).exp2());
        }
        below += count;
    }
    None
}

/// The cells of one interval; nearly always the current and the last second of each scenario.
#[derive(Debug, Default)]
pub struct IntendedSeconds {
    cells: Vec<IntendedCell>,
    last: usize,
}

impl IntendedSeconds {
    /// The cell of a second and scenario; created if missing.
    #[inline]
    pub fn at(&mut self, second: u32, scenario: u16) -> &mut IntendedCell {
        let matches = |cell: &IntendedCell| cell.second == second && cell.scenario == scenario;
        if !self.cells.get(self.last).is_some_and(matches) {
            self.last = self.cells.iter().rposition(matches).unwrap_or_else(|| {
                self.cells.push(IntendedCell::new(second, scenario));
                self.cells.len() - 1
            });
        }
        &mut self.cells[self.last]
    }

    /// Takes all cells.
    #[must_use]
    pub fn take(&mut self) -> Vec<IntendedCell> {
        self.last = 0;
        std::mem::take(&mut self.cells)
    }

    /// Merges the cells of another worker.
    pub fn merge(&mut self, cells: Vec<IntendedCell>) {
        for cell in cells {
            self.at(cell.second, cell.scenario).merge(&cell);
        }
    }
}

#[cfg(test)]
mod tests;
