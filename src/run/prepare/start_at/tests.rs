//! Formats of `--start-at`.

use super::*;

/// 2026-03-01T10:00:00Z.
const TEN: i64 = 1_772_359_200;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn wait(text: &str) -> Result<u64, String> {
    wait_until(text, at(TEN)).map(|wait| wait.as_secs()).map_err(|error| error.to_string())
}

#[test]
fn every_format_is_read() {
    for (text, seconds) in [
        ("2026-03-01T10:00:30Z", 30),
        ("2026-03-01T11:00:30+01:00", 30),
        ("2026-03-01T04:30:30-05:30", 30),
        ("2026-03-01 10:00:30", 30),
        ("10:01", 60),
        ("10:00:05", 5),
        ("21:59", 43_140),
        ("1772359260", 60),
        ("1772359260500", 60),
    ] {
        assert_eq!(wait(text), Ok(seconds), "{text}");
    }
    let late = at(TEN + 13 * 3_600);
    assert_eq!(wait_until("00:30", late), Ok(Duration::from_secs(5_400)), "tomorrow, because today's is far");
}

#[test]
fn a_time_that_has_passed_and_other_text_are_refused() {
    assert_eq!(wait("09:59:57").unwrap_err(), "`09:59:57` is in the past, 3s ago");
    assert_eq!(wait("2026-03-01T10:00:00+01:00").unwrap_err(), "`2026-03-01T10:00:00+01:00` is in the past, 1h ago");
    for text in ["soon", "", "25:00", "10:60", "10", "1:2:3:4", "2026-13-01T00:00:00Z", "+", "é2345678-é"] {
        assert!(wait(text).is_err(), "{text}");
    }
    assert_eq!(
        wait("soon").unwrap_err(),
        "`soon` is not a time; write 2026-03-01T10:00:00Z, 10:00 (UTC) or a Unix timestamp"
    );
}
