//! Tests of windows over time.

use super::{Point, finite, windows};

fn points(count: u32) -> Vec<Point> {
    (0..count).map(|index| Point { at: f64::from(index), value: f64::from(index) }).collect()
}

#[test]
fn windows_are_medians_at_their_middle() {
    let windows = windows(&points(101), 10);
    assert_eq!(windows.len(), 10);
    assert_eq!(windows[0], Point { at: 5.0, value: 4.5 });
}

#[test]
fn few_points_stay_as_they_are() {
    assert_eq!(windows(&points(5), 10), points(5));
    assert!(windows(&[], 10).is_empty());
}

#[test]
fn windows_without_points_are_left_out() {
    let gap: Vec<Point> = points(100).into_iter().filter(|point| point.at < 30.0 || point.at > 70.0).collect();
    assert_eq!(windows(&gap, 10).len(), 6);
}

#[test]
fn points_at_one_time_make_one_window() {
    let same = vec![Point { at: 1.0, value: 2.0 }; 20];
    assert_eq!(windows(&same, 10).len(), 1);
}

#[test]
fn points_that_are_not_finite_are_left_out_and_the_rest_is_in_order() {
    let mixed = [Point { at: 2.0, value: 1.0 }, Point { at: 1.0, value: 5.0 }, Point { at: 3.0, value: f64::NAN }];
    assert_eq!(finite(&mixed), [mixed[1], mixed[0]]);
}
