//! A table of runs that did nothing, next to nothing, or what they should.

use super::*;
use crate::{
    interval_log::frame::{LoggedRequest, LoggedScenario},
    metric::{Interval, Labels, MetricDef, SeriesDef, intended::IntendedSeconds},
};

/// Requests (failed, all), iterations (failed, all), iterations not started, WebSockets, jobs and MCP requests (failed,
/// all), of a closed scenario.
#[derive(Clone, Copy, Default)]
struct Did {
    requests: (u64, u64),
    iterations: (u64, u64),
    dropped: u64,
    sockets: (u64, u64),
    jobs: (u64, u64),
    mcp: (u64, u64),
    /// What opens sessions of MCP.
    opening: (u64, u64),
    interrupted: u64,
    /// Requests that met a rate limit, further ones.
    limited: u64,
    interrupted_iterations: u64,
}

fn find(scenarios: &[(&str, Did)]) -> MissingWork {
    let header = Header {
        scenarios: scenarios
            .iter()
            .filter(|(name, _)| *name != "setup")
            .map(|(name, _)| LoggedScenario {
                name: (*name).into(),
                executor: "shared-iterations".into(),
                model: Model::Closed,
                load: String::new(),
                start_ms: 0,
                length_ms: 0,
                stages: Vec::new(),
            })
            .collect(),
        // `idle` has steps that send nothing.
        requests: scenarios
            .iter()
            .filter(|(name, _)| *name != "idle")
            .map(|(name, _)| LoggedRequest { scenario: (*name).into(), ..LoggedRequest::default() })
            .collect(),
        ..Header::default()
    };
    let (mut new_series, mut values, mut cells) = (Vec::new(), Vec::new(), IntendedSeconds::default());
    let mut add_with = |metric: &'static MetricDef, name: &str, label: (&str, &str), value: Value| {
        let id = u32::try_from(new_series.len()).unwrap();
        new_series.push(SeriesDef { id, metric: metric.clone(), labels: Labels::new([("scenario", name), label]) });
        values.push((id, value));
    };
    for ((name, did), index) in scenarios.iter().zip(0_u16..) {
        let opening = Value::Rate { nonzero: did.opening.0, total: did.opening.1 };
        add_with(&catalogue::MCP_REQ_FAILED, name, ("mcp_method", "server/discover"), opening);
        let limited = Value::Rate { nonzero: 0, total: did.limited };
        add_with(&catalogue::HTTP_REQ_FAILED, name, ("error_class", "limited"), limited);
        let mut add = |metric, name: &str, value| add_with(metric, name, ("stage", "1"), value);
        add(&catalogue::INTERRUPTED_ITERATIONS, name, Value::Counter(did.interrupted_iterations as f64));
        let (failed, all) = did.requests;
        add(&catalogue::HTTP_REQ_FAILED, name, Value::Rate { nonzero: failed, total: all });
        add(&catalogue::ITERATION_FAILURES, name, Value::Counter(did.iterations.0 as f64));
        add(&catalogue::INTERRUPTED_REQUESTS, name, Value::Counter(did.interrupted as f64));
        add(&catalogue::ITERATIONS, name, Value::Counter(did.iterations.1 as f64));
        for ((failed, all), metric) in [
            (did.sockets, &catalogue::WS_FAILED),
            (did.jobs, &catalogue::JOB_FAILED),
            (did.mcp, &catalogue::MCP_REQ_FAILED),
        ] {
            add(metric, name, Value::Rate { nonzero: failed, total: all });
        }
        cells.at(0, index).dropped = did.dropped;
    }
    let interval = Interval {
        sequence: 0,
        start_ms: 0,
        end_ms: 1_000,
        new_series,
        values,
        intended: cells.take(),
        ..Interval::default()
    };
    let (mut totals, mut offered) = (Totals::default(), Offered::default());
    totals.fold(&interval);
    offered.fold(&interval);
    MissingWork::find(&header, &totals, &offered, false)
}

