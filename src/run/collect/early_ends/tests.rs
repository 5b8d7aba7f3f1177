//! A table of scenarios and their ends.

use super::*;
use crate::interval_log::{Event, frame::LoggedScenario};

#[test]
fn only_users_that_end_by_themselves_are_reported() {
    let closed = ("constant-vus", Model::Closed);
    for ((executor, model), start_ms, end_ms, event, expected) in [
        (closed, 0, Some(2), "", Some("a: no user is left; the scenario ended after 2ms of 10s")),
        (closed, 3_000, Some(4_000), "", Some("a: no user is left; the scenario ended after 1s of 10s")),
        (closed, 0, Some(2), "another: the rows of `u` are used up; the scenario ends", Some("a: no user")),
        (closed, 0, Some(2), "a: the rows of `u` are used up; the scenario ends", None),
        (closed, 0, Some(10_000), "", None),
        (closed, 3_000, Some(13_050), "", None),
        (closed, 0, None, "", None),
        (("shared-iterations", Model::Closed), 0, Some(2), "", None),
        (("constant-arrival-rate", Model::Open), 0, Some(2), "", None),
    ] {
        let scenario = LoggedScenario {
            name: "a".into(),
            executor: executor.into(),
            model,
            load: String::new(),
            start_ms,
            length_ms: 10_000,
            stages: Vec::new(),
        };
        let header = Header { scenarios: vec![scenario], ..Header::default() };
        let event = Event { at_ms: 0, kind: "scenario".into(), text: event.into(), gap: None };
        let events = Events { scenarios: vec![event], ..Events::default() };
        let found = texts(&header, &[end_ms.map(Duration::from_millis)], &events);
        assert_eq!(found.len(), usize::from(expected.is_some()), "{executor} {start_ms} {end_ms:?}: {found:?}");
        assert!(found.iter().all(|text| text.starts_with(expected.unwrap())), "{found:?}");
    }
}
