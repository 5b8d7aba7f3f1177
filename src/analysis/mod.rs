//! Analysis: what the intervals of a run mean.
//!
//! Owns the fold of a run, validity (was the offered load delivered?) and the verdict. Reads intervals, totals and the
//! accounting by intended second; never touches traffic. Start with [`run_fold`], then [`validity`] and [`verdict`].

pub(crate) mod attempts;
mod folded;
mod hammering;
pub(crate) mod offered;
pub(crate) mod run_fold;
pub(crate) mod validity;
pub(crate) mod verdict;
mod work_done;

pub(crate) use attempts::Attempts;
pub(crate) use offered::Offered;
pub(crate) use run_fold::RunFold;
pub(crate) use validity::Generator;
pub(crate) use validity::Validity;
pub(crate) use verdict::Reason;
pub(crate) use {verdict::Judgement, verdict::Outcome, verdict::Verdict};
