//! Tests of the expansion of records.

use super::*;
use crate::{
    metric::{Kind, Labels, Unit, catalogue::LabelGroup},
    record_log::SeriesKey,
};

fn expanded(selection: &MetricSelection, metric: &MetricDef, entry: Entry) -> Vec<(usize, SampleValue)> {
    let key = SeriesKey { worker: 0, family: 0 };
    let mut seen = Vec::new();
    let recorded = Recorded { key, metric, labels: &Labels::default(), at_unix_ns: 0, entry };
    selection.expand(&recorded, |place, _, value| seen.push((place, value)));
    seen
}

#[test]
fn a_record_that_is_lost_counts_as_its_samples() {
    let times = |response| RequestTimes { response, ..RequestTimes::default() };
    let mut records = vec![
        Record::Check { passed: true },
        Record::Dropped { count: 7 },
        Record::sample(Sampled::First, 1.0),
        Record::sample(Sampled::ScheduleLag, 1.0),
    ];
    for (flag, response) in [(false, None), (true, None), (false, Some(1)), (true, Some(1))] {
        records.push(Record::Request { failed: flag, times: times(response) });
        records.push(Record::Unsent { failed: flag, times: times(response) });
        records.push(Record::Iteration { cut_off: flag, duration: 1, sent: 1, received: 1 });
    }
    for record in records {
        let samples = expanded(&MetricSelection::default(), &c::HTTP_REQS, Entry::Record(record)).len();
        assert_eq!(record.samples(), samples as u64, "{record:?}");
    }
}

#[test]
fn a_metric_of_the_profile_is_written_as_it_was_given() {
    let own = MetricDef {
        name: "jobs".into(),
        kind: Kind::Counter,
        unit: Unit::None,
        help: "".into(),
        labels: LabelGroup::Group,
    };
    let entry = |value| Entry::Record(Record::sample(Sampled::First, value));
    assert_eq!(expanded(&MetricSelection::default(), &own, entry(2.5)), [(OWN, SampleValue::Float(2.5))]);
    assert_eq!(expanded(&MetricSelection::only(["jobs"]).unwrap(), &own, entry(2.5)).len(), 1);
    assert_eq!(expanded(&MetricSelection::only(["http_reqs"]).unwrap(), &own, entry(2.5)), []);
    assert_eq!(expanded(&MetricSelection::default(), &own, entry(f64::NAN)), []);
    for metric in [&c::GROUP_DURATION, &c::INTERRUPTED_REQUESTS, &c::INTERRUPTED_ITERATIONS, &c::RESENT_REQUESTS] {
        let samples = expanded(&MetricSelection::default(), metric, entry(1.0));
        assert_eq!(SAMPLED[samples[0].0].name, metric.name);
    }
}

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
        (HTTP_ERRORS, "http_errors"),
        (RESPONSE_TIME, "http_req_response_time"),
        (ITERATION_RESPONSE_TIME, "iteration_response_time"),
        (SCHEDULE_LAG, "schedule_lag"),
        (FIRST_GAUGE, "vus"),
    ];
    assert!(names.iter().all(|(place, name)| SAMPLED[*place].name == *name));
    assert!(SAMPLED[FIRST_GAUGE..].iter().all(|metric| metric.kind == Kind::Gauge));
}

/// What a run records of the target and its users has raw samples; what loadagent records of itself is an aggregate.
#[test]
fn only_aggregates_of_loadagent_itself_have_no_samples() {
    let missing: Vec<&str> = c::ALL
        .iter()
        .filter(|metric| !SAMPLED.iter().any(|sampled| sampled.name == metric.name))
        .map(|metric| &*metric.name)
        .collect();
    let is_own = |name: &&str| ["generator_", "output_", "verdict_"].iter().any(|prefix| name.starts_with(prefix));
    let rest: Vec<&str> = missing.into_iter().filter(|name| !is_own(name)).collect();
    assert_eq!(rest, ["stage_active", "series_folded", "run_gap", "target_scrape_failed", "run_info"]);
}

#[test]
fn a_selection_leaves_the_rest_out() {
    let entry =
        Entry::Record(Record::Request { failed: true, times: RequestTimes { waiting: 7, ..RequestTimes::default() } });
    let expand = |selection: MetricSelection| expanded(&selection, &c::HTTP_REQS, entry);
    assert_eq!(expand(MetricSelection::default()).len(), 10);
    let some = MetricSelection::only(["http_req_failed", "http_req_duration"]).unwrap();
    assert_eq!(expand(some), [(DURATION, SampleValue::Time(7)), (FAILED, SampleValue::Count(1))]);
    for wrong in ["stage_active", "http_req", "http_reqz"] {
        assert_eq!(MetricSelection::only([wrong]), Err(UnknownMetric(wrong.into())));
    }
}

#[test]
fn an_attempt_that_was_never_sent_is_no_request() {
    let times = RequestTimes { blocked: 3, connecting: 2, ..RequestTimes::default() };
    let seen =
        expanded(&MetricSelection::default(), &c::HTTP_REQS, Entry::Record(Record::Unsent { failed: true, times }));
    let expected = [
        (BLOCKED, SampleValue::Time(3)),
        (CONNECTING, SampleValue::Time(2)),
        (TLS, SampleValue::Time(0)),
        (FAILED, SampleValue::Count(1)),
        (HTTP_ERRORS, SampleValue::Count(1)),
    ];
    assert_eq!(seen, expected);
}
