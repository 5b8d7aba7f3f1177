//! Tests of the breaking point.

use super::{Breaking, Limits, LoadStep, Manner, StepResult, judge};

fn step(rate: f64, latency: f64, holds: bool) -> LoadStep {
    LoadStep {
        rate,
        completed: rate,
        latency,
        error_share: 0.0,
        in_flight: rate * latency,
        in_flight_growth: 0.0,
        thresholds_hold: holds,
        generator_healthy: true,
    }
}

#[test]
fn a_cliff() {
    let steps = [step(100.0, 0.01, true), step(200.0, 0.01, true), step(300.0, 0.011, true), step(400.0, 2.0, false)];
    let expected = Breaking::Between { good: 300.0, bad: 400.0, by: StepResult::ThresholdFails, manner: Manner::Cliff };
    assert_eq!(judge(&steps, &Limits::default()).breaking, expected);
}

#[test]
fn a_gradual_decline() {
    let steps = [step(300.0, 0.06, true), step(100.0, 0.01, true), step(200.0, 0.02, true), step(400.0, 0.2, false)];
    let found = judge(&steps, &Limits::default());
    let Breaking::Between { good, manner, .. } = found.breaking else { panic!("{found:?}") };
    assert!(manner == Manner::Gradual && (good - 300.0).abs() < 1e-9, "{found:?}");
    assert_eq!(found.table.len(), 4);
}

#[test]
fn throughput_that_stops_following() {
    let behind = LoadStep { completed: 250.0, ..step(300.0, 0.01, true) };
    let found = judge(&[step(200.0, 0.01, true), behind], &Limits::default()).breaking;
    assert!(matches!(found, Breaking::Between { by: StepResult::DoesNotFollow, .. }), "{found:?}");
    let growing = LoadStep { in_flight_growth: 2.0, ..step(300.0, 0.01, true) };
    assert_eq!(growing.result(&Limits::default()), StepResult::DoesNotFollow);
}

#[test]
fn a_limit_of_the_generator_is_no_breaking_point() {
    let limited = LoadStep { generator_healthy: false, ..step(300.0, 3.0, false) };
    let found = judge(&[step(200.0, 0.01, true), limited, step(400.0, 5.0, false)], &Limits::default());
    assert_eq!(found.breaking, Breaking::GeneratorLimited { good: Some(200.0) });
}

#[test]
fn a_good_step_above_a_bad_one_is_contradictory() {
    let found = judge(&[step(100.0, 0.01, true), step(200.0, 1.0, false), step(300.0, 0.01, true)], &Limits::default());
    assert!(found.contradictory);
    assert!(matches!(found.breaking, Breaking::Between { bad, .. } if (bad - 200.0).abs() < 1e-9));
}

#[test]
fn the_ends_of_the_table() {
    let limits = Limits::default();
    assert_eq!(judge(&[], &limits).breaking, Breaking::NoSteps);
    assert_eq!(judge(&[step(f64::NAN, 1.0, true), step(0.0, 1.0, true)], &limits).breaking, Breaking::NoSteps);
    assert_eq!(judge(&[step(100.0, 0.01, true)], &limits).breaking, Breaking::NotReached { highest: 100.0 });
    let below = Breaking::Below { lowest: 100.0, by: StepResult::ThresholdFails };
    assert_eq!(judge(&[step(100.0, 9.0, false)], &limits).breaking, below);
}
