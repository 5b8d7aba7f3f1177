//! Tests of the load over time.

use super::{spikes, steady, steps};
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

fn open(stages: &[(u64, f64, f64)]) -> LoggedScenario {
    LoggedScenario { model: Model::Open, ..scenario(0, stages) }
}

#[test]
fn a_spike_has_its_baseline_and_the_time_after_it() {
    let plan = [(60, 10.0, 10.0), (5, 10.0, 100.0), (20, 100.0, 100.0), (5, 100.0, 10.0), (120, 10.0, 10.0)];
    let found = spikes(&[scenario(0, &plan), open(&plan)]);
    assert_eq!(found.len(), 1, "{found:?}");
    let spike = found[0];
    assert_eq!((spike.scenario, spike.base, spike.peak), (1, 10.0, 100.0));
    assert_eq!((spike.observed_from, spike.from, spike.to, spike.observed_to), (0.0, 60.0, 90.0, 210.0));
}

#[test]
fn each_of_several_spikes_is_observed_until_the_next() {
    let one = [(30, 10.0, 10.0), (0, 10.0, 50.0), (10, 50.0, 50.0), (0, 50.0, 10.0)];
    let found = spikes(&[open(&[&one[..], &one, &[(30, 10.0, 10.0)]].concat())]);
    let times: Vec<[f64; 4]> = found.iter().map(|one| [one.observed_from, one.from, one.to, one.observed_to]).collect();
    assert_eq!(times, [[0.0, 30.0, 40.0, 70.0], [40.0, 70.0, 80.0, 110.0]]);
}

#[test]
fn a_ramp_a_step_and_a_short_baseline_are_no_spikes() {
    assert!(spikes(&[open(&[(60, 0.0, 100.0), (60, 100.0, 100.0), (60, 100.0, 0.0)])]).is_empty());
    assert!(spikes(&[open(&[(60, 10.0, 10.0), (60, 100.0, 100.0)])]).is_empty());
    assert!(spikes(&[open(&[(5, 10.0, 10.0), (10, 90.0, 90.0), (60, 10.0, 10.0)])]).is_empty());
    assert!(spikes(&[open(&[(60, 10.0, 10.0), (10, 12.0, 12.0), (60, 10.0, 10.0)])]).is_empty());
    assert!(spikes(&[open(&[(60, 10.0, 10.0), (900, 90.0, 90.0), (60, 10.0, 10.0)])]).is_empty());
    assert!(spikes(&[]).is_empty());
}

#[test]
fn levels_that_rise_are_steps() {
    let plan =
        [(8, 50.0, 50.0), (1, 50.0, 100.0), (8, 100.0, 100.0), (1, 100.0, 150.0), (8, 150.0, 150.0), (30, 10.0, 10.0)];
    let found = steps(&[open(&plan)]);
    assert_eq!(found.iter().map(super::PlannedStep::rate).collect::<Vec<_>>(), [50.0, 100.0, 150.0]);
    assert_eq!((found[1].start, found[1].end), (9.0, 17.0));
    assert!(steps(&[scenario(0, &plan)]).is_empty());
    assert!(steps(&[open(&plan), open(&plan)]).is_empty());
}

#[test]
fn a_long_ramp_is_cut_into_ten_parts() {
    let found = steps(&[open(&[(10, 5.0, 5.0), (100, 10.0, 110.0), (10, 110.0, 110.0)])]);
    assert_eq!(found.len(), 10);
    assert_eq!((found[0].start, found[0].end, found[0].rate()), (10.0, 20.0, 15.0));
    assert!(steps(&[open(&[(30, 0.0, 100.0), (600, 100.0, 100.0)])]).is_empty());
}
