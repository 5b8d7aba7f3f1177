//! Campaigns: the runs that a file plans, the folder that they leave, and what became of each.
//!
//! Owns the order of runs and the state that a resumed campaign begins with. Never makes a run itself: `cmd/campaign.rs` does,
//! one after another. Start with [`planned`].
//!
//! The state is in the folders of the runs: a run is done if its log has an end entry. `campaign.json` is derived from them, so
//! a campaign that is killed at any point repeats nothing and skips nothing.

pub(crate) mod folder;
pub(crate) mod planned;
pub(crate) mod result;
pub(crate) mod state;
