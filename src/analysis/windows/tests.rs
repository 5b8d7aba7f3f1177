//! Tests of windows.

use proptest::prelude::*;

use super::{Windows, merged};
use crate::metric::{Interval, Labels, SeriesDef, Value, catalogue};

/// Intervals of `lengths` milliseconds one after the other; each counts one iteration.
fn intervals(lengths: &[i64]) -> Vec<Interval> {
    let mut end = 1_000;
    let interval = |(sequence, length): (u64, &i64)| {
        let start = end;
        end += length;
        let first = SeriesDef { id: 0, metric: catalogue::ITERATIONS.clone(), labels: Labels::default() };
        Interval {
            sequence,
            start_ms: start,
            end_ms: end,
            new_series: if sequence == 0 { vec![first] } else { Vec::new() },
            values: vec![(0, Value::Counter(1.0))],
            ..Interval::default()
        }
    };
    (0..).zip(lengths).map(interval).collect()
}

fn folded(lengths: &[i64], length_ms: i64, most: usize) -> Windows<String> {
    let mut windows = Windows::new(length_ms, most);
    for interval in intervals(lengths) {
        windows.fold(&interval, 1_000, |series| vec![series.metric.name.to_string()]);
    }
    windows
}

fn counts(windows: &Windows<String>) -> Vec<f64> {
    let count = |value: Option<&Value>| if let Some(Value::Counter(count)) = value { *count } else { 0.0 };
    let all = windows.whole_within(f64::MAX);
    windows.values(&"iterations".to_owned(), all).into_iter().map(count).collect()
}

#[test]
fn late_intervals_count_in_the_window_of_their_middle() {
    let windows = folded(&[990, 1_020, 980, 1_010], 1_000, 100);
    assert_eq!(counts(&windows), [1.0; 4]);
    assert_eq!(windows.whole_within(3.5), 3);
}

#[test]
fn neighbours_are_merged_when_there_are_too_many() {
    let windows = folded(&[1_000; 100], 1_000, 20);
    assert!((windows.seconds() - 8.0).abs() < 1e-9);
    assert_eq!(counts(&windows)[..12], [8.0; 12]);
}

#[test]
fn windows_are_no_shorter_than_downsampled_intervals() {
    let windows = folded(&[10_000, 10_000, 1_000, 1_000], 1_000, 100);
    assert!((windows.seconds() - 8.0).abs() < 1e-9, "{windows:?}");
    assert!((counts(&windows).iter().sum::<f64>() - 4.0).abs() < 1e-9);
}

#[test]
fn what_is_missing_is_nothing() {
    let windows = folded(&[1_000], 1_000, 10);
    assert_eq!(windows.values(&"other".to_owned(), 2), [None, None]);
    assert_eq!(merged(&windows.values(&"other".to_owned(), 2)), None);
    assert_eq!(windows.keys(), ["iterations"]);
}

proptest! {
    #[test]
    fn nothing_is_lost_and_memory_is_bounded(lengths in proptest::collection::vec(1_i64..100_000, 0..300), most in 2_usize..50) {
        let windows = folded(&lengths, 1_000, most);
        prop_assert!(windows.parts.len() <= most);
        prop_assert!((counts(&windows).iter().sum::<f64>() - lengths.len() as f64).abs() < 1e-9);
    }

    #[test]
    fn no_times_panic(start: i64, end: i64, started: i64) {
        let mut windows = Windows::new(1_000, 10);
        windows.fold(&Interval { start_ms: start, end_ms: end, ..Interval::default() }, started, |_| vec![0]);
        prop_assert!(windows.whole_within(f64::NAN) == 0);
    }
}
