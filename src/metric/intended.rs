//! Accounting by *intended* second: what was due when, whatever became of it and however late it ended.
//!
//! Intervals are handed over by completion time. A stall can only be judged by when the requests were due, so each
//! interval carries, besides, these cells; late completions update the cell of their own second.

use super::bucket;

/// Buckets of the coarse histogram: scale 2 (19 % wide) from about 15 µs to 256 s.
pub(crate) const COARSE_BUCKETS: usize = 96;
const COARSE_SCALE: u32 = 2;
const COARSE_FIRST: i32 = -64;

/// What is known of one scenario's arrivals and requests that were due in one second of the run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IntendedCell {
    /// Whole seconds since the start of the run.
    pub second: u32,
    /// Index of the scenario in the plan.
    pub scenario: u16,
    /// Iterations that the schedule called for (open) or that a user began (closed): the offered load, as executed.
    pub due: u64,
    /// Iterations among them that could not be started.
    pub dropped: u64,
    /// Requests that ended as expected.
    pub passed: u64,
    /// Requests that failed.
    pub failed: u64,
    /// Response times: populated buckets of the coarse histogram.
    pub response_times: Box<[u32; COARSE_BUCKETS]>,
}

impl IntendedCell {
    fn new(second: u32, scenario: u16) -> Self {
        let response_times = Box::new([0; COARSE_BUCKETS]);
        Self { second, scenario, due: 0, dropped: 0, passed: 0, failed: 0, response_times }
    }

    /// Adds what another cell of the same second and scenario counted.
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

/// The cells touched in one interval; nearly always the current and the last second of each scenario.
#[derive(Debug, Default)]
pub struct IntendedCells {
    cells: Vec<IntendedCell>,
    last: usize,
}

impl IntendedCells {
    /// The cell of a second and scenario, made when missing.
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

    /// Hands the cells over and starts anew.
    #[must_use]
    pub fn take(&mut self) -> Vec<IntendedCell> {
        self.last = 0;
        std::mem::take(&mut self.cells)
    }

    /// Merges handed-over cells of another worker.
    pub fn merge(&mut self, cells: Vec<IntendedCell>) {
        for cell in cells {
            self.at(cell.second, cell.scenario).merge(&cell);
        }
    }
}

#[cfg(test)]
mod tests;
