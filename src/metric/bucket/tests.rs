//! Properties of the buckets.

use super::*;
use proptest::prelude::*;

proptest! {
    #[test]
    fn a_value_lies_in_its_bucket(exponent in -25.0..25.0_f64) {
        let value = exponent.exp2();
        let index = index_of(value);
        prop_assert!(value <= upper_bound(index, SCALE) * (1.0 + 1e-15));
        prop_assert!(value > upper_bound(index - 1, SCALE) * (1.0 - 1e-15));
    }

    #[test]
    fn lowering_the_scale_is_recording_at_it(exponent in -25.0..25.0_f64, scale in 0_u32..8) {
        let value = exponent.exp2();
        let lower = lowered(index_of(value), scale);
        prop_assert!(value <= upper_bound(lower, scale) * (1.0 + 1e-12));
        prop_assert!(value > upper_bound(lower - 1, scale) * (1.0 - 1e-12));
    }
}

#[test]
fn powers_of_two_are_inclusive_upper_bounds() {
    assert_eq!(index_of(1.0), 0);
    assert_eq!(index_of(2.0), 256);
    assert_eq!(index_of(0.5), -256);
    assert_eq!(index_of(1.0 + f64::EPSILON), 1);
    assert_eq!(index_of(f64::MIN_POSITIVE), -63 * 256);
    assert_eq!(index_of(f64::MAX), 63 * 256);
}
