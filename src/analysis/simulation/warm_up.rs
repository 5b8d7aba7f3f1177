//! Warm-up: what is cut from runs that have none, a known one, or a drift.

use super::{
    random::Random,
    rate::{Bound, Row, count},
};
use crate::analysis::warm_up::{WarmUp, find};

const WINDOWS: usize = 120;

fn run(seed: u64, rho: f64, shape: impl Fn(f64) -> f64) -> WarmUp {
    let noise = Random::new(seed).correlated(WINDOWS, rho);
    let windows: Vec<f64> = noise
        .iter()
        .enumerate()
        .map(|(index, noise)| 100.0 * (1.0 + shape(index as f64)) * (1.0 + 0.05 * noise))
        .collect();
    find(&windows)
}

/// All cases.
pub(crate) fn rows(runs: u64) -> Vec<Row> {
    let mut rows = Vec::new();
    for rho in [0.0, 0.5, 0.9] {
        let seed = 50_000_000;
        let row = |case: &str, hits, bound| Row { case: format!("120 windows, ρ = {rho}: {case}"), hits, runs, bound };
        let cut = count(runs, |number| run(seed + number, rho, |_| 0.0).windows() > 0);
        rows.push(row("no warm-up, something is cut", cut, Bound::AtMost(if rho > 0.6 { 0.25 } else { 0.1 })));
        let unsteady = count(runs, |number| run(seed + number, rho, |_| 0.0) == WarmUp::NotSteady);
        rows.push(row("no warm-up, not steady", unsteady, Bound::Shown));
        let slow = |index: f64| if index < 15.0 { 0.5 * (1.0 - index / 15.0) } else { 0.0 };
        let found = count(runs, |number| (10..=25).contains(&run(seed + number, rho, slow).windows()));
        rows.push(row(
            "warm-up of 15 windows, 10 to 25 are cut",
            found,
            if rho > 0.6 { Bound::Shown } else { Bound::AtLeast(0.9) },
        ));
        let drift = count(runs, |number| run(seed + number, rho, |index| 0.2 * index / 119.0).windows() > 0);
        rows.push(row("+20 % drift, something is cut", drift, Bound::Shown));
    }
    rows
}
