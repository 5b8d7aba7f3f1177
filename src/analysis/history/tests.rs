//! Tests of changes over runs.

use super::{Change, ChangeKind, OldRun, changes};
use crate::{
    analysis::{
        comparison::{
            run_data::RunValues,
            runs::{Key, Margins},
        },
        judged::Statistic,
        simulation::random::Random,
    },
    metric::catalogue as c,
};

/// Runs with a p95 of 100 ms that changes by `change(number of the run)`, and noise of 3 %.
fn history(count: usize, change: impl Fn(usize) -> f64) -> Change {
    let noise = Random::new(5).correlated(count, 0.0);
    let key = Key { metric: c::HTTP_REQ_RESPONSE_TIME.clone(), scenario: String::new(), step: String::new() };
    let run = |number: usize| {
        let value = 0.1 * (1.0 + change(number)) * (1.0 + 0.03 * noise[number]);
        let values = RunValues { values: vec![(key.clone(), Statistic::Quantile(0.95), value)], seconds: 60.0 };
        OldRun { id: number.to_string(), values }
    };
    let runs: Vec<OldRun> = (0..count).map(run).collect();
    changes(&runs, Margins { ratio: 0.05, share: 0.01 }).remove(0)
}

#[test]
fn a_step_is_found_with_its_run() {
    let found = history(30, |number| if number >= 18 { 0.25 } else { 0.0 });
    assert_eq!((found.kind, found.worse, found.run), (ChangeKind::Step, true, Some(18)), "{found:?}");
    assert!(found.after.is_some_and(|after| (after - 0.125).abs() < 0.004), "{found:?}");
    let better = history(30, |number| if number >= 18 { -0.25 } else { 0.0 });
    assert!(better.kind == ChangeKind::Step && !better.worse, "{better:?}");
}

#[test]
fn a_trend_and_none_are_distinguished() {
    assert_eq!(history(40, |number| 0.01 * number as f64).kind, ChangeKind::Rising);
    assert_eq!(history(40, |_| 0.0).kind, ChangeKind::None);
}

#[test]
fn few_runs_decide_nothing() {
    assert!(matches!(history(6, |_| 0.0).kind, ChangeKind::Inconclusive(_)));
    assert!(changes(&[], Margins { ratio: 0.05, share: 0.01 }).is_empty());
}
