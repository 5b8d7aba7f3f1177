//! Merging keeps what folding gives.

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
