//! Tests of summaries.

use super::{deviation, mean, median, quantile, variance};

#[test]
fn summaries_of_known_values() {
    let values = [4.0, 1.0, 3.0, 2.0];
    assert_eq!(mean(&values), Some(2.5));
    assert_eq!(median(&values), Some(2.5));
    assert_eq!(quantile(&values, 1.0), Some(4.0));
    assert!((variance(&values).unwrap_or(0.0) - 5.0 / 3.0).abs() < 1e-12);
    assert!((deviation(&[1.0, 2.0, 3.0, 4.0, 100.0]).unwrap_or(0.0) - 1.4826).abs() < 1e-12);
}

#[test]
fn values_that_are_not_finite_are_ignored() {
    assert_eq!(mean(&[f64::NAN, 2.0, f64::INFINITY]), Some(2.0));
    assert_eq!(median(&[f64::NAN]), None);
    assert_eq!(variance(&[1.0, f64::NAN]), None);
    assert_eq!(deviation(&[]), None);
}
