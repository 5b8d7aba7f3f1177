//! Which intervals are merged at which age.

use super::*;

const NOW: i64 = 100 * HOUR_MS + 5_000;

fn width(pressure: u8, delivered: &[Option<u64>], sequence: u64, start_ms: i64) -> Option<i64> {
    let bounds = DeliveredBounds::new(delivered);
    let policy = Policy { now_ms: NOW, bounds: &bounds, pressure: Pressure(pressure) };
    policy.group(sequence, Span { sequence, start_ms, end_ms: start_ms + 1_000 }).map(|group| group.width_ms)
}

#[test]
fn tiers_go_by_age() {
    let at_age = |age_ms| width(0, &[], 5, NOW - age_ms);
    assert_eq!(at_age(1_000), None);
    assert_eq!(at_age(HOUR_MS), None, "its ten seconds are not an hour old");
    assert_eq!(at_age(HOUR_MS + 10_000), Some(10_000));
    assert_eq!(at_age(3 * HOUR_MS), Some(10_000));
    assert_eq!(at_age(3 * HOUR_MS + 60_000), Some(60_000));
    assert_eq!(at_age(90 * HOUR_MS), Some(60_000));
}

#[test]
fn what_is_not_delivered_gives_way_last() {
    let (has, lacks) = ([Some(5), Some(9)], [None, Some(9)]);
    let widths = |delivered: &[Option<u64>], age_ms| {
        (0..=6).map(|level| width(level, delivered, 5, NOW - age_ms).unwrap_or(1) / 1_000).collect::<Vec<_>>()
    };
    assert_eq!(widths(&has, 10 * HOUR_MS), [60, 600, 600, 600, 600, 600, 600]);
    assert_eq!(widths(&has, 2 * HOUR_MS), [10, 60, 60, 600, 600, 600, 600]);
    assert_eq!(widths(&has, 700_000), [0, 0, 60, 600, 600, 600, 600]);
    assert_eq!(widths(&has, 3_000), [0, 0, 0, 0, 0, 0, 0], "its ten seconds are not over");
    assert_eq!(widths(&lacks, 10 * HOUR_MS), [0, 0, 0, 0, 10, 60, 600]);
}

#[test]
fn no_group_crosses_an_outputs_position() {
    let bounds = DeliveredBounds::new(&[Some(13), Some(16)]);
    let policy = Policy { now_ms: NOW, bounds: &bounds, pressure: Pressure::LAST };
    let of = |first, sequence| policy.group(first, Span { sequence, start_ms: 1_000, end_ms: 2_000 }).unwrap();
    assert_eq!(of(12, 12), of(13, 13));
    assert_ne!(of(13, 13), of(14, 14));
    assert_ne!(of(16, 16), of(17, 17));
    assert_eq!(of(14, 15), of(16, 16));
    assert_ne!(of(15, 19), of(20, 20), "a reader within a frame goes on after it");
}
