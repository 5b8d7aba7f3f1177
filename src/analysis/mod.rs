//! Analysis: what the intervals of a run mean.
//!
//! Owns the fold of a run, validity (was the offered load delivered?), the verdict, findings on drift and on leaks of
//! targets, and the comparison of runs. Reads intervals, totals and the accounting by intended second; never touches traffic. Start with [`run_fold`],
//! then [`validity`], [`verdict`] and [`soak`]; [`comparison`] is apart.

pub(crate) mod attempts;
mod capacity;
pub(crate) mod comparison;
pub(crate) mod coverage;
pub(crate) mod drift;
pub(crate) mod findings;
mod folded;
mod hammering;
pub(crate) mod history;
pub(crate) mod judged;
mod leak;
mod load_counts;
mod load_series;
pub(crate) mod load_shape;
pub(crate) mod offered;
pub(crate) mod recovery;
mod resources;
pub(crate) mod run_fold;
pub(crate) mod search;
#[cfg(test)]
pub(crate) mod simulation;
mod soak;
mod spike;
mod statistics;
mod stress;
pub(crate) mod validity;
pub(crate) mod verdict;
mod warm_up;
mod windows;
mod work_done;

pub(crate) use attempts::Attempts;
pub(crate) use coverage::Coverage;
pub(crate) use findings::Analysis;
pub(crate) use offered::Offered;
pub(crate) use run_fold::RunFold;
pub(crate) use soak::SHORTEST as SHORTEST_SOAK;
pub(crate) use validity::Generator;
pub(crate) use validity::Validity;
pub(crate) use verdict::Reason;
pub(crate) use {verdict::Judgement, verdict::Outcome, verdict::Verdict};
