//! Tests of the time to a threshold.

use super::{Threshold, hours_until};
use crate::analysis::{drift::Evidence, statistics::series::Point};

/// Rises from 100 by 2 an hour for ten hours, without noise.
fn rising() -> Evidence {
    let points: Vec<Point> =
        (0..=40).map(f64::from).map(|index| Point { at: index * 900.0, value: 100.0 + index * 0.5 }).collect();
    Evidence::measure(&points, 20).unwrap_or_else(|| panic!("no evidence"))
}

#[test]
fn the_line_is_extended() {
    let crossing = hours_until(&rising(), Threshold::Below(150.0));
    let likely = crossing.and_then(|crossing| crossing.likely);
    assert!(likely.is_some_and(|hours| (hours - 15.0).abs() < 1e-6), "{crossing:?}");
}

#[test]
fn a_crossed_threshold_is_zero_hours_away() {
    let crossing = hours_until(&rising(), Threshold::Below(110.0));
    assert!(crossing.is_some_and(|crossing| crossing.earliest.abs() < 1e-12));
}

#[test]
fn a_line_that_leads_away_never_crosses() {
    assert_eq!(hours_until(&rising(), Threshold::Above(50.0)), None);
    assert_eq!(hours_until(&rising(), Threshold::Below(f64::NAN)), None);
}
