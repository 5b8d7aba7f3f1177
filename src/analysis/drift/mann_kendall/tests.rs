//! Tests of the trend test.

use super::MannKendall;
use crate::analysis::statistics::series::Point;

fn points(values: &[f64]) -> Vec<Point> {
    values.iter().zip(0_u32..).map(|(value, at)| Point { at: f64::from(at), value: *value }).collect()
}

#[test]
fn a_rising_series_by_hand() {
    // n = 5: S = 10, variance = 5 · 4 · 15 / 18.
    let test = MannKendall::test(&points(&[1.0, 2.0, 3.0, 4.0, 5.0]), 1.0);
    assert!((test.s - 10.0).abs() < 1e-12 && (test.deviation.powi(2) - 300.0 / 18.0).abs() < 1e-9);
    assert!((test.p() - 0.0275).abs() < 1e-3, "{}", test.p());
}

#[test]
fn autocorrelation_makes_a_trend_less_sure() {
    let values = points(&[1.0, 2.0, 3.0, 4.0, 5.0]);
    assert!(MannKendall::test(&values, 3.0).p() > MannKendall::test(&values, 1.0).p());
}

#[test]
fn constant_and_empty_input_has_no_trend() {
    assert!((MannKendall::test(&points(&[1.0; 20]), 1.0).p() - 1.0).abs() < 1e-12);
    assert!((MannKendall::test(&[], 1.0).p() - 1.0).abs() < 1e-12);
}
