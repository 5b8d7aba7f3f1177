//! Tests of the load over time.

use super::steady;
use crate::interval_log::frame::{LoggedScenario, LoggedStage, Model};

/// A scenario from `start_ms`, with stages of seconds from and to a load.
fn scenario(start_ms: u64, stages: &[(u64, f64, f64)]) -> LoggedScenario {
    let stage =
        |(seconds, from, to): &(u64, f64, f64)| LoggedStage { length_ms: seconds * 1_000, from: *from, to: *to };
    LoggedScenario {
        name: "s".into(),
        executor: "ramping-vus".into(),
        model: Model::Closed,
        load: String::new(),
        start_ms,
        length_ms: 0,
        stages: stages.iter().map(stage).collect(),
    }
}

#[test]
fn the_hold_between_two_ramps_is_steady() {
    let ramps = scenario(0, &[(30, 0.0, 10.0), (600, 10.0, 10.0), (30, 10.0, 0.0)]);
    assert_eq!(steady(std::slice::from_ref(&ramps)), Some([30.0, 630.0]));
    let late = scenario(60_000, &[(300, 5.0, 5.0)]);
    assert_eq!(steady(&[ramps, late]), Some([60.0, 360.0]));
}

#[test]
fn stages_at_one_level_are_one_time() {
    assert_eq!(
        steady(&[scenario(0, &[(100, 5.0, 5.0), (0, 5.0, 5.0), (200, 5.0, 5.0), (50, 9.0, 9.0)])]),
        Some([0.0, 300.0])
    );
}

#[test]
fn ramps_pauses_and_unknown_loads_are_not_steady() {
    assert_eq!(steady(&[scenario(0, &[(100, 0.0, 5.0)])]), None);
    assert_eq!(steady(&[scenario(0, &[(100, 0.0, 0.0)])]), None);
    assert_eq!(steady(&[scenario(0, &[(100, 5.0, 5.0)]), scenario(0, &[])]), None);
    assert_eq!(steady(&[]), None);
}
