//! Tests of soaks, over made runs.

use super::SoakWindows;
use crate::{
    analysis::{
        findings::{DriftFinding, DriftVerdict, SoakFindings},
        simulation::random::Random,
    },
    run::made_run::{MadeRun, MadeSecond},
    threshold::Threshold,
};

/// Ten minutes at 40/s; `second` gives the response time and failures of each.
fn judged(second: impl Fn(f64) -> (f64, u32), thresholds: &[&Threshold]) -> Option<SoakFindings> {
    let run = MadeRun::constant("soak", 600, 40.0);
    let noise = Random::new(3).correlated(600, 0.3);
    let mut windows = SoakWindows::default();
    let made = |number: u32| {
        let (latency, failed) = second(f64::from(number) / 600.0);
        MadeSecond { failed, ..MadeSecond::calm(40, latency * (1.0 + 0.03 * noise[number as usize])) }
    };
    run.intervals(made).iter().for_each(|interval| windows.fold(interval));
    windows.judge([0.0, 600.0], thresholds)
}

fn finding(findings: &SoakFindings, label: &str) -> DriftFinding {
    let found = findings.metrics.iter().find(|metric| metric.label == label);
    found.cloned().unwrap_or_else(|| panic!("no {label}: {findings:?}"))
}

#[test]
fn a_flat_run_does_not_drift() {
    let flat = judged(|_| (0.1, 0), &[]).unwrap_or_else(|| panic!("no soak"));
    assert!(flat.metrics.iter().all(|metric| metric.verdict == DriftVerdict::None), "{flat:?}");
    assert_eq!(finding(&flat, "failed requests").end, Some(0.0));
}

#[test]
fn a_rising_response_time_is_found_with_its_pace_and_its_threshold() {
    let key = ("http_req_duration", "p(95)<500");
    let threshold =
        crate::profile::thresholds::build(key.0, key.1, &crate::profile::thresholds::Options::default(), &[]);
    let threshold = threshold.unwrap_or_else(|error| panic!("{error:?}"));
    let rising = judged(|share| (0.1 * (1.0 + 0.3 * share), 0), &[&threshold]).unwrap_or_else(|| panic!("no soak"));
    let p95 = finding(&rising, "response time p95");
    assert!(p95.verdict == DriftVerdict::Rising && p95.worse, "{p95:?}");
    // The p95 of the noise is 1.64 times the median: 49 ms in ten minutes.
    assert!(p95.slope_per_hour.is_some_and(|slope| (slope - 295.0).abs() < 60.0), "{p95:?}");
    let hours = p95.crossing.and_then(|crossing| crossing.likely_hours);
    assert!(hours.is_some_and(|hours| (0.6..1.4).contains(&hours)), "{hours:?}");
    assert_eq!(finding(&rising, "response time p50").crossing, None);
}

#[test]
fn a_step_has_its_time_and_failures_are_shares() {
    let step = judged(|share| if share > 0.6 { (0.13, 2) } else { (0.1, 0) }, &[]).unwrap_or_else(|| panic!("no soak"));
    let p50 = finding(&step, "response time p50");
    assert_eq!(p50.verdict, DriftVerdict::Step);
    assert!(p50.step_at_ms.is_some_and(|at| (at - 360_000.0).abs() < 20_000.0), "{p50:?}");
    let failed = finding(&step, "failed requests");
    assert!(failed.verdict == DriftVerdict::Step && failed.worse && !failed.is_time, "{failed:?}");
    assert!(failed.end.is_some_and(|end| (end - 0.05).abs() < 0.005), "{failed:?}");
}

#[test]
fn what_becomes_faster_is_not_worse() {
    let falling = judged(|share| (0.1 * (1.0 - 0.3 * share), 0), &[]).unwrap_or_else(|| panic!("no soak"));
    let p50 = finding(&falling, "response time p50");
    assert!(p50.verdict == DriftVerdict::Falling && !p50.worse, "{p50:?}");
}

#[test]
fn a_warm_up_is_not_a_drift() {
    let warm = judged(|share| (if share < 0.1 { 0.3 } else { 0.1 }, 0), &[]).unwrap_or_else(|| panic!("no soak"));
    assert!((50_000.0..=80_000.0).contains(&warm.warm_up_ms), "{warm:?}");
    assert_eq!(finding(&warm, "response time p50").verdict, DriftVerdict::None);
}

#[test]
fn short_and_empty_runs_are_no_soaks() {
    let run = MadeRun::constant("short", 300, 40.0);
    let mut windows = SoakWindows::default();
    run.intervals(|_| MadeSecond::calm(40, 0.1)).iter().for_each(|interval| windows.fold(interval));
    assert_eq!(windows.judge([0.0, 300.0], &[]), None);
    assert_eq!(SoakWindows::default().judge([0.0, 6_000.0], &[]), None);
}

#[test]
fn few_requests_are_put_together() {
    let run = MadeRun::constant("slow", 3_600, 1.0);
    let mut windows = SoakWindows::default();
    run.intervals(|_| MadeSecond::calm(1, 0.1)).iter().for_each(|interval| windows.fold(interval));
    let findings = windows.judge([0.0, 3_600.0], &[]).unwrap_or_else(|| panic!("no soak"));
    let p95 = finding(&findings, "response time p95");
    assert!(p95.window_ms > 20_000.0 && p95.windows >= 24, "{p95:?}");
}
