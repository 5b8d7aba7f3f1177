//! Gaps and what they come to.

use super::*;

fn with(gaps: &[(i64, i64)]) -> Coverage {
    let mut coverage = Coverage::default();
    gaps.iter().for_each(|(from_ms, to_ms)| coverage.note(Gap { from_ms: *from_ms, to_ms: *to_ms }));
    coverage
}

#[test]
fn gaps_add_up_and_are_reported() {
    let coverage = with(&[(10_000, 12_500), (60_000, 61_500)]);
    assert!((coverage.share(Duration::from_secs(100)) - 0.96).abs() < 1e-9);
    let (text, is_invalid) = coverage.finding(Duration::from_secs(100)).unwrap();
    assert_eq!(text, "coverage is 96.00%: 2 interruptions, in all 4s without load");
    assert!(!is_invalid);
}

#[test]
fn too_little_of_a_run_is_invalid() {
    let (text, is_invalid) = with(&[(0, 10_000)]).finding(Duration::from_secs(100)).unwrap();
    assert!(is_invalid && text.starts_with("coverage is 90.00%, less than 95.00%: 1 interruption"), "{text}");
}

#[test]
fn a_whole_run_has_nothing_to_tell() {
    assert_eq!(Coverage::default().finding(Duration::ZERO), None);
    assert!((Coverage::default().share(Duration::ZERO) - 1.0).abs() < 1e-9);
}

#[test]
fn gaps_past_those_that_are_listed_count() {
    let coverage = with(&[(0, 1_000); 150]);
    assert_eq!((coverage.gaps.len(), coverage.interruptions), (MAX_GAPS, 150));
    assert_eq!(coverage.missing(), Duration::from_secs(150));
}

#[test]
fn a_gap_of_a_segment_is_a_part_of_the_load() {
    let mut coverage = Coverage::of_segments(4);
    coverage.note(Gap { from_ms: 20_000, to_ms: 60_000 });
    assert!((coverage.share(Duration::from_secs(100)) - 0.9).abs() < 1e-9);
    let (text, is_invalid) = coverage.finding(Duration::from_secs(100)).unwrap();
    assert!(is_invalid && text.ends_with("1 interruption of 4 segments, in all 40s without load"), "{text}");
}
