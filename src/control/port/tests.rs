//! Requests to the control API.

use hyper::header::HeaderName;

use super::*;
use crate::control::status::{LiveStatus, LiveThreshold};

fn handler() -> ControlHandler {
    let named = |name: &str, open| ControlledScenario {
        name: name.into(),
        executor: "constant-vus",
        open,
        max_users: 50,
        planned_users: 5,
    };
    let scenarios = vec![named("a", false), named("b", true)];
    let run = ControlledRun { run_id: "r".into(), planned: Duration::from_secs(60), scenarios, open_files: None };
    ControlHandler { control: Control::new(2), run, token: None }
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

#[test]
fn a_scenario_that_is_over_is_not_changed() {
    let handler = handler();
    let patch = |path: &str, body: &str| handler.handle(&Method::PATCH, path, body.as_bytes());
    patch("/v1/scenarios/a", "{\"users\": 7}").unwrap();
    handler.control.end_scenario(0);
    handler.control.end_scenario(1);
    let before = handler.control.current();
    for (path, body) in [
        ("/v1/scenarios/a", "{\"users\": 3}"),
        ("/v1/scenarios/a", "{\"users\": null}"),
        ("/v1/scenarios/b", "{\"rate\": 3}"),
    ] {
        let (status, message) = patch(path, body).unwrap_err();
        assert!(status == StatusCode::BAD_REQUEST && message.contains("the scenario is over"), "{path}: {message}");
    }
    assert_eq!(handler.control.current(), before);
    let status = handler.handle(&Method::GET, "/v1/status", b"").unwrap();
    assert_eq!((&status["scenarios"][0]["changed"], &status["scenarios"][0]["users"]), (&false.into(), &0.into()));
}

#[test]
fn any_scenario_is_given_back_to_its_schedule() {
    let handler = handler();
    for (path, set) in [("/v1/scenarios/a", "{\"users\": 5}"), ("/v1/scenarios/b", "{\"rate\": 2.5}")] {
        let changed = |body: &str| {
            let status = handler.handle(&Method::PATCH, path, body.as_bytes()).unwrap();
            status["scenarios"].as_array().unwrap().iter().any(|scenario| scenario["changed"] == true)
        };
        assert!(changed(set) && !changed("{\"users\": null, \"rate\": null}"), "{path}");
    }
}

#[test]
fn users_beyond_the_limit_of_open_files_are_refused_with_what_is_left() {
    let named = |name: &str| ControlledScenario {
        name: name.into(),
        executor: "constant-vus",
        open: false,
        max_users: 1_000_000,
        planned_users: 20,
    };
    let scenarios = vec![named("a"), named("b")];
    let run = ControlledRun { run_id: "r".into(), planned: Duration::ZERO, scenarios, open_files: Some((1_024, 974)) };
    let handler = ControlHandler { control: Control::new(2), run, token: None };
    let set = |name: &str, users: u64| {
        let body = format!("{{\"users\": {users}}}");
        handler.handle(&Method::PATCH, &format!("/v1/scenarios/{name}"), body.as_bytes()).map_err(|(_, text)| text)
    };
    set("a", 954).unwrap();
    let message = set("a", 955).unwrap_err();
    for part in ["955 users", "1,024 open files", "954", "ulimit -Hn"] {
        assert!(message.contains(part), "{part}: {message}");
    }
    // What the schedule has anyway is not refused; what the other scenario got is taken.
    set("b", 20).unwrap();
    set("b", 21).unwrap_err();
    handler.control.end_scenario(0);
    set("b", 974).unwrap();
}

#[test]
fn with_a_token_it_is_required_and_without_one_no_other_origin_is_answered() {
    let mut handler = handler();
    let admits = |handler: &ControlHandler, headers: &[(&'static str, &str)]| {
        let pairs = headers.iter().map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap()));
        handler.admits(&pairs.collect()).map_err(|(status, _)| status.as_u16())
    };
    let host = ("host", "127.0.0.1:6565");
    assert_eq!(admits(&handler, &[host]), Ok(()));
    assert_eq!(admits(&handler, &[("host", "evil.example:6565")]), Err(403));
    assert_eq!(admits(&handler, &[host, ("origin", "http://evil.example")]), Err(403));
    handler.token = Some("open sesame".to_owned());
    for wrong in ["Bearer open sesam", "Bearer open sesame ", "open sesame", "Basic open sesame", "Bearer "] {
        assert_eq!(admits(&handler, &[host, ("authorization", wrong)]), Err(401), "{wrong}");
    }
    assert_eq!(admits(&handler, &[host]), Err(401));
    assert_eq!(admits(&handler, &[("host", "load01.example.com"), ("authorization", "Bearer open sesame")]), Ok(()));
}
