//! Numbers that were given out, on disk before they are used: draws from data sets and numbers of iterations. A process that
//! goes on after a kill begins behind them, so that no row is used twice.
//!
//! The file has eight bytes for each counter. They are ahead of what was given out, by less than a step, so that it is
//! written once a step; a process that ends by itself writes the exact count. A kill costs at most a step of each.

use std::{
    fs::{File, OpenOptions},
    io,
    os::unix::fs::FileExt,
    path::Path,
    sync::{
        Mutex, PoisonError,
        atomic::{
            AtomicU64,
            Ordering::{Acquire, Release},
        },
    },
};

/// Rows that a kill skips at most, of each data set.
const STEP_OF_ROWS: u64 = 16;
/// Numbers of iterations that a kill skips at most, of each scenario.
const STEP_OF_ITERATIONS: u64 = 1_024;
const BYTES: usize = 8;

/// Counters of numbers that were given out.
#[derive(Debug, Default)]
pub(crate) struct TakenNumbers {
    counters: Vec<Counter>,
    scenarios: usize,
    /// None where nothing is kept.
    file: Option<Mutex<File>>,
}

#[derive(Debug)]
struct Counter {
    step: u64,
    /// What earlier processes gave out.
    before: u64,
    /// What the file holds.
    reserved: AtomicU64,
}

impl TakenNumbers {
    /// Counters for so many scenarios and data sets, in a file that is made if it is missing.
    ///
    /// # Errors
    /// When it can't be made or read, or is of another plan.
    pub(crate) fn open(path: &Path, scenarios: usize, data: usize) -> io::Result<Self> {
        let file = OpenOptions::new().create(true).truncate(false).read(true).write(true).open(path)?;
        let length = file.metadata()?.len();
        let wanted = ((scenarios + data) * BYTES) as u64;
        if length > wanted {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "it has more counters than the plan"));
        }
        // What was not written yet was not used either.
        file.set_len(wanted)?;
        let counter = |slot: usize| -> io::Result<Counter> {
            let mut bytes = [0; BYTES];
            file.read_exact_at(&mut bytes, (slot * BYTES) as u64)?;
            let before = u64::from_le_bytes(bytes);
            let step = if slot < scenarios { STEP_OF_ITERATIONS } else { STEP_OF_ROWS };
            Ok(Counter { step, before, reserved: AtomicU64::new(before) })
        };
        let counters = (0..scenarios + data).map(counter).collect::<io::Result<_>>()?;
        Ok(Self { counters, scenarios, file: Some(Mutex::new(file)) })
    }

    /// Numbers of iterations of a scenario that earlier processes gave out.
    #[must_use]
    pub(crate) fn iterations_before(&self, scenario: usize) -> u64 {
        self.counters.get(scenario).filter(|_| scenario < self.scenarios).map_or(0, |counter| counter.before)
    }

    /// Draws from a data set that earlier processes made.
    #[must_use]
    pub(crate) fn draws_before(&self, data: usize) -> u64 {
        self.counters.get(self.scenarios + data).map_or(0, |counter| counter.before)
    }

    /// Notes that so many iterations of a scenario have numbers, those of earlier processes too.
    #[inline]
    pub(crate) fn iterations(&self, scenario: usize, count: u64) {
        if scenario < self.scenarios {
            self.reach(scenario, count);
        }
    }

    /// Notes that so many draws from a data set were made.
    #[inline]
    pub(crate) fn draws(&self, data: usize, count: u64) {
        self.reach(self.scenarios + data, count);
    }

    #[inline]
    fn reach(&self, slot: usize, count: u64) {
        if let Some(counter) = self.counters.get(slot)
            && count > counter.reserved.load(Acquire)
        {
            self.reserve(slot, counter, count);
        }
    }

    #[cold]
    fn reserve(&self, slot: usize, counter: &Counter, count: u64) {
        let Some(file) = &self.file else { return };
        let file = file.lock().unwrap_or_else(PoisonError::into_inner);
        if count <= counter.reserved.load(Acquire) {
            return;
        }
        let reserved = (count - 1) / counter.step * counter.step + counter.step;
        // These bytes exist, so a full disk takes them. Where it does not, the next number tries again.
        if file.write_all_at(&reserved.to_le_bytes(), (slot * BYTES) as u64).is_ok() {
            counter.reserved.store(reserved, Release);
        }
    }

    /// Writes the exact number of draws, once nothing more is drawn by this process.
    pub(super) fn settle_draws(&self, data: usize, count: u64) {
        self.settle(self.scenarios + data, count);
    }

    /// Writes the exact number of iterations, once this process begins no more.
    pub(super) fn settle_iterations(&self, scenario: usize, count: u64) {
        if scenario < self.scenarios {
            self.settle(scenario, count);
        }
    }

    fn settle(&self, slot: usize, count: u64) {
        let (Some(file), Some(counter)) = (&self.file, self.counters.get(slot)) else { return };
        let file = file.lock().unwrap_or_else(PoisonError::into_inner);
        // A refusal leaves what was reserved: some numbers are skipped.
        if file.write_all_at(&count.max(counter.before).to_le_bytes(), (slot * BYTES) as u64).is_ok() {
            counter.reserved.store(count, Release);
        }
    }
}

#[cfg(test)]
mod tests;
