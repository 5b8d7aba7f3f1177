//! Tests of `leak`.

use super::*;

#[test]
fn the_gauge_grows_as_asked() {
    let after = |text, seconds, requests| {
        resident(Some(Leak::parse(text).unwrap()), Duration::from_secs(seconds), requests) - BASE
    };
    assert!((after("1MiB/s", 10, 999) - 10_485_760.0).abs() < 1.0);
    assert!((after("1KiB/req", 10, 100) - 102_400.0).abs() < 1.0);
    assert!((resident(None, Duration::from_secs(9), 9) - BASE).abs() < 1.0);
}
