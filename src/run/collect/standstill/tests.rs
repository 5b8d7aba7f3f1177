//! One standstill is reported once, however many workers see it.

use super::*;

fn seconds(seconds: f64) -> Duration {
    Duration::from_secs_f64(seconds)
}

#[test]
fn each_standstill_is_reported_once() {
    let mut seen = Standstills::default();
    assert!(seen.see(seconds(0.4), false, seconds(1.4)).is_none() && seen.warning().is_none());
    let first = seen.see(seconds(3.0), false, seconds(5.0)).unwrap();
    assert!(first.contains("for 3s"), "{first}");
    // Other workers, which wake up a little later.
    assert!(
        seen.see(seconds(3.1), false, seconds(5.1)).is_none() && seen.see(seconds(2.5), false, seconds(5.2)).is_none()
    );
    let one = seen.warning().unwrap();
    assert!(one.contains("for 3.1s, 2s after the start"), "{one}");
    assert!(seen.see(seconds(2.0), false, seconds(9.0)).is_some());
    let two = seen.warning().unwrap();
    assert!(two.contains("2 times, at most for 3.1s"), "{two}");
}

#[test]
fn a_worker_that_computed_did_not_stand_still() {
    let mut seen = Standstills::default();
    let first = seen.see(seconds(17.2), true, seconds(20.0)).unwrap();
    let warning = seen.warning().unwrap();
    for text in [first, warning] {
        assert!(text.contains("17.2s") && text.contains("fewer"), "{text}");
        assert!(!text.contains("stopped") && !text.contains("suspended"), "{text}");
    }
}
