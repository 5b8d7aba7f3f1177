//! Tests of the normal range.

use super::Baseline;
use crate::analysis::recovery::{Limits, Second};

fn seconds(latency: impl Fn(u32) -> f64) -> Vec<Second> {
    let second = |at: u32| Second {
        at: f64::from(at),
        latency: latency(at),
        error_share: 0.0,
        failed: 0.0,
        in_flight: 5.0,
        offered: 100.0,
    };
    (0..30).map(second).collect()
}

#[test]
fn the_range_is_a_tenth_above_a_quiet_baseline() {
    let baseline = Baseline::of(&seconds(|_| 0.1), &Limits::default()).unwrap_or_else(|| panic!("no baseline"));
    assert!((baseline.latency.high - 0.11).abs() < 1e-9);
    assert!((baseline.in_flight.high - 7.0).abs() < 1.01, "{baseline:?}");
    assert!((baseline.error_share.high - 0.02).abs() < 0.011, "{baseline:?}");
}

#[test]
fn a_noisy_baseline_has_a_wider_range() {
    let noisy = Baseline::of(&seconds(|at| 0.1 + 0.02 * f64::from(at % 3)), &Limits::default());
    assert!(noisy.is_some_and(|baseline| baseline.latency.high > 0.18), "{noisy:?}");
}

#[test]
fn few_seconds_are_no_baseline() {
    assert_eq!(Baseline::of(&seconds(|_| 0.1)[..5], &Limits::default()), None);
    assert_eq!(Baseline::of(&seconds(|_| f64::NAN), &Limits::default()), None);
}

#[test]
fn a_second_without_an_answer_is_not_normal() {
    let baseline = Baseline::of(&seconds(|_| 0.1), &Limits::default()).unwrap_or_else(|| panic!("no baseline"));
    let silent =
        Second { at: 40.0, latency: f64::NAN, error_share: f64::NAN, failed: 0.0, in_flight: 5.0, offered: 100.0 };
    assert!(!baseline.is_normal(&silent));
    assert!(baseline.is_normal(&Second { offered: 0.0, ..silent }));
}
