//! Tests of notices, outages and completeness.

use super::*;

#[test]
fn hiccups_are_not_reported_and_outages_are_reported_once() {
    let mut state = DeliveryState::default();
    state.probed(Some("remote write 2.0".to_owned()));
    assert_eq!(state.take_notices().len(), 1);
    state.failed("refused", 0, now_ms());
    assert!(!state.recovered());
    assert!(state.take_notices().is_empty());
    state.failed("refused", 0, now_ms());
    if let Some((outage, _)) = &mut state.outage {
        outage.from_ms -= 20_000;
    }
    state.failed("refused", 0, now_ms());
    state.failed("refused", 0, now_ms());
    assert_eq!(state.take_notices().len(), 1);
    state.probed(Some("remote write 2.0".to_owned()));
    let notices = state.take_notices();
    assert!(notices[0].contains("available again after 20.") && notices[1].contains("remote write"), "{notices:?}");
    assert_eq!((state.stats().outages.len(), state.stats().retried), (1, 4));
}

#[test]
fn delivery_is_complete_only_when_nothing_is_missing() {
    let mut state = DeliveryState::default();
    state.close(None);
    assert!(state.stats().complete);
    state.close(Some("interval log".to_owned()));
    assert!(!state.stats().complete);
    state.rejected(3, "400", Some("1-prometheus-refused-0001.body".to_owned()));
    state.close(None);
    assert!(!state.stats().complete);
    state.accepted_dead_letter("1-prometheus-refused-0001.body", 3);
    state.close(None);
    assert!(state.stats().complete && state.stats().dead_letters.is_empty());
}
