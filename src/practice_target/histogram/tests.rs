//! Tests of `histogram`.

use proptest::prelude::*;

use super::*;

proptest! {
    #[test]
    fn a_value_is_found_again_within_half_a_percent(nanos in 0_u64..1 << 43) {
        let mut histogram = Histogram::default();
        histogram.record(nanos);
        histogram.record(u64::MAX >> 20);
        let found = histogram.quantile(0.5);
        prop_assert!((found - nanos as f64).abs() <= nanos as f64 * 0.005, "{} for {}", found, nanos);
    }
}

#[test]
fn quantiles_survive_merging() {
    let mut halves = [Histogram::default(), Histogram::default()];
    for value in 1..=10_000_u64 {
        halves[usize::from(value % 2 == 0)].record(value * 1_000);
    }
    let [mut all, other] = halves;
    all.merge(&other);
    for (share, truth) in [(0.5, 5e6), (0.95, 9.5e6), (0.99, 9.9e6), (1.0, 1e7)] {
        assert!((all.quantile(share) / truth - 1.0).abs() < 0.005);
    }
    assert_eq!(all.largest(), 10_000_000);
    assert!(Histogram::default().quantile(0.5).abs() < 1e-9);
}
