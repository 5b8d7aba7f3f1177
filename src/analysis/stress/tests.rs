//! Tests of stress tests, over made runs.

use super::StressSteps;
use crate::{
    analysis::findings::{StepVerdict, StressFindings, StressVerdict},
    profile::thresholds::{Options, build},
    run::made_run::{MadeRun, MadeSecond},
    threshold::Threshold,
};

const LEVELS: [f64; 5] = [50.0, 100.0, 150.0, 200.0, 250.0];

/// Five levels of ten seconds; `second` is given the rate.
fn judged(second: impl Fn(u32) -> MadeSecond, thresholds: &[&Threshold]) -> StressFindings {
    let stages = LEVELS.map(|rate| (10, rate, rate)).to_vec();
    let run = MadeRun { stages, ..MadeRun::constant("stress", 50, 50.0) };
    let mut steps = StressSteps::new(&run.header().scenarios);
    run.intervals(|number| second(50 * (number / 10 + 1))).iter().for_each(|interval| steps.fold(interval));
    steps.judge(50.0, thresholds).unwrap_or_else(|| panic!("no steps"))
}

fn threshold(metric: &str, condition: &str) -> Threshold {
    build(metric, condition, &Options::default(), &[]).unwrap_or_else(|error| panic!("{error:?}"))
}

#[test]
fn a_target_that_takes_all_is_not_broken() {
    let found = judged(|rate| MadeSecond::calm(rate, 0.02), &[]);
    assert_eq!((found.verdict, found.last_good_rate), (StressVerdict::NotReached, Some(250.0)), "{found:?}");
    assert!(found.steps.len() == 5 && found.steps.iter().all(|step| step.verdict == StepVerdict::Good));
}

#[test]
fn failures_of_the_first_step_are_normal() {
    let found = judged(|rate| MadeSecond { failed: rate / 50, ..MadeSecond::calm(rate, 0.02) }, &[]);
    assert_eq!(found.verdict, StressVerdict::NotReached, "{found:?}");
}

#[test]
fn refused_requests_and_slow_ones_break_it() {
    let refusing = judged(|rate| MadeSecond { failed: rate.saturating_sub(180), ..MadeSecond::calm(rate, 0.02) }, &[]);
    assert_eq!((refusing.last_good_rate, refusing.first_bad_rate), (Some(150.0), Some(200.0)), "{refusing:?}");
    assert_eq!(refusing.by, Some(StepVerdict::DoesNotFollow));
    let limit = threshold("http_req_duration", "p(95)<200");
    let slow = judged(|rate| MadeSecond::calm(rate, if rate > 150 { 2.0 } else { 0.02 }), &[&limit]);
    assert_eq!((slow.last_good_rate, slow.by), (Some(150.0), Some(StepVerdict::ThresholdFails)), "{slow:?}");
    assert_eq!(slow.manner.as_deref(), Some("cliff"));
}

#[test]
fn too_few_users_are_no_capacity() {
    let found = judged(|rate| MadeSecond { dropped: rate.saturating_sub(180), ..MadeSecond::calm(rate, 0.02) }, &[]);
    assert_eq!((found.verdict, found.last_good_rate), (StressVerdict::GeneratorLimited, Some(150.0)), "{found:?}");
}

#[test]
fn steps_that_were_not_reached_are_not_judged() {
    let run = MadeRun { stages: LEVELS.map(|rate| (10, rate, rate)).to_vec(), ..MadeRun::constant("cut", 50, 50.0) };
    let mut steps = StressSteps::new(&run.header().scenarios);
    let intervals = run.intervals(|number| MadeSecond::calm(50 * (number / 10 + 1), 0.02));
    intervals[..25].iter().for_each(|interval| steps.fold(interval));
    assert_eq!(steps.judge(25.0, &[]).map(|found| found.last_good_rate), Some(Some(100.0)));
    assert_eq!(StressSteps::default().judge(25.0, &[]), None);
}
