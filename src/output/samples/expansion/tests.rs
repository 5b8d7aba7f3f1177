//! Tests of the expansion of records.

use super::*;
use crate::metric::Kind;

#[test]
fn places_are_those_of_the_table() {
    let names = [
        (REQS, "http_reqs"),
        (DURATION, "http_req_duration"),
        (BLOCKED, "http_req_blocked"),
        (CONNECTING, "http_req_connecting"),
        (TLS, "http_req_tls_handshaking"),
        (SENDING, "http_req_sending"),
        (WAITING, "http_req_waiting"),
        (RECEIVING, "http_req_receiving"),
        (FAILED, "http_req_failed"),
        (DATA_SENT, "data_sent"),
        (DATA_RECEIVED, "data_received"),
        (ITERATION_DURATION, "iteration_duration"),
        (ITERATIONS, "iterations"),
        (CHECKS, "checks"),
        (DROPPED, "dropped_iterations"),
        (FIRST_GAUGE, "vus"),
    ];
    assert!(names.iter().all(|(place, name)| SAMPLED[*place].name == *name));
    assert!(SAMPLED[FIRST_GAUGE..].iter().all(|metric| metric.kind == Kind::Gauge));
}

#[test]
fn a_selection_leaves_the_rest_out() {
    let entry =
        Entry::Record(Record::Request { failed: true, times: RequestTimes { waiting: 7, ..RequestTimes::default() } });
    let expand = |selection: Selection| {
        let mut seen = Vec::new();
        selection.expand(&entry, |place, value| seen.push((place, value)));
        seen
    };
    assert_eq!(expand(Selection::default()).len(), 9);
    let some = Selection::only(["http_req_failed", "http_req_duration"]).unwrap();
    assert_eq!(expand(some), [(DURATION, Amount::Time(7)), (FAILED, Amount::Count(1))]);
    assert_eq!(Selection::only(["http_errors"]), Err(UnknownMetric("http_errors".into())));
}

#[test]
fn an_attempt_that_was_never_sent_is_no_request() {
    let times = RequestTimes { blocked: 3, connecting: 2, ..RequestTimes::default() };
    let mut seen = Vec::new();
    Selection::default().expand(&Entry::Record(Record::Unsent { failed: true, times }), |place, value| {
        seen.push((place, value));
    });
    let expected =
        [(BLOCKED, Amount::Time(3)), (CONNECTING, Amount::Time(2)), (TLS, Amount::Time(0)), (FAILED, Amount::Count(1))];
    assert_eq!(seen, expected);
}
