//! Tests of `timeline`.

use super::*;

fn at(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[test]
fn a_step_holds_from_its_time_on() {
    let mut timeline = Timeline { base: Latency::Constant(0.05), ..Timeline::default() };
    timeline.add_step("60s=10ms").unwrap();
    timeline.add_step("30s=150ms").unwrap();
    for (second, seconds) in [(0, 0.05), (29, 0.05), (30, 0.15), (59, 0.15), (60, 0.01)] {
        assert_eq!(timeline.latency(at(second)), &Latency::Constant(seconds));
    }
    assert!(timeline.add_step("150ms").unwrap_err().to_string().contains("30s=150ms"));
}

#[test]
fn drift_grows_by_a_share_of_the_base() {
    let timeline = Timeline { drift: Some(Drift::parse("10%/1m").unwrap()), ..Timeline::default() };
    assert!((timeline.factor(at(0)) - 1.0).abs() < 1e-9);
    assert!((timeline.factor(at(120)) - 1.2).abs() < 1e-9);
    assert!(Drift::parse("10%").unwrap_err().to_string().contains("10%/1m"));
    assert!(Drift::parse("10%/0s").is_err());
}

#[test]
fn recovery_falls_from_the_factor_to_one() {
    let timeline = Timeline {
        outages: vec![Window::parse("20s+5s").unwrap()],
        recovery: at(10),
        recovery_factor: 10.0,
        ..Timeline::default()
    };
    for (second, factor) in [(19, 1.0), (25, 10.0), (30, 5.5), (35, 1.0), (100, 1.0)] {
        assert!((timeline.factor(at(second)) - factor).abs() < 1e-9, "at {second}s");
    }
    assert!(timeline.in_outage(at(24)) && !timeline.in_outage(at(25)));
}
