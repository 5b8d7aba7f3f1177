//! Thresholds in the log.

use super::*;

#[test]
fn a_threshold_survives_a_log() {
    let threshold = build("http_req_duration{scenario:a}", "p(95)<500 over 1m", &Options::default(), &[]).unwrap();
    let threshold = Threshold { tier: Some(Tier::Target), bearing: Bearing::Advisory, by_flag: true, ..threshold };
    let json = serde_json::to_string(&to_logged(&threshold, &[])).unwrap();
    assert_eq!(from_logged(&serde_json::from_str(&json).unwrap()), Some(threshold));
}
