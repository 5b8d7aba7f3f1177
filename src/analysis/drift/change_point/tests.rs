//! Tests of the change point.

use super::ChangePoint;
use crate::analysis::{simulation::random::Random, statistics::series::Point};

fn points(count: usize, rho: f64, level: impl Fn(usize) -> f64) -> Vec<Point> {
    let noise = Random::new(11).correlated(count, rho);
    noise
        .into_iter()
        .enumerate()
        .map(|(index, noise)| Point { at: index as f64, value: level(index) + noise })
        .collect()
}

#[test]
fn finds_a_step_where_it_is() {
    let points = points(96, 0.5, |index| if index < 60 { 100.0 } else { 106.0 });
    let step = ChangePoint::find(&points).unwrap_or_else(|| panic!("no step"));
    assert!(step.index.abs_diff(60) <= 1 && step.p() < 1e-4, "{step:?}");
    assert!((step.change() - 6.0).abs() < 1.0 && step.is_likelier_than_line(&points));
}

#[test]
fn a_line_is_no_step() {
    let points = points(96, 0.0, |index| 100.0 + 0.1 * index as f64);
    let step = ChangePoint::find(&points);
    assert!(step.is_none_or(|step| !step.is_likelier_than_line(&points)));
}

#[test]
fn one_outlier_is_no_step() {
    let points = points(96, 0.0, |index| if index == 90 { 140.0 } else { 100.0 });
    let step = ChangePoint::find(&points);
    assert!(step.is_none_or(|step| step.change().abs() < 3.0));
}

#[test]
fn short_and_constant_input_has_none() {
    assert_eq!(ChangePoint::find(&[]), None);
    assert_eq!(ChangePoint::find(&points(6, 0.0, |_| 1.0)), None);
    let constant = vec![Point { at: 0.0, value: 5.0 }; 40];
    assert!(ChangePoint::find(&constant).is_none_or(|step| step.change().abs() < 1e-12));
}
