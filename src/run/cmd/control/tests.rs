//! What `status` prints.

use super::*;

#[test]
fn a_status_has_a_line_a_scenario_and_a_line_a_threshold() {
    let numbers = json!({ "name": "browse", "users": 12, "rate": 200.0, "rps": 199.0, "failed": 0.01, "p95": 40.2, "changed": true });
    let other = json!({ "name": "shop", "users": 1, "rate": 0.5, "rps": 1.0, "failed": 0.0, "changed": false });
    let status = json!({
        "run_id": "r", "status": "running", "elapsed": 72.0, "planned": 300.0, "users": 13, "rate": 200.5, "rps": 200.0,
        "failed": 0.01, "p95": 40.2, "scenarios": [numbers, other],
        "thresholds": [
            { "metric": "http_req_failed", "condition": "rate<0.05", "state": "ok", "observed": 0.01 },
            { "metric": "checks", "condition": "rate>0.9", "state": "no data" },
        ],
    });
    let text = render(&status);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 6, "{text}");
    assert_eq!(lines[0], "running  r  1m12s of 5m");
    for part in [
        "browse",
        "12 users",
        "iterations     200/s",
        "requests     199/s",
        "failed 1.00%",
        "p95 40.2ms",
        "(changed by command)",
    ] {
        assert!(lines[1].contains(part), "{part}: {text}");
    }
    assert!(lines[2].contains("1 user ") && !lines[2].contains("p95"), "{text}");
    assert_eq!(lines[4], "  ok       http_req_failed: rate<0.05  (0.0100)");
    assert_eq!(lines[5], "  no data  checks: rate>0.9");
    assert!(!render(&json!({})).is_empty(), "a strange answer is no panic");
}
