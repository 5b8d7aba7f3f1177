//! The cap of sampled traces: one for all workers of a process, so that it does not depend on their number, nor on how
//! iterations are spread over them. Only an iteration that its trace ID selects touches it.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Traces that may be sampled in a second.
#[derive(Debug)]
pub(crate) struct TraceBudget {
    max_per_second: u32,
    /// A second of the run in the upper half, and how many were taken in it in the lower half.
    taken: AtomicU64,
}

impl TraceBudget {
    /// A budget of which nothing is taken.
    #[must_use]
    pub(crate) fn new(max_per_second: u64) -> Self {
        let max_per_second = u32::try_from(max_per_second).unwrap_or(u32::MAX);
        Self { max_per_second, taken: AtomicU64::new(0) }
    }

    /// Takes one trace in a second of the run; false when all are taken. A worker that is behind takes from the latest
    /// second that another has reached.
    pub(crate) fn take(&self, second: u64) -> bool {
        let next = |packed: u64| {
            let (latest, taken) = (packed >> 32, packed & u64::from(u32::MAX));
            let taken = if second > latest { 0 } else { taken };
            (taken < u64::from(self.max_per_second)).then(|| second.max(latest) << 32 | (taken + 1))
        };
        self.taken.fetch_update(Relaxed, Relaxed, next).is_ok()
    }
}

#[cfg(test)]
mod tests;
