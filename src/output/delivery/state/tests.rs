//! Tests of notices, outages and completeness.

use super::*;

#[test]
fn hiccups_are_not_reported_and_outages_are_reported_once() {
    let mut state = DeliveryState::default();
    state.probed(Some("remote write 2.0".to_owned()));
    assert_eq!(state.take_notices().len(), 1);
    state.failed("refused", 0, now_ms(), false);
    assert!(!state.recovered());
    assert!(state.take_notices().is_empty());
    state.failed("refused", 0, now_ms(), false);
    if let Some((outage, _)) = &mut state.outage {
        outage.from_ms -= 20_000;
    }
    state.failed("refused", 0, now_ms(), false);
    state.failed("refused", 0, now_ms(), false);
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

#[test]
fn flow_control_is_no_outage_and_a_lasting_failure_is_reported_at_once() {
    let mut state = DeliveryState::default();
    (0..25).for_each(|_| state.rate_limited("429 slow down", 0));
    assert_eq!(state.take_notices().len(), 1, "reported once");
    assert!(!state.recovered() && state.stats().outages.is_empty(), "no outage, so that nothing is probed again");
    assert_eq!((state.stats().retried, state.stats().rate_limited), (25, 25));
    state.failed("401 (hint: check the password)", 0, now_ms(), true);
    assert!(state.take_notices()[0].contains("401"));
}

#[test]
fn what_an_emptied_receiver_had_is_sent_anew_or_lost() {
    let begin = |position| {
        let mut state = DeliveryState::default();
        state.checkpoint.position = Some(position);
        (state.stats_mut().sent, state.stats_mut().acknowledged) = (7, 7);
        state
    };
    let mut intervals = begin(Position::Interval { sequence: 3, end_ms: 4_000 });
    assert!(intervals.emptied("database not found"));
    assert_eq!((intervals.stats().sent, intervals.checkpoint.position), (0, None));
    assert!(intervals.take_notices()[0].contains("7 delivered samples were lost by the receiver"));
    let mut records = begin(Position::Record(crate::record_log::Position { segment: 1, offset: 9 }));
    assert!(!records.emptied("database not found"));
    records.close(None);
    assert_eq!((records.stats().sent, records.stats().lost, records.stats().complete), (7, 7, false));
}
