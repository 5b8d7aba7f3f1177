//! Tests of the slope.

use super::{PairSlopes, intercept};
use crate::analysis::statistics::series::Point;

fn line(outlier: f64) -> Vec<Point> {
    let value = |at: f64| if (at - 3.0).abs() < 0.1 { outlier } else { 1.0 + 2.0 * at };
    (0..20).map(f64::from).map(|at| Point { at, value: value(at) }).collect()
}

#[test]
fn slope_of_a_line_with_an_outlier() {
    let points = line(1e9);
    let slope = PairSlopes::of(&points).median();
    assert_eq!(slope, Some(2.0));
    assert_eq!(intercept(&points, 2.0), Some(1.0));
}

#[test]
fn the_interval_grows_with_the_deviation() {
    let slopes = PairSlopes::of(&line(1e9));
    let [low, high] = slopes.interval(30.0, 1.96).unwrap_or_default();
    assert!(low <= 2.0 && high >= 2.0);
    assert_eq!(slopes.interval(1e6, 1.96), Some([f64::NEG_INFINITY, f64::INFINITY]));
}

#[test]
fn one_time_has_no_slope() {
    let points = [Point { at: 1.0, value: 1.0 }, Point { at: 1.0, value: 2.0 }];
    assert_eq!(PairSlopes::of(&points).median(), None);
    assert_eq!(PairSlopes::of(&[]).interval(1.0, 1.96), None);
}
