//! Tests of the numbers behind a drift.

use super::Evidence;
use crate::analysis::{simulation::random::Random, statistics::series::Point};

fn soak(per_hour: f64) -> Vec<Point> {
    let noise = Random::new(5).correlated(96, 0.3);
    let value = |(index, noise): (usize, f64)| {
        let at = index as f64 * 300.0;
        Point { at, value: 100.0 + per_hour * at / 3600.0 + noise }
    };
    noise.into_iter().enumerate().map(value).collect()
}

#[test]
fn the_slope_is_an_hour_and_its_interval_contains_it() {
    let evidence = Evidence::measure(&soak(2.0), 20).unwrap_or_else(|| panic!("no evidence"));
    let [low, high] = evidence.slope_interval;
    assert!(low < 2.0 && 2.0 < high && high - low < 1.0, "{evidence:?}");
    assert!((evidence.level - 100.0).abs() < 1.5 && (evidence.change() - 15.8).abs() < 2.0, "{evidence:?}");
    assert!(evidence.effective_windows() < 96.0 && evidence.p < 1e-6);
}

#[test]
fn too_few_windows_are_no_evidence() {
    assert_eq!(Evidence::measure(&soak(0.0)[..10], 20), None);
    assert_eq!(Evidence::measure(&[], 0), None);
}
