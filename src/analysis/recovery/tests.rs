//! Tests of the recovery time.

use proptest::{array::uniform5, collection::vec, num::f64::ANY, prelude::*};

use super::{Limits, Recovery, Second, Spike, Why, judge};

const SPIKE: Spike = Spike { from: 30.0, to: 40.0 };

/// Latency is two seconds in the spike and after it until `until`.
fn run(until: f64, seconds: u32) -> Vec<Second> {
    let second = |at: f64| {
        let is_bad = at >= SPIKE.from && at < until;
        Second {
            at,
            latency: if is_bad { 2.0 } else { 0.1 + 0.001 * (at % 3.0) },
            error_share: if is_bad { 0.5 } else { 0.0 },
            failed: if is_bad { 50.0 } else { 0.0 },
            in_flight: if is_bad { 200.0 } else { 10.0 },
            offered: 100.0,
        }
    };
    (0..seconds).map(f64::from).map(second).collect()
}

#[test]
fn the_time_counts_from_the_end_of_the_spike() {
    let finding = judge(&run(47.0, 100), SPIKE, &Limits::default());
    assert_eq!(finding.recovery, Recovery::Recovered { after: 7.0 });
    assert_eq!((finding.first_failure, finding.drained), (Some(0.0), Some(7.0)));
    assert!((finding.errors - 850.0).abs() < 1e-9 && finding.highest > 1.9, "{finding:?}");
}

#[test]
fn a_short_calm_is_no_recovery() {
    let mut seconds = run(60.0, 120);
    for second in &mut seconds[45..50] {
        (second.latency, second.error_share, second.in_flight) = (0.1, 0.0, 10.0);
    }
    assert_eq!(judge(&seconds, SPIKE, &Limits::default()).recovery, Recovery::Recovered { after: 20.0 });
}

#[test]
fn one_noisy_second_after_recovery_does_not_count() {
    let mut seconds = run(47.0, 120);
    seconds[52].latency = 0.3;
    assert_eq!(judge(&seconds, SPIKE, &Limits::default()).recovery, Recovery::Recovered { after: 7.0 });
}

#[test]
fn what_stays_bad_is_censored_and_suspected_metastable() {
    let recovery = judge(&run(1e9, 100), SPIKE, &Limits::default()).recovery;
    assert_eq!(recovery, Recovery::NotRecovered { observed: 60.0, metastable: true });
}

#[test]
fn a_spike_that_changes_nothing() {
    assert_eq!(judge(&run(0.0, 100), SPIKE, &Limits::default()).recovery, Recovery::Undisturbed);
    assert_eq!(judge(&run(40.0, 100), SPIKE, &Limits::default()).recovery, Recovery::Recovered { after: 0.0 });
}

#[test]
fn too_little_before_or_after_is_inconclusive() {
    let late = judge(&run(47.0, 100)[25..], SPIKE, &Limits::default());
    assert_eq!(late.recovery, Recovery::Inconclusive(Why::NoBaseline));
    let short = judge(&run(47.0, 50), SPIKE, &Limits::default());
    assert_eq!(short.recovery, Recovery::Inconclusive(Why::ObservedTooShort));
    assert_eq!(judge(&[], SPIKE, &Limits::default()).recovery, Recovery::Inconclusive(Why::NoBaseline));
}

proptest! {
    #[test]
    fn no_input_panics(values in vec(uniform5(ANY), 0..60), from: f64, to: f64) {
        let seconds: Vec<Second> = values
            .into_iter()
            .map(|[at, latency, error_share, in_flight, offered]| {
                Second { at, latency, error_share, failed: offered * error_share, in_flight, offered }
            })
            .collect();
        let any = judge(&seconds, Spike { from, to }, &Limits::default());
        let lenient = judge(&seconds, SPIKE, &Limits { min_baseline: 0, ..Limits::default() });
        prop_assert!(!any.drained.is_some_and(|time| time < 0.0) && !lenient.drained.is_some_and(|time| time < 0.0));
    }
}
