//! Coarse buckets and cells.

use super::*;

/// The inclusive upper bound of a coarse bucket, in seconds.
fn coarse_upper_bound(bucket_number: usize) -> f64 {
    bucket::upper_bound(i32::try_from(bucket_number).unwrap() + COARSE_FIRST, COARSE_SCALE)
}

#[test]
fn coarse_buckets_hold_their_values() {
    for seconds in [0.000_02, 0.001, 0.01, 0.272, 0.872, 1.0, 60.0] {
        let number = coarse_bucket(seconds);
        assert!(seconds <= coarse_upper_bound(number) && seconds > coarse_upper_bound(number - 1));
    }
    assert_eq!(coarse_bucket(0.0), 0);
    assert_eq!(coarse_bucket(1e9), COARSE_BUCKETS - 1);
}

#[test]
fn late_keys_update_their_own_second() {
    let mut cells = IntendedSeconds::default();
    cells.at(1, 0).due += 1;
    cells.at(2, 0).due += 1;
    cells.at(1, 0).failed += 1;
    let taken = cells.take();
    assert_eq!(taken.len(), 2);
    assert_eq!((taken[0].due, taken[0].failed), (1, 1));
}
