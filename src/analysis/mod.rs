//! Analysis: what the intervals of a run mean.
//!
//! Owns the fold of a run, validity (was the offered load delivered?) and the verdict. Reads intervals, totals and the
//! accounting by intended second; never touches traffic. Start with [`run_fold`], then [`validity`] and [`verdict`].

pub mod attempts;
pub mod offered;
pub mod run_fold;
pub mod validity;
pub mod verdict;

pub use attempts::Attempts;
pub use offered::Offered;
pub use run_fold::RunFold;
pub use validity::{Generator, Validity};
pub use verdict::{Judgement, Outcome, Reason, Verdict};