#[test]
fn doing_nothing_is_invalid_whatever_the_cause() {
    let good = Did { requests: (0, 100), iterations: (0, 100), ..Did::default() };
    let setup = ("setup", Did { requests: (0, 1), ..Did::default() });
    let cases: &[(&[(&str, Did)], Option<&str>)] = &[
        (&[("a", good)], None),
        (&[("a", Did { requests: (99, 100), ..good })], None),
        (&[("a", Did { iterations: (99, 100), ..good })], None),
        (&[("a", Did { dropped: 1, ..good })], None),
        (&[("a", Did::default())], Some("no request was sent")),
        (&[("a", Did { iterations: (0, 50), ..Did::default() })], Some("no request was sent")),
        (
            &[("a", Did { iterations: (50, 50), ..Did::default() })],
            Some("no request was sent: iterations ended before their first request"),
        ),
        (
            &[("a", Did { interrupted: 3, ..Did::default() })],
            Some("no request finished: 3 were interrupted at the end; a longer `gracefulStop`"),
        ),
        (&[("a", Did { interrupted: 1, ..Did::default() })], Some("no request finished: 1 was interrupted at the end")),
        (&[("a", Did { interrupted: 3, ..good })], None),
        (&[("a", Did { requests: (100, 100), ..good })], Some("no request succeeded")),
        (&[("a", Did { iterations: (100, 100), ..good })], Some("no iteration ran to its end")),
        (&[("a", Did { dropped: 2, ..good })], Some("a: 2 of 102 planned iterations (1.96%) were not started")),
        (&[("a", good), ("b", Did { requests: (9, 9), ..good })], Some("b: no request succeeded")),
        (&[("a", good), ("b", Did { iterations: (9, 9), ..good })], Some("b: no iteration ran to its end")),
        (&[("a", Did { sockets: (8, 9), jobs: (2, 3), ..good })], None),
        (&[("a", Did { sockets: (9, 9), ..good })], Some("no WebSocket succeeded")),
        (&[("a", Did { jobs: (3, 3), ..good })], None),
        (&[("a", Did { limited: 9, requests: (0, 1), ..good })], None),
        (
            &[("a", Did { limited: 9, requests: (1, 1), ..good })],
            Some("no request succeeded: 9 of 10 requests met a rate limit"),
        ),
        (
            &[("a", good), ("b", Did { limited: 9, iterations: (0, 9), ..Did::default() })],
            Some("b: no request succeeded"),
        ),
        (&[("a", good), ("b", Did { iterations: (0, 9), ..Did::default() })], Some("b: no request was sent")),
        (&[("a", good), ("idle", Did { iterations: (0, 9), ..Did::default() })], None),
        (&[("a", good), ("b", Did::default())], None),
        // A session that opens is no success of a step.
        (&[("a", Did { mcp: (3, 3), opening: (0, 1), ..good })], Some("no MCP request succeeded")),
        (&[("a", Did { mcp: (2, 3), opening: (0, 1), ..good })], None),
        (&[("a", Did { opening: (1, 1), ..good })], Some("no MCP request succeeded")),
        (
            &[("a", Did { dropped: 2, interrupted_iterations: 2, iterations: (0, 4), ..good })],
            Some("a: 2 of 8 planned iterations (25.00%) were not started"),
        ),
        // What setup sends is no load.
        (&[("a", Did::default()), setup], Some("no request was sent")),
    ];
    for (scenarios, expected) in cases {
        let found = find(scenarios).invalid;
        match expected {
            None => assert!(found.is_empty(), "{found:?}"),
            Some(text) => assert!(found.iter().any(|found| found.starts_with(text)), "{text}: {found:?}"),
        }
    }
}

#[test]
fn some_iterations_that_ended_early_are_a_warning() {
    let missing = find(&[("a", Did { requests: (0, 100), iterations: (22, 46), ..Did::default() })]);
    assert_eq!(missing.invalid, [] as [&str; 0]);
    assert_eq!(missing.warnings, ["22 of 46 iterations ended early; see ITERATIONS THAT ENDED EARLY"]);
}

#[test]
fn work_that_all_failed_in_a_scenario_and_jobs_are_a_warning() {
    let did = |jobs| Did { requests: (0, 9), iterations: (0, 9), jobs, ..Did::default() };
    assert_eq!(find(&[("a", did((9, 9)))]).warnings, ["no job was done"]);
    assert_eq!(find(&[("a", did((1, 9))), ("b", did((9, 9)))]).warnings, ["b: no job was done"]);
    let sockets = |sockets| Did { sockets, ..did((0, 0)) };
    let found = find(&[("a", sockets((1, 9))), ("b", sockets((9, 9)))]);
    assert_eq!((found.warnings, found.invalid), (vec!["b: no WebSocket succeeded".to_owned()], Vec::new()));
}

#[test]
fn a_scenario_among_others_whose_requests_were_all_interrupted_is_named() {
    let good = Did { requests: (0, 100), iterations: (0, 100), ..Did::default() };
    let missing = find(&[("a", good), ("b", Did { interrupted: 2, ..Did::default() })]);
    assert_eq!(missing.invalid, [] as [&str; 0]);
    assert!(missing.warnings[0].starts_with("b: no request finished: 2 were interrupted"), "{:?}", missing.warnings);
}

#[test]
fn a_probe_that_succeeds_is_no_success_of_mcp() {
    let did = Did { requests: (15, 17), iterations: (0, 15), mcp: (30, 30), ..Did::default() };
    assert_eq!(find(&[("s", did)]).invalid, ["no MCP request succeeded"]);
    assert_eq!(find(&[("s", Did { mcp: (29, 30), ..did })]).invalid, Vec::<String>::new());
}
