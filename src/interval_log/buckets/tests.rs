//! Buckets of histograms in the log.

use proptest::prelude::*;

use super::*;

proptest! {
    #[test]
    fn buckets_near_and_far_full_and_fuller_come_back(
        buckets in prop::collection::btree_map(0..7_000_usize, prop_oneof![1..20_u64, 1..1_000_000_u64], 0..40),
        dense in 0..500_usize,
    ) {
        let mut counts = vec![0; 8_000];
        buckets.iter().for_each(|(place, count)| counts[*place] = *count);
        (0..dense).for_each(|place| counts[7_000 + place] = 1 + place as u64 / 2);
        let histogram = Histogram::from_counts(3, 1.0, (0.0, 1.0), -7_000, counts);
        let mut bytes = Vec::new();
        put_buckets(&mut bytes, &histogram);
        let mut input = VarintReader::new(&bytes);
        let back = super::histogram(&mut input, 3, 1.0, (0.0, 1.0)).unwrap();
        prop_assert!(input.rest().is_empty());
        prop_assert_eq!(back.buckets().collect::<Vec<_>>(), histogram.buckets().collect::<Vec<_>>());
        prop_assert_eq!(back.count(), histogram.count());
        bytes.push(7);
        let mut input = VarintReader::new(&bytes);
        prop_assert_eq!(super::skip(&mut input), Some(()));
        prop_assert_eq!(input.rest(), &[7][..]);
    }
}

proptest! {
    /// Whatever the recorder takes: a log that can't be read again is lost for outputs, `report` and `replay`.
    #[test]
    fn every_value_that_was_recorded_comes_back(values in prop::collection::vec(any::<f64>(), 1..20)) {
        let mut histogram = Histogram::default();
        let extremes = [f64::MIN_POSITIVE, 1e-300, 1e-9, 1e12, 9e18, f64::MAX];
        values.iter().chain(&extremes).filter(|value| value.is_finite()).for_each(|value| histogram.record(value.abs()));
        let mut bytes = Vec::new();
        put_buckets(&mut bytes, &histogram);
        let back = super::histogram(&mut VarintReader::new(&bytes), histogram.zeros(), 1.0, (0.0, 1.0)).unwrap();
        prop_assert_eq!(back.buckets().collect::<Vec<_>>(), histogram.buckets().collect::<Vec<_>>());
    }
}

#[test]
fn a_bucket_of_a_second_takes_a_byte() {
    let mut histogram = Histogram::default();
    (0..100).for_each(|step| histogram.record(0.1 * f64::from(step).mul_add(0.01, 1.0)));
    let mut bytes = Vec::new();
    put_buckets(&mut bytes, &histogram);
    assert!(bytes.len() <= histogram.buckets().count() + 8, "{}", bytes.len());
}
