//! Requests to the control API.

use super::*;
use crate::control::status::{LiveStatus, LiveThreshold};

fn handler() -> ControlHandler {
    let named =
        |name: &str, open| ControlledScenario { name: name.into(), executor: "constant-vus", open, max_users: 50 };
    let scenarios = vec![named("a", false), named("b", true)];
    let run = ControlledRun { run_id: "r".into(), planned: Duration::from_secs(60), scenarios };
    ControlHandler { control: Control::new(2), run }
}

fn has_null(json: &Json) -> bool {
    match json {
        Json::Null => true,
        Json::Array(list) => list.iter().any(has_null),
        Json::Object(map) => map.values().any(has_null),
        _ => false,
    }
}

#[test]
fn a_status_has_numbers_and_no_nulls_from_before_the_first_second() {
    let handler = handler();
    let get = || handler.handle(&Method::GET, "/v1/status", b"").unwrap();
    let before = get();
    assert!(!has_null(&before), "{before}");
    assert_eq!(
        (&before["status"], &before["users"], &before["scenarios"][1]["rate"]),
        (&"preparing".into(), &0.into(), &0.0.into())
    );
    handler.control.watch();
    let numbers =
        Numbers { users: 3, rate: 50.0, rps: 49.0, requests: 100, failed: 0.5, p95: Some(Duration::from_millis(20)) };
    let thresholds =
        vec![LiveThreshold { metric: "m".into(), condition: "rate<1".into(), state: "no data", observed: None }];
    handler.control.publish(|_| LiveStatus {
        elapsed: Some(Duration::from_secs(2)),
        total: numbers.clone(),
        scenarios: vec![numbers.clone(), numbers],
        thresholds,
    });
    let status = get();
    assert!(!has_null(&status), "{status}");
    for name in ["users", "rate", "rps", "requests", "failed", "p95"] {
        for place in [&status, &status["scenarios"][0], &status["scenarios"][1]] {
            assert!(place[name].as_f64().unwrap() > 0.0, "{name} in {place}");
        }
    }
    assert_eq!((&status["status"], &status["elapsed"], &status["p95"]), (&"running".into(), &2.0.into(), &20.0.into()));
}

#[test]
fn commands_are_events_once_each() {
    let handler = handler();
    for body in [
        "{\"paused\": true}",
        "{\"paused\": true}",
        "{\"paused\": false}",
        "{\"stopped\": true}",
        "{\"stopped\": true}",
    ] {
        handler.handle(&Method::PATCH, "/v1/status", body.as_bytes()).unwrap();
    }
    let events: Vec<String> = handler.control.take_events().kept.into_iter().map(|event| event.what).collect();
    assert_eq!(events, ["paused", "resumed", "stopped"]);
}

#[test]
fn requests_change_the_state_and_errors_name_the_right_request() {
    let handler = handler();
    let patch = |path: &str, body: &str| handler.handle(&Method::PATCH, path, body.as_bytes());
    patch("/v1/scenarios/a", "{\"users\": 5}").unwrap();
    patch("/v1/scenarios/b", "{\"rate\": 2.5}").unwrap();
    let status = patch("/v1/status", "{\"paused\": true}").unwrap();
    assert_eq!(status["scenarios"][0]["users"], 5);
    assert_eq!(status["scenarios"][1]["rate"], 2.5);
    assert_eq!(status["paused"], true);
    for (path, body) in [
        ("/v1/scenarios/a", "{\"rate\": 5}"),
        ("/v1/scenarios/a", "{\"users\": -5}"),
        ("/v1/scenarios/a", "{\"users\": 51}"),
        ("/v1/scenarios/b", "{\"rate\": 0}"),
        ("/v1/scenarios/c", "{\"rate\": 1}"),
        ("/v1/status", "{}"),
        ("/v1/status", "nonsense"),
        ("/nowhere", "{}"),
    ] {
        assert!(patch(path, body).is_err(), "{path} {body}");
    }
    assert_eq!(handler.control.current().stop, None);
    patch("/v1/status", "{\"stopped\": true}").unwrap();
    assert_eq!(handler.control.current().stop, Some(StopReason::Outside));
}
