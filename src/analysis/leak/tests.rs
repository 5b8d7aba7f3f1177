//! Tests of the conclusion.

use proptest::{collection::vec, num::f64::ANY, prelude::*};

use super::{Found, Growth, Usage, judge_all};
use crate::analysis::{simulation::random::Random, statistics::series::Point};

const HOURS: f64 = 10.0;

/// 96 windows of a use of 100 that changes by `change(share of the run)`, under a load.
fn judge(noise: f64, load: impl Fn(f64) -> f64, change: impl Fn(f64) -> f64) -> Found {
    let random = Random::new(7).correlated(96, 0.3);
    let share = |index: usize| index as f64 / 95.0;
    // The lowest use of a window.
    let lowest = |index: usize| {
        (0..20).map(|part| change(share(index) + f64::from(part) / 20.0 / 95.0)).fold(f64::MAX, f64::min)
    };
    let point = |(index, random): (usize, &f64)| Point {
        at: share(index) * HOURS * 3600.0,
        value: 100.0 * (1.0 + lowest(index)) * (1.0 + noise * random),
    };
    let points: Vec<Point> = random.iter().enumerate().map(point).collect();
    let load: Vec<f64> = (0..96).map(|index| load(share(index))).collect();
    judge_all(&[Usage { points: &points, load: &load, amount: 1.0 }])[0]
}

fn day(share: f64) -> f64 {
    100.0 + 60.0 * (std::f64::consts::TAU * share).sin()
}

#[test]
fn growth_is_a_leak_also_beside_a_load_that_varies() {
    let found = judge(0.02, |_| 100.0, |share| 0.1 * share);
    assert_eq!(found.growth, Growth::Leak);
    assert!(found.evidence.is_some_and(|evidence| (evidence.slope - 1.0).abs() < 0.3), "{found:?}");
    assert_eq!(judge(0.02, day, |share| 0.1 * share + 0.003 * day(share)).growth, Growth::Leak);
}

#[test]
fn what_the_load_explains_is_no_leak() {
    assert_eq!(judge(0.02, day, |share| 0.003 * day(share)).growth, Growth::FollowsLoad);
    assert_eq!(judge(0.02, |_| 100.0, |_| 0.0).growth, Growth::None);
    // The load rises all the time, and the use with it.
    let ramp = |share: f64| 100.0 + 100.0 * share;
    assert_ne!(judge(0.02, ramp, |share| 0.002 * ramp(share)).growth, Growth::Leak);
}

#[test]
fn what_is_released_is_no_leak() {
    for cycles in [4.0, 6.0, 16.0, 30.0] {
        let growth = judge(0.01, |_| 100.0, |share| 0.6 * (share * cycles).fract()).growth;
        // A cycle that is shorter than a window is not seen: the lowest use stays.
        assert!(matches!(growth, Growth::Released | Growth::None), "{cycles} cycles: {growth:?}");
    }
    let leaking = judge(0.01, |_| 100.0, |share| 0.4 * (share * 20.0).fract() + 0.3 * share);
    assert_eq!(leaking.growth, Growth::Leak, "{leaking:?}");
}

#[test]
fn growth_with_an_end_is_no_leak() {
    let growth = judge(0.01, |_| 100.0, |share| 0.5 * (1.0 - (-8.0 * share).exp())).growth;
    assert_ne!(growth, Growth::Leak);
    let step = judge(0.02, |_| 100.0, |share| if share > 0.6 { 0.3 } else { 0.0 }).growth;
    assert!(matches!(step, Growth::Step { at } if (at / 3600.0 - 6.0).abs() < 0.3), "{step:?}");
}

#[test]
fn what_could_hide_is_inconclusive() {
    assert!(matches!(judge(0.5, |_| 100.0, |_| 0.0).growth, Growth::Inconclusive(_)));
    assert!(judge_all(&[]).is_empty());
    let none = judge_all(&[Usage { points: &[], load: &[], amount: 1.0 }]);
    assert!(matches!(none[0].growth, Growth::Inconclusive(_)));
}

proptest! {
    #[test]
    fn no_input_panics(values in vec((ANY, ANY, ANY), 0..120), amount in ANY) {
        let points: Vec<Point> = values.iter().map(|(at, value, _)| Point { at: *at, value: *value }).collect();
        let load: Vec<f64> = values.iter().map(|(.., load)| *load).collect();
        let found = judge_all(&[Usage { points: &points, load: &load, amount }]);
        prop_assert_eq!(found.len(), 1);
    }
}
