//! Sliding windows: the worst of all spans of a length, with memory for sixty slices however long the window is.
//!
//! ```text
//!   slices   ├──┼──┼──┼──┼──┼──┤        a window is the shortest run of last slices that is long enough;
//!   window          ├──┼──┼──┼──┤       it moves on by one slice at a time: a sixtieth of its length,
//!                                       at least an interval
//! ```

use std::{collections::VecDeque, time::Duration};

use crate::metric::Value;

/// Steps by which a window moves through its own length.
const SLICES: i64 = 60;

/// What was recorded within a span of the run.
#[derive(Debug, Clone)]
struct Slice {
    start_ms: i64,
    end_ms: i64,
    value: Value,
    observed: bool,
}

/// A span of the run and what was recorded in it.
#[derive(Debug, Clone)]
pub(crate) struct Span {
    /// Begin, Unix milliseconds.
    pub start_ms: i64,
    /// End, Unix milliseconds.
    pub end_ms: i64,
    /// All of it.
    pub value: Value,
    /// Whether there was anything.
    pub observed: bool,
}

impl Span {
    /// Its length in seconds.
    #[must_use]
    pub(crate) fn seconds(&self) -> f64 {
        (self.end_ms - self.start_ms) as f64 * 1e-3
    }
}

/// The last slices of a run.
#[derive(Debug)]
pub(crate) struct Window {
    length_ms: i64,
    slices: VecDeque<Slice>,
}

impl Window {
    /// A window that has seen nothing.
    #[must_use]
    pub(crate) fn new(length: Duration) -> Self {
        Self { length_ms: i64::try_from(length.as_millis()).unwrap_or(i64::MAX), slices: VecDeque::new() }
    }

    /// Takes what a further interval recorded; gives the window that ends with it, if one does.
    pub(crate) fn push(&mut self, start_ms: i64, end_ms: i64, value: Value, observed: bool) -> Option<Span> {
        let slice_ms = self.length_ms / SLICES;
        match self.slices.back_mut() {
            Some(last) if last.end_ms - last.start_ms < slice_ms => {
                last.end_ms = end_ms;
                last.value.merge(&value);
                last.observed |= observed;
            }
            _ => self.slices.push_back(Slice { start_ms, end_ms, value, observed }),
        }
        while self.slices.get(1).is_some_and(|second| end_ms - second.start_ms >= self.length_ms) {
            self.slices.pop_front();
        }
        let (first, last) = (self.slices.front()?, self.slices.back()?);
        let full = end_ms - first.start_ms >= self.length_ms && last.end_ms - last.start_ms >= slice_ms;
        full.then(|| self.whole()).flatten()
    }

    /// All slices together: what there is of a window that is not full yet.
    #[must_use]
    pub(crate) fn whole(&self) -> Option<Span> {
        let (first, last) = (self.slices.front()?, self.slices.back()?);
        let mut value = first.value.clone();
        self.slices.iter().skip(1).for_each(|slice| value.merge(&slice.value));
        let observed = self.slices.iter().any(|slice| slice.observed);
        Some(Span { start_ms: first.start_ms, end_ms: last.end_ms, value, observed })
    }
}

#[cfg(test)]
mod tests;
