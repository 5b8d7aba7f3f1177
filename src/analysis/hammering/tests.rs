//! Who hammers, and who does not.

use super::*;
use crate::{
    interval_log::frame::LoggedScenario,
    metric::{Interval, Labels, SeriesDef},
};

/// The warning for a scenario: failed of all requests with a status, users, seconds.
fn of(model: Model, status: &str, [failed, all]: [u64; 2], users: f64, seconds: u64) -> Option<String> {
    let header = Header {
        scenarios: vec![LoggedScenario {
            name: "s".into(),
            executor: "constant-vus".into(),
            model,
            load: String::new(),
            start_ms: 0,
            length_ms: 0,
            stages: Vec::new(),
        }],
        ..Header::default()
    };
    let series = |id, metric: &crate::metric::MetricDef, labels: &[(&'static str, &str)]| SeriesDef {
        id,
        metric: metric.clone(),
        labels: Labels::new(labels.iter().copied()),
    };
    let interval = Interval {
        end_ms: 1_000,
        new_series: vec![
            series(0, &catalogue::HTTP_REQ_FAILED, &[("scenario", "s"), ("status", status)]),
            series(1, &catalogue::VUS_MAX, &[("scenario", "s")]),
        ],
        values: vec![(0, Value::Rate { nonzero: failed, total: all }), (1, Value::Gauge(Some(users)))],
        ..Interval::default()
    };
    let mut totals = Totals::default();
    totals.fold(&interval);
    warning(&header, &totals, Duration::from_secs(seconds))
}

#[test]
fn only_closed_users_that_fail_fast_with_a_response_hammer() {
    let found = of(Model::Closed, "429", [9_000, 10_000], 5.0, 10).unwrap();
    assert!(found.contains("9,000 of 10,000 requests (90.00%)") && found.contains("180/s by each user"), "{found}");
    for (model, status, counts, users, seconds) in [
        (Model::Open, "429", [9_000, 10_000], 5.0, 10),
        // Without a response: paced.
        (Model::Closed, "", [9_000, 10_000], 5.0, 10),
        (Model::Closed, "500", [4_000, 10_000], 5.0, 10),
        (Model::Closed, "500", [99, 99], 1.0, 1),
        // A pause of 100 ms.
        (Model::Closed, "500", [1_000, 1_000], 10.0, 10),
        (Model::Closed, "500", [9_000, 10_000], 0.0, 10),
    ] {
        assert_eq!(of(model, status, counts, users, seconds), None, "{model:?} {status} {counts:?}");
    }
}
