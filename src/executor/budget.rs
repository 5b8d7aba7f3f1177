//! The iteration limit of a closed scenario: none, shared by all workers, or per user.

use std::{
    cell::Cell,
    sync::{
        Arc,
        atomic::{
            AtomicU64, AtomicUsize,
            Ordering::{AcqRel, Acquire, Relaxed},
        },
    },
};

use tokio::sync::{Notify, futures::Notified};

use crate::plan::{Partition, Work};

/// Iterations that may still start.
#[derive(Debug, Clone)]
pub(crate) struct Budget {
    /// Left for all workers together; None without a shared limit.
    shared: Option<Arc<AtomicU64>>,
    /// Limit per user; None without one.
    per_user: Option<u64>,
    /// Iterations of earlier processes, and the users that made them.
    before: (u64, u64),
    /// Workers that have something left to do. At zero the scenario is over; it stays so.
    busy: Arc<AtomicUsize>,
    /// Notified when something is spent: a worker without users of its own would not notice.
    wakeup: Arc<Notify>,
}

impl Budget {
    /// The share of a segment, for so many workers.
    #[must_use]
    pub(crate) fn new(work: Work, segment: Partition, workers: usize) -> Self {
        let (shared, per_user) = match work {
            Work::Endless => (None, None),
            Work::Shared(total) => (Some(Arc::new(AtomicU64::new(segment.share_of(total)))), None),
            Work::PerUser(each) => (None, Some(each)),
        };
        let (busy, wakeup) = (Arc::new(AtomicUsize::new(workers)), Arc::default());
        Self { shared, per_user, before: (0, 1), busy, wakeup }
    }

    /// The same without the iterations that earlier processes made with so many users.
    #[must_use]
    pub(crate) fn after(mut self, done: u64, users: u64) -> Self {
        if let Some(left) = &self.shared {
            let rest = left.load(Relaxed).saturating_sub(done);
            self.shared = Some(Arc::new(AtomicU64::new(rest)));
        }
        self.before = (done, users.max(1));
        self
    }

    /// Iterations that count as begun by the user at a place (from 0) of the segment. Which user made how many is not
    /// known: they are divided evenly.
    #[must_use]
    pub(crate) fn begun_before(&self, place: u64) -> u64 {
        let (done, users) = self.before;
        if self.per_user.is_some() { done / users + u64::from(place < done % users) } else { 0 }
    }

    /// Takes an iteration for a user that has started `begun`; false when none is left.
    pub(crate) fn take(&self, begun: &Cell<u64>) -> bool {
        if self.is_done(begun.get()) {
            return false;
        }
        let left = self.shared.as_ref();
        let taken = left.is_none_or(|left| left.fetch_update(Relaxed, Relaxed, |left| left.checked_sub(1)).is_ok());
        begun.set(begun.get() + u64::from(taken));
        if !taken || self.is_done(begun.get()) {
            self.wakeup.notify_waiters();
        }
        taken
    }

    /// Whether a user that has started `begun` iterations may start no more.
    #[must_use]
    pub(crate) fn is_done(&self, begun: u64) -> bool {
        self.per_user.is_some_and(|each| begun >= each)
    }

    /// Notes whether a worker has nothing left to do; `idle` is what it said before. A worker without users must wait for
    /// the others: its own may be wanted again, and the scenario ends on all workers at once.
    pub(crate) fn note(&self, idle: &mut bool, is_idle: bool) {
        if is_idle && !*idle {
            *idle = true;
            if self.busy.fetch_sub(1, AcqRel) == 1 {
                self.wakeup.notify_waiters();
            }
        } else if !is_idle && *idle {
            let resumed = self.busy.fetch_update(AcqRel, Acquire, |busy| (busy > 0).then_some(busy + 1));
            *idle = resumed.is_err();
        }
    }

    /// Whether the scenario is over: the shared iterations are used up, or no worker has anything left to do.
    #[must_use]
    pub(crate) fn is_over(&self) -> bool {
        self.shared.as_ref().is_some_and(|left| left.load(Relaxed) == 0) || self.busy.load(Acquire) == 0
    }

    /// Takes the iterations that never started; the first caller gets all shared ones.
    pub(crate) fn take_rest(&self, begun: impl Iterator<Item = u64>) -> u64 {
        let shared = self.shared.as_ref().map_or(0, |left| left.swap(0, Relaxed));
        let own = self.per_user.map_or(0, |each| begun.map(|begun| each.saturating_sub(begun)).sum());
        shared + own
    }

    /// Waits until something is spent, from the call on.
    pub(crate) fn spent(&self) -> Notified<'_> {
        self.wakeup.notified()
    }
}
