//! Tests of adjusted p-values.

use super::adjust;

#[test]
fn p_values_grow_with_the_number_of_tests() {
    let adjusted = adjust(&[0.01, 0.04, 0.03, 0.005]);
    for (adjusted, expected) in adjusted.iter().zip([0.03, 0.06, 0.06, 0.02]) {
        assert!((adjusted - expected).abs() < 1e-12, "{adjusted} is not {expected}");
    }
}

#[test]
fn a_test_that_was_not_made_does_not_count() {
    let adjusted = adjust(&[f64::NAN, 0.04]);
    assert!(adjusted[0].is_nan() && (adjusted[1] - 0.04).abs() < 1e-12);
    assert!(adjust(&[]).is_empty());
}
