//! What earlier processes of a run left behind: a run goes on where the wall clock says.

use std::{sync::Arc, time::Duration};

use super::taken::TakenNumbers;

/// Where a run goes on; the default is a run that begins.
#[derive(Debug, Clone, Default)]
pub(crate) struct Resumed {
    /// Time since the start of the run: what was due before it is not made up for.
    pub since: Duration,
    /// How often the run was interrupted.
    pub interruptions: u64,
    /// Iterations of each scenario (by position) that count towards a number of iterations.
    pub done: Vec<u64>,
    /// Numbers that are not given out again.
    pub taken: Arc<TakenNumbers>,
}

impl Resumed {
    /// Seed for what must not repeat itself in another process of the run, such as random values of users; the same as
    /// before in a run that was not interrupted.
    #[must_use]
    pub(crate) fn seed(&self, seed: u64) -> u64 {
        mixed_seed(seed, self.interruptions)
    }
}

/// A seed for each process of a run.
#[must_use]
pub(super) fn mixed_seed(seed: u64, interruptions: u64) -> u64 {
    seed ^ interruptions.wrapping_mul(0xD6E8_FEB8_6659_FD93)
}
