//! Merging intervals: what several spans hold, as one span. Folding the one gives what folding the several gives.

use std::cmp::Ordering;

use crate::metric::{Interval, SeriesId, Value, intended::IntendedCell};

/// Adds the interval that follows to a merged one: the number and the end of the later, the begin of the earlier, all new
/// series, values merged by series (a gauge's last), cells merged by second and scenario. Spans are given up: whoever
/// wants them has taken them, or has been away until the disk was full.
pub fn absorb(merged: &mut Interval, later: Interval) {
    merged.sequence = later.sequence;
    merged.end_ms = later.end_ms;
    merged.spans.clear();
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
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;
    use crate::{
        interval_log::{codec, samples},
        metric::Totals,
    };

    fn folded(intervals: &[Interval]) -> (Totals, BTreeMap<(u32, u16), IntendedCell>) {
        let mut totals = Totals::default();
        let mut cells: BTreeMap<_, IntendedCell> = BTreeMap::new();
        for interval in intervals {
            totals.fold(interval);
            for cell in &interval.intended {
                let known = cells.entry((cell.second, cell.scenario));
                known.and_modify(|known| known.merge(cell)).or_insert_with(|| cell.clone());
            }
        }
        (totals, cells)
    }

    fn same(one: &Value, other: &Value) -> bool {
        let near = |a: f64, b: f64| (a - b).abs() <= 1e-9 * a.abs().max(b.abs());
        match (one, other) {
            (Value::Counter(a), Value::Counter(b)) => near(*a, *b),
            (Value::Trend(a), Value::Trend(b)) => {
                near(a.sum(), b.sum())
                    && (a.count(), a.zeros(), a.min(), a.max()) == (b.count(), b.zeros(), b.min(), b.max())
                    && a.buckets().eq(b.buckets())
            }
            (a, b) => a == b,
        }
    }

    proptest! {
        #[test]
        fn folding_merged_intervals_is_folding_them(
            plan in samples::plan(1..30),
            sizes in prop::collection::vec(1_usize..8, 1..20),
        ) {
            let intervals = samples::intervals(&plan);
            let mut merged = Vec::new();
            let mut rest = intervals.as_slice();
            for size in sizes.into_iter().chain(std::iter::repeat(1)) {
                let (group, later) = rest.split_at(size.min(rest.len()));
                rest = later;
                // Through bytes, as a log does it.
                let Some((first, others)) = group.split_first() else { break };
                let mut one = first.clone();
                others.iter().for_each(|later| absorb(&mut one, later.clone()));
                prop_assert_eq!((one.sequence, one.end_ms), (group[group.len() - 1].sequence, group[group.len() - 1].end_ms));
                prop_assert_eq!(one.start_ms, group[0].start_ms);
                prop_assert!(one.values.is_sorted_by(|a, b| a.0 < b.0));
                merged.push(codec::decode(&codec::encode(&one)).unwrap());
            }
            let ((totals, cells), (other, other_cells)) = (folded(&intervals), folded(&merged));
            prop_assert_eq!(totals.iter().count(), other.iter().count());
            for ((series, value), (other_series, other)) in totals.iter().zip(other.iter()) {
                prop_assert_eq!(series, other_series);
                prop_assert!(same(value, other), "{value:?} {other:?}");
            }
            prop_assert_eq!(cells, other_cells);
        }
    }
}
