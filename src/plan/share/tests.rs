//! Properties of the split by weight.

use super::*;
use proptest::prelude::*;

#[test]
fn heavier_ones_come_first_and_often() {
    let shares = Share::split(&[3, 1]);
    let turns: Vec<_> = (0..8).map(|n| shares[0].owns(n)).collect();
    assert_eq!(turns, [true, true, false, true, true, true, false, true]);
    assert_eq!((shares[0].fraction(), shares[1].count_of(400)), (0.75, 100));
}

proptest! {
    #[test]
    fn every_total_is_split_whole_within_one_and_without_taking_back(
        weights in prop::collection::vec(1_u32..60, 1..8), totals in 1_u64..400,
    ) {
        let shares = Share::split(&weights);
        let sum: u32 = weights.iter().sum();
        let mut before = vec![0; weights.len()];
        for total in 1..=totals {
            let counts: Vec<u64> = shares.iter().map(|share| share.count_of(total)).collect();
            prop_assert_eq!(counts.iter().sum::<u64>(), total);
            for ((share, weight), (count, earlier)) in shares.iter().zip(&weights).zip(counts.iter().zip(&before)) {
                let exact = total as f64 * f64::from(*weight) / f64::from(sum);
                prop_assert!((*count as f64 - exact).abs() < 1.0, "{count} of {total}, exactly {exact}");
                prop_assert_eq!(count - earlier, u64::from(share.owns(total - 1)));
            }
            before = counts;
        }
    }
}
