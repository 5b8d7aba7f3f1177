//! What the workers of a run share of one scenario, so that no result depends on their number: the numbers of users and
//! iterations, and whether its rows are used up. An iteration touches it once.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
};

use tokio::sync::{Notify, futures::Notified};

use super::taken::TakenNumbers;
use crate::plan::Partition;

/// One scenario, as all workers see it.
#[derive(Debug)]
pub(crate) struct SharedScenario {
    segment: Partition,
    /// Its position, and the numbers that are not given out again.
    index: usize,
    taken: Arc<TakenNumbers>,
    users: AtomicU64,
    iterations: CacheLine,
    over: AtomicBool,
    messages: AtomicU64,
    wakeup: Notify,
}

/// Alone in its cache line: what is written by every iteration must not slow those who read the rest.
#[derive(Debug, Default)]
#[repr(align(128))]
struct CacheLine(AtomicU64);

impl SharedScenario {
    /// A scenario that has not started.
    #[must_use]
    pub(crate) fn new(segment: Partition) -> Self {
        Self::continuing(segment, 0, Arc::default())
    }

    /// The scenario at a position, which goes on behind the numbers that were taken. Users are numbered from 0 again: they
    /// are those of before.
    #[must_use]
    pub(crate) fn continuing(segment: Partition, index: usize, taken: Arc<TakenNumbers>) -> Self {
        let (users, over, messages, wakeup) = Default::default();
        let iterations = CacheLine(AtomicU64::new(taken.iterations_before(index)));
        Self { segment, index, taken, users, iterations, over, messages, wakeup }
    }

    /// The place of a number of its segment among all of the segment.
    pub(crate) fn place_of(&self, number: u64) -> u64 {
        self.segment.share_of(number)
    }

    /// The number of the next user to be made: unique over all workers and segments, without gaps in a segment.
    pub(crate) fn next_user_number(&self) -> u64 {
        self.segment.nth(self.users.fetch_add(1, Relaxed))
    }

    /// The number of the next iteration, from 0: unique over all workers and segments, without gaps in a segment.
    pub(crate) fn next_iteration_number(&self) -> u64 {
        let number = self.iterations.0.fetch_add(1, Relaxed);
        self.taken.iterations(self.index, number + 1);
        self.segment.nth(number)
    }

    /// The number of the next message of its steps, from 0.
    pub(crate) fn next_message_number(&self) -> u64 {
        self.messages.fetch_add(1, Relaxed)
    }

    /// Ends the scenario on all workers; true for the first to say so.
    pub(crate) fn end(&self) -> bool {
        let is_first = !self.over.swap(true, Relaxed);
        if is_first {
            self.wakeup.notify_waiters();
        }
        is_first
    }

    /// Whether no iteration is to start any more.
    pub(crate) fn is_over(&self) -> bool {
        self.over.load(Relaxed)
    }

    /// Waits until the scenario is over, from the call on.
    pub(crate) fn ended(&self) -> Notified<'_> {
        self.wakeup.notified()
    }
}

impl Drop for SharedScenario {
    /// The last worker has ended.
    fn drop(&mut self) {
        self.taken.settle_iterations(self.index, self.iterations.0.load(Relaxed));
    }
}
