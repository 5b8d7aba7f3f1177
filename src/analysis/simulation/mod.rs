//! Simulation: error rates of the verdicts on data of which the truth is known. `bench/prove verdicts:simulation` runs it
//! with 5,000 runs a case and holds the rates against their bounds; the tests beside it run a few.

mod comparison;
pub(crate) mod drift;
mod leak;
pub(crate) mod random;
mod rate;
mod recovery;
mod warm_up;

use std::env;

/// Runs → rows.
type Case = fn(u64) -> Vec<rate::Row>;

/// Name and function.
const CASES: &[(&str, Case)] = &[
    ("warm_up", warm_up::rows),
    ("drift", drift::rows),
    ("leak", leak::rows),
    ("recovery", recovery::rows),
    ("comparison", comparison::rows),
];

/// Runs of a case when the suite of tests runs it.
const FEW: u64 = 20;

/// `SIMULATION_RUNS`, `SIMULATION_SEED` and `SIMULATION_ONLY` choose the runs; the tables are printed.
#[test]
#[expect(clippy::print_stdout, reason = "the figures are the output")]
fn every_rate_is_within_its_bound() {
    let number = |name: &str| env::var(name).ok().and_then(|text| text.parse().ok());
    let runs = number("SIMULATION_RUNS").unwrap_or(FEW);
    random::set_seed(number("SIMULATION_SEED").unwrap_or(2));
    let mut beyond = Vec::new();
    let only = env::var("SIMULATION_ONLY").ok();
    for (name, rows) in CASES.iter().filter(|(name, _)| only.as_ref().is_none_or(|only| only == name)) {
        let rows = rows(runs);
        println!("### {name}\n\n{}", rate::table(&rows));
        beyond.extend(rows.iter().filter(|row| !row.holds()).map(|row| format!("{name}: {row:?}")));
    }
    assert!(beyond.is_empty(), "{beyond:#?}");
}
