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
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn count(value: &Value) -> f64 {
        if let Value::Counter(count) = value { *count } else { f64::NAN }
    }

    proptest! {
        #[test]
        fn a_window_is_long_enough_and_no_longer_than_needed(
            lengths in prop::collection::vec(200_i64..3_000, 1..80), seconds in 1_u64..200,
        ) {
            let mut window = Window::new(Duration::from_secs(seconds));
            let (mut at, mut all, mut full) = (0, Vec::new(), 0);
            for (number, length) in lengths.into_iter().enumerate() {
                all.push((at, number as f64));
                let span = window.push(at, at + length, Value::Counter(number as f64), true);
                at += length;
                if let Some(span) = span {
                    full += 1;
                    let wanted = i64::try_from(seconds).unwrap() * 1_000;
                    prop_assert_eq!(span.end_ms, at);
                    prop_assert!(at - span.start_ms >= wanted);
                    prop_assert!(at - span.start_ms < wanted + 3_000 + wanted / SLICES);
                    let within = all.iter().filter(|(start, _)| *start >= span.start_ms).map(|(_, value)| value);
                    prop_assert_eq!(count(&span.value).to_bits(), within.sum::<f64>().to_bits());
                }
                prop_assert!(window.slices.len() <= 5 * usize::try_from(SLICES).unwrap() + 2);
            }
            // A window ends with a whole slice: one that has just begun is waited for.
            let wanted = i64::try_from(seconds).unwrap() * 1_000;
            prop_assert!(full > 0 || at < wanted + wanted / SLICES + 3_000);
        }
    }
}
