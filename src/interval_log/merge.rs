//! Merging intervals: what several spans hold, as one span. Folding the one gives what folding the several gives.

use std::cmp::Ordering;

use crate::metric::{Interval, SeriesId, Value, intended::IntendedCell};

/// Adds the interval that follows to a merged one: the number and the end of the later, the begin of the earlier, all new
/// series, values merged by series (a gauge's last), cells merged by second and scenario. Trace spans are dropped: an
/// output that wants them has taken them, or was unavailable until the disk was full.
pub(crate) fn absorb(merged: &mut Interval, later: Interval) {
    merged.sequence = later.sequence;
    merged.end_ms = later.end_ms;
    merged.spans.clear();
    merged.examples.extend(later.examples);
    merged.new_series.extend(later.new_series);
    merged.values = join(std::mem::take(&mut merged.values), later.values);
    for cell in later.intended {
        // From the end: late requests belong to a second not long ago.
        let of_same = |known: &&mut IntendedCell| (known.second, known.scenario) == (cell.second, cell.scenario);
        match merged.intended.iter_mut().rev().find(of_same) {
            Some(known) => known.merge(&cell),
            None => merged.intended.push(cell),
        }
    }
}

/// Joins two lists that ascend by series.
fn join(earlier: Vec<(SeriesId, Value)>, later: Vec<(SeriesId, Value)>) -> Vec<(SeriesId, Value)> {
    let mut joined = Vec::with_capacity(earlier.len().max(later.len()));
    let (mut earlier, mut later) = (earlier.into_iter().peekable(), later.into_iter().peekable());
    loop {
        let order = match (earlier.peek(), later.peek()) {
            (Some((one, _)), Some((other, _))) => one.cmp(other),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => return joined,
        };
        let (first, second) = match order {
            Ordering::Less => (earlier.next(), None),
            Ordering::Greater => (later.next(), None),
            Ordering::Equal => (earlier.next(), later.next()),
        };
        if let Some((id, mut value)) = first {
            if let Some((_, newer)) = second {
                value.merge(&newer);
            }
            joined.push((id, value));
        }
    }
}

#[cfg(test)]
mod tests;
