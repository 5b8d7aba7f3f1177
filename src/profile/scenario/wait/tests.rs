//! Wait types and their errors.

use super::*;

#[test]
fn waits_are_locusts_and_short_forms() {
    let seconds = Duration::from_secs;
    for (text, wait) in [
        ("constant(1s)", Wait::Between(seconds(1), seconds(1))),
        ("1s", Wait::Between(seconds(1), seconds(1))),
        ("1", Wait::Between(seconds(1), seconds(1))),
        ("1..3", Wait::Between(seconds(1), seconds(3))),
        ("between(1, 3)", Wait::Between(seconds(1), seconds(3))),
        ("1s..3s", Wait::Between(seconds(1), seconds(3))),
        ("pacing(5s)", Wait::Pacing(seconds(5))),
        ("constant_pacing(5)", Wait::Pacing(seconds(5))),
        ("throughput(0.2)", Wait::Pacing(seconds(5))),
    ] {
        assert_eq!(parse(text), Ok(wait), "{text}");
    }
}

#[test]
fn wrong_waits_are_reported() {
    for (text, message) in [
        ("sometimes", "unknown wait type `sometimes`"),
        ("gamma(2)", "unknown wait type `gamma(2)`"),
        ("constant(1s", "unknown wait type `constant(1s`"),
        ("between(1s)", "`between` needs two durations, such as between(1s, 3s)"),
        ("between(3s, 1s)", "`between(3s, 1s)` is a reversed range; write the shorter time first"),
        ("pacing(-1)", "`-1` is not a duration; write for example 250ms, 30s, 1m30s or 2h"),
        ("throughput(0)", "`0` must be a number from 0.000001 to 1,000,000: the iterations per second of each user"),
    ] {
        assert_eq!(parse(text), Err(Invalid::new(message)), "{text}");
    }
}
