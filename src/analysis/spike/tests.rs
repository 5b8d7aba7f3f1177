//! Tests of spikes, over made runs.

use super::SpikeSeconds;
use crate::{
    analysis::findings::{RecoveryVerdict, SpikeFinding},
    run::made_run::{MadeRun, MadeSecond},
};

/// A minute at 20/s, 20 s at 100/s, two minutes at 20/s; the target is slow and fails until `until`.
fn judged(until: u32, elapsed: f64) -> Vec<SpikeFinding> {
    judged_with(until, elapsed, f64::INFINITY)
}

/// The same, of requests that took at most `slowest` seconds.
fn judged_with(until: u32, elapsed: f64, slowest: f64) -> Vec<SpikeFinding> {
    let stages = vec![(60, 20.0, 20.0), (0, 20.0, 100.0), (20, 100.0, 100.0), (0, 100.0, 20.0), (120, 20.0, 20.0)];
    let run = MadeRun { stages, ..MadeRun::constant("spike", 200, 20.0) };
    let mut seconds = SpikeSeconds::new(&run.header().scenarios);
    let made = |second: u32| {
        let due = if (60..80).contains(&second) { 100 } else { 20 };
        let calm = MadeSecond { in_flight: 3.0, ..MadeSecond::calm(due, 0.05) };
        let is_bad = second >= 62 && second < until;
        if is_bad { MadeSecond { failed: due / 10, latency: 2.0, in_flight: 80.0, ..calm } } else { calm }
    };
    run.intervals(made).iter().for_each(|interval| seconds.fold(interval));
    seconds.judge(elapsed, |_| slowest)
}

#[test]
fn the_time_to_recover_counts_from_the_end_of_the_spike() {
    for (until, seconds) in [(87, 7.0), (105, 25.0)] {
        let found = &judged(until, 200.0)[0];
        assert_eq!((found.verdict, found.recovery_ms), (RecoveryVerdict::Recovered, Some(seconds * 1e3)), "{found:?}");
        assert_eq!((found.first_failure_ms, found.drained_ms), (Some(2_000.0), Some(seconds * 1e3)));
        assert!(found.baseline_p95_ms.is_some_and(|p95| (60.0..110.0).contains(&p95)), "{found:?}");
        assert!(found.highest_p95_ms.is_some_and(|p95| p95 > 2_000.0), "{found:?}");
        assert!((found.failed - (180.0 + 2.0 * seconds)).abs() < 2.0, "{found:?}");
    }
}

#[test]
fn no_second_is_slower_than_the_slowest_request() {
    // The bound of the bucket lies above it.
    let bounded = &judged_with(87, 200.0, 2.1)[0];
    assert_eq!(bounded.highest_p95_ms, Some(2_100.0));
    assert_eq!(bounded.baseline_p95_ms, judged(87, 200.0)[0].baseline_p95_ms);
}

#[test]
fn a_target_that_never_recovers_is_metastable() {
    let found = &judged(u32::MAX, 200.0)[0];
    assert_eq!((found.verdict, found.metastable, found.recovery_ms), (RecoveryVerdict::NotRecovered, true, None));
    assert!((found.observed_ms - 120_000.0).abs() < 1.0, "{found:?}");
}

#[test]
fn a_spike_without_effect_and_one_without_an_end() {
    assert_eq!(judged(0, 200.0)[0].verdict, RecoveryVerdict::Undisturbed);
    let cut = &judged(u32::MAX, 84.0)[0];
    assert_eq!((cut.verdict, cut.why.as_deref()), (RecoveryVerdict::Inconclusive, Some("observed_too_short")));
    assert!(judged(0, 50.0).is_empty());
}

#[test]
fn a_plan_without_spikes_keeps_nothing() {
    let run = MadeRun::constant("flat", 60, 20.0);
    let mut seconds = SpikeSeconds::new(&run.header().scenarios);
    run.intervals(|_| MadeSecond::calm(20, 0.05)).iter().for_each(|interval| seconds.fold(interval));
    assert!(seconds.cells.is_empty() && seconds.judge(60.0, |_| f64::INFINITY).is_empty());
}
