//! Requests to the control API.

use super::*;

#[test]
fn requests_change_the_state_and_errors_name_the_right_request() {
    let named = |name: &str, open| ControlledScenario { name: name.into(), open, max_users: 50 };
    let handler = ControlHandler { control: Control::new(2), scenarios: vec![named("a", false), named("b", true)] };
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
