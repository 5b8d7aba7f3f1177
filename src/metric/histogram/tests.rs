//! Quantiles and merging.

use super::*;
use proptest::prelude::*;

fn recorded(values: &[f64]) -> Histogram {
    let mut histogram = Histogram::default();
    values.iter().for_each(|value| histogram.record(*value));
    histogram
}

proptest! {
    #[test]
    fn quantiles_are_within_a_bucket_of_the_truth(mut values in prop::collection::vec(1e-6..100.0_f64, 1..400), q in 0.0..1.0_f64) {
        let histogram = recorded(&values);
        values.sort_by(f64::total_cmp);
        let below = |value: &&f64| ((values.iter().filter(|other| other <= value).count() as f64) / values.len() as f64) >= q;
        let truth = *values.iter().find(below).unwrap();
        let shown = histogram.quantile(q).unwrap();
        prop_assert!((shown / truth - 1.0).abs() < 0.0014, "{shown} for {truth}");
    }

    #[test]
    fn merging_is_recording_together(a in prop::collection::vec(0.0..100.0_f64, 0..200), b in prop::collection::vec(0.0..1e-3_f64, 0..200)) {
        let mut merged = recorded(&a);
        merged.merge(&recorded(&b));
        let mut other_way = recorded(&b);
        other_way.merge(&recorded(&a));
        let together = recorded(&a.iter().chain(&b).copied().collect::<Vec<_>>());
        for candidate in [&merged, &other_way] {
            prop_assert_eq!(candidate.count(), together.count());
            prop_assert_eq!(candidate.min(), together.min());
            prop_assert_eq!(candidate.max(), together.max());
            prop_assert_eq!(candidate.buckets().collect::<Vec<_>>(), together.buckets().collect::<Vec<_>>());
        }
    }

    #[test]
    fn count_is_the_sum_of_the_buckets(values in prop::collection::vec(-1.0..10.0_f64, 0..200), scale in 0_u32..=8) {
        let histogram = recorded(&values);
        let sum: u64 = histogram.buckets_at(scale).iter().map(|(_, count)| count).sum();
        prop_assert_eq!(sum + histogram.zeros(), histogram.count());
    }
}

#[test]
fn an_empty_one_has_no_quantile() {
    assert_eq!(Histogram::default().quantile(0.5), None);
    assert_eq!(Histogram::default().max(), None);
}
