//! Tests of the conclusion.

use proptest::{collection::vec, num::f64::ANY, prelude::*};

use super::{Limits, Metric, Shape, Why, judge_all};
use crate::analysis::{
    simulation::{drift::judge, random::Random},
    statistics::series::Point,
};

fn soak(rho: f64, variation: f64, change: impl Fn(f64) -> f64) -> Vec<Point> {
    let noise = Random::new(21).correlated(96, rho);
    let value = |(index, noise): (usize, f64)| {
        let share = index as f64 / 95.0;
        Point { at: share * 8.0 * 3600.0, value: 100.0 * (1.0 + change(share)) * (1.0 + variation * noise) }
    };
    noise.into_iter().enumerate().map(value).collect()
}

fn shape(points: &[Point]) -> Shape {
    judge(points, &Limits::default()).shape
}

#[test]
fn each_shape_is_found() {
    assert_eq!(shape(&soak(0.0, 0.03, |_| 0.0)), Shape::Flat);
    assert_eq!(shape(&soak(0.3, 0.03, |share| 0.2 * share)), Shape::Rising);
    assert_eq!(shape(&soak(0.3, 0.03, |share| -0.2 * share)), Shape::Falling);
    let step = shape(&soak(0.3, 0.03, |share| if share > 0.6 { 0.2 } else { 0.0 }));
    assert!(matches!(step, Shape::Step { at, change } if (at / 3600.0 - 4.8).abs() < 0.2 && change > 10.0), "{step:?}");
}

#[test]
fn a_sure_but_tiny_change_is_flat() {
    assert_eq!(shape(&soak(0.0, 0.001, |share| 0.02 * share)), Shape::Flat);
}

#[test]
fn what_could_hide_is_inconclusive() {
    assert_eq!(shape(&soak(0.0, 0.5, |_| 0.0)), Shape::Inconclusive(Why::Noise));
    assert_eq!(shape(&soak(0.95, 0.1, |_| 0.0)), Shape::Inconclusive(Why::Autocorrelation));
    assert_eq!(shape(&soak(0.0, 0.03, |_| 0.0)[..10]), Shape::Inconclusive(Why::TooFewWindows));
    assert_eq!(shape(&[]), Shape::Inconclusive(Why::TooFewWindows));
}

#[test]
fn errors_that_start_at_zero_need_an_amount() {
    let zeros = vec![0.0; 96];
    let points: Vec<Point> =
        zeros.iter().zip(0_u32..).map(|(_, at)| Point { at: f64::from(at) * 60.0, value: 0.0 }).collect();
    assert_eq!(shape(&points), Shape::Flat);
    let limits = Limits { amount: 0.005, hidden_amount: 0.01, ..Limits::default() };
    let growing: Vec<Point> = points.iter().map(|point| Point { value: point.at * 1e-5, ..*point }).collect();
    assert_eq!(judge(&growing, &limits).shape, Shape::Rising);
}

#[test]
fn several_metrics_need_more_evidence_each() {
    let points = soak(0.5, 0.05, |share| 0.1 * share);
    let one = judge(&points, &Limits::default()).p;
    let metrics = [Metric { points: &points, limits: Limits::default() }; 4];
    let together = judge_all(&metrics);
    assert!(together.iter().all(|drift| drift.p >= one));
    assert!(judge_all(&[]).is_empty());
}

proptest! {
    #[test]
    fn no_input_panics(values in vec((ANY, ANY), 0..120)) {
        let points: Vec<Point> = values.into_iter().map(|(at, value)| Point { at, value }).collect();
        let drift = judge(&points, &Limits { min_windows: 0, ..Limits::default() });
        prop_assert!(drift.evidence.is_none() || points.len() >= 3);
    }

    #[test]
    fn the_unit_does_not_matter(scale in 1e-6..1e9_f64) {
        let points = soak(0.3, 0.03, |share| 0.2 * share);
        let scaled: Vec<Point> = points.iter().map(|point| Point { value: point.value * scale, ..*point }).collect();
        prop_assert_eq!(shape(&scaled), Shape::Rising);
    }
}
