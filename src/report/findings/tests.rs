//! Tests of how findings read.

use anstream::adapter::strip_str;

use super::{lines, show_hours};
use crate::analysis::Analysis;

#[test]
fn nothing_found_is_nothing_shown() {
    assert!(lines(&Analysis::default(), None).is_empty());
}

#[test]
fn findings_of_an_invalid_run_are_not_sure() {
    let analysis = Analysis { sure: false, ..crate::report::tests::findings() };
    let text = strip_str(&lines(&analysis, None).join("\n")).to_string();
    assert!(text.contains("not sure, because the run is invalid"), "{text}");
}

#[test]
fn hours_are_shown_to_the_minute_or_in_days() {
    assert_eq!(show_hours(0.001), "1m");
    assert_eq!(show_hours(16.0), "16h");
    assert_eq!(show_hours(100.0), "4 days");
}
