//! Dates and times of expressions, at fixed instants.

use std::time::{Duration, UNIX_EPOCH};

use proptest::prelude::*;

use super::formatted;

proptest! {
    #[test]
    fn dates_are_those_of_another_implementation(millis in 0_u64..253_402_207_200_000) {
        let ours = formatted("%a, %d %b %Y %T GMT", i64::try_from(millis).unwrap()).unwrap();
        prop_assert_eq!(ours, httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_millis(millis)));
    }

    #[test]
    fn no_time_and_no_pattern_panics(millis: i64, pattern in "[%a-zA-Z0-9:.^#_-]{0,12}") {
        let _text = formatted(&pattern, millis);
    }
}

#[test]
fn each_sign_is_written_as_by_strftime() {
    // 2024-02-05T09:07:03.045Z, a Monday.
    let millis = 1_707_124_023_045;
    for (pattern, expected) in [
        ("%Y-%m-%d", "2024-02-05"),
        ("%y/%e", "24/ 5"),
        ("%H:%M:%S.%L", "09:07:03.045"),
        ("%I %p", "09 AM"),
        ("%F %T", "2024-02-05 09:07:03"),
        ("%z %Z", "+0000 UTC"),
        ("%a %A %b %B", "Mon Monday Feb February"),
        ("%s", "1707124023"),
        ("100%% %%L", "100% %L"),
        ("é", "é"),
        ("", ""),
    ] {
        assert_eq!(formatted(pattern, millis).as_deref(), Some(expected), "{pattern}");
    }
    assert_eq!(formatted("%I %p", 0).as_deref(), Some("12 AM"));
    assert_eq!(formatted("%F %T", -1).as_deref(), Some("1969-12-31 23:59:59"));
    assert_eq!(formatted("%T.%L", -1).as_deref(), Some("23:59:59.999"));
}

#[test]
fn the_edges_have_no_text() {
    assert_eq!(formatted("%F", 253_402_300_799_999).as_deref(), None);
    for (pattern, millis) in [("%F", i64::MAX), ("%F", i64::MIN), ("100%", 0), ("%ö", 0)] {
        assert_eq!(formatted(pattern, millis), None, "{pattern} {millis}");
    }
}
