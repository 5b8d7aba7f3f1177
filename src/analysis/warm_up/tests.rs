//! Tests of the warm-up cut.

use proptest::prelude::*;

use super::{WarmUp, find, longest};
use crate::analysis::simulation::random::Random;

fn noisy(count: usize, level: impl Fn(usize) -> f64) -> Vec<f64> {
    let noise = Random::new(7).correlated(count, 0.0);
    noise.into_iter().enumerate().map(|(index, noise)| level(index) * (1.0 + 0.02 * noise)).collect()
}

#[test]
fn a_slow_start_is_cut() {
    let found = find(&noisy(100, |index| if index < 15 { 200.0 } else { 100.0 }));
    assert_eq!(found, WarmUp::Cut { windows: 15 });
}

#[test]
fn a_steady_run_is_not_cut() {
    assert_eq!(find(&noisy(100, |_| 100.0)), WarmUp::Cut { windows: 0 });
    assert_eq!(find(&[5.0; 100]), WarmUp::Cut { windows: 0 });
}

#[test]
fn a_change_past_the_middle_is_not_a_warm_up() {
    assert_eq!(find(&noisy(100, |index| if index < 75 { 200.0 } else { 100.0 })), WarmUp::NotSteady);
    assert_eq!(find(&noisy(100, |index| if index < 60 { 200.0 } else { 100.0 })).windows(), 0);
}

#[test]
fn a_drift_is_not_cut() {
    assert_eq!(find(&noisy(100, |index| 100.0 + index as f64)), WarmUp::Cut { windows: 0 });
}

#[test]
fn an_outlier_at_the_end_cuts_nothing() {
    assert_eq!(find(&noisy(100, |index| if index == 97 { 5000.0 } else { 100.0 })), WarmUp::Cut { windows: 0 });
}

#[test]
fn few_windows_are_too_short() {
    assert_eq!(find(&noisy(49, |_| 100.0)), WarmUp::TooShort);
    assert_eq!(find(&[f64::NAN; 100]), WarmUp::TooShort);
    assert_eq!(find(&[]), WarmUp::TooShort);
}

#[test]
fn the_longest_warm_up_of_several_metrics_counts() {
    let found = [WarmUp::Cut { windows: 5 }, WarmUp::Cut { windows: 15 }, WarmUp::TooShort];
    assert_eq!(longest(&found), Some(WarmUp::Cut { windows: 15 }));
    assert_eq!(longest(&[WarmUp::Cut { windows: 5 }, WarmUp::NotSteady]), Some(WarmUp::NotSteady));
    assert_eq!(longest(&[]), None);
}

proptest! {
    #[test]
    fn never_cuts_past_the_middle(values in proptest::collection::vec(proptest::num::f64::ANY, 0..200)) {
        prop_assert!(find(&values).windows() <= values.len() / 2 + 5);
    }
}
