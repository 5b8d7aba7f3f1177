//! Dates as servers write them.

use std::time::Duration;

use super::*;

fn seconds(text: &str) -> Option<u64> {
    parse(text).map(|time| time.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs())
}

#[test]
fn every_notation_in_use_is_read() {
    for text in [
        "Sun, 06 Nov 1994 08:49:37 GMT",
        "Sunday, 06-Nov-94 08:49:37 GMT",
        "Sun Nov  6 08:49:37 1994",
        "Sun, 06-Nov-1994 08:49:37 GMT",
        "1994 nov 6 8:49:37",
    ] {
        // `1994` is no day: days have two digits at most.
        assert_eq!(seconds(text), Some(784_111_777), "{text}");
    }
    assert_eq!(seconds("Thu, 01-Jan-1970 00:00:00 GMT"), Some(0));
    assert_eq!(seconds("Tue, 29 Feb 2028 00:00:01 GMT"), Some(1_835_395_201));
    for wrong in [
        "",
        "soon",
        "Sun, 06 Nov 1994",
        "Sun, 32 Nov 1994 08:49:37",
        "Tue, 29 Feb 2027 00:00:01",
        "06 Nov 1994 25:00:00",
    ] {
        assert_eq!(seconds(wrong), None, "{wrong}");
    }
}

#[test]
fn it_agrees_with_an_independent_reader() {
    for days in (0..40_000_u64).step_by(37) {
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(days * 86_400 + 4_711);
        assert_eq!(parse(&httpdate::fmt_http_date(time)), Some(time));
    }
}
