//! The shuffle is a permutation, and uniform.

use super::*;
use proptest::prelude::*;

proptest! {
    #[test]
    fn every_number_is_gone_to_once(bound in 1_u64..3000, key in any::<u64>()) {
        let mut gone_to: Vec<u64> = (0..bound).map(|number| permuted(number, bound, key)).collect();
        gone_to.sort_unstable();
        prop_assert_eq!(gone_to, (0..bound).collect::<Vec<_>>());
    }
}

#[test]
fn places_are_equally_likely() {
    const KEYS: u64 = 8000;
    for number in 0..8 {
        let mut counts = [0_u64; 8];
        (0..KEYS).for_each(|key| counts[usize::try_from(permuted(number, 8, key)).unwrap()] += 1);
        let expected = KEYS as f64 / 8.0;
        let chi_square: f64 = counts.iter().map(|count| (*count as f64 - expected).powi(2) / expected).sum();
        assert!(chi_square < 24.32, "{counts:?}: p < 0.001 at seven degrees of freedom");
    }
    assert!(permuted(u64::MAX - 1, u64::MAX, 1) < u64::MAX);
}
