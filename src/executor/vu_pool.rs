//! The pool of idle users of an open scenario, shared between workers only when one has none left.
//!
//! An idle user is *claimed* before it gets an arrival. The claim is a counter that its own worker and, at need, others
//! decrement; so an arrival that another worker hands over always finds the user it claimed. A drop is counted only
//! when no worker has an idle user and no more users may be made.

use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    future::poll_fn,
    rc::Rc,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{
            AtomicI64,
            Ordering::{AcqRel, Acquire, Relaxed},
        },
    },
    task::{Poll, Waker},
};

use tokio::{sync::Notify, time::Instant};

/// An idle user, waiting for an arrival.
#[derive(Debug, Default)]
pub(crate) struct IdleVu {
    arrival: Cell<Option<Instant>>,
    closed: Cell<bool>,
    waker: RefCell<Option<Waker>>,
}

impl IdleVu {
    /// The next arrival; None when the scenario is over.
    pub(crate) async fn next(&self) -> Option<Instant> {
        poll_fn(|context| {
            if let Some(arrival) = self.arrival.take() {
                return Poll::Ready(Some(arrival));
            }
            if self.closed.get() {
                return Poll::Ready(None);
            }
            let mut waker = self.waker.borrow_mut();
            if !waker.as_ref().is_some_and(|known| known.will_wake(context.waker())) {
                *waker = Some(context.waker().clone());
            }
            Poll::Pending
        })
        .await
    }

    fn wake(&self) {
        if let Some(waker) = &*self.waker.borrow() {
            waker.wake_by_ref();
        }
    }
}

/// One open scenario's state that all workers see.
#[derive(Debug)]
pub(crate) struct Pool {
    /// Users that may still be made.
    budget: AtomicI64,
    workers: Vec<Counter>,
}

#[derive(Debug, Default)]
struct Counter {
    idle: AtomicI64,
    inbox: Mutex<VecDeque<Instant>>,
    wakeup: Notify,
}

/// The result of an arrival.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Acquired {
    /// An idle user took it, here or on another worker.
    User,
    /// A new user may be made for it.
    NewUser,
    /// No user is idle and no more may be made.
    Dropped,
}

impl Pool {
    /// A pool for `workers` threads that may make `max_vus` users together.
    #[must_use]
    pub(crate) fn new(workers: usize, max_vus: u32) -> Arc<Self> {
        let workers = (0..workers).map(|_| Counter::default()).collect();
        Arc::new(Self { budget: AtomicI64::new(i64::from(max_vus)), workers })
    }

    fn claim(counter: &AtomicI64) -> bool {
        counter.fetch_update(AcqRel, Acquire, |left| (left > 0).then_some(left - 1)).is_ok()
    }
}

/// One worker's idle users of one open scenario.
#[derive(Debug)]
pub(crate) struct VuPool {
    pool: Arc<Pool>,
    worker: usize,
    waiting: RefCell<Vec<Rc<IdleVu>>>,
    closed: Cell<bool>,
}

impl VuPool {
    /// An empty pool.
    #[must_use]
    pub(crate) fn new(pool: Arc<Pool>, worker: usize) -> Self {
        Self { pool, worker, waiting: RefCell::default(), closed: Cell::default() }
    }

    fn own(&self) -> &Counter {
        &self.pool.workers[self.worker]
    }

    /// Takes one user out of the shared budget.
    #[must_use]
    pub(crate) fn may_make_user(&self) -> bool {
        Pool::claim(&self.pool.budget)
    }

    /// Makes a user idle; false when no more arrivals will come. The last user parked is acquired first: its connection
    /// and caches are warm.
    #[must_use]
    pub(crate) fn park(&self, idle: Rc<IdleVu>) -> bool {
        if self.closed.get() {
            return false;
        }
        self.waiting.borrow_mut().push(idle);
        self.own().idle.fetch_add(1, AcqRel);
        true
    }

    /// Finds a user for an arrival.
    pub(crate) fn acquire(&self, arrival: Instant) -> Acquired {
        if Pool::claim(&self.own().idle) {
            self.wake_one(arrival);
            return Acquired::User;
        }
        if self.may_make_user() {
            return Acquired::NewUser;
        }
        let others = self.pool.workers.iter().enumerate().filter(|(worker, _)| *worker != self.worker);
        for (_, other) in others {
            if other.idle.load(Relaxed) > 0 && Pool::claim(&other.idle) {
                other.inbox.lock().unwrap_or_else(PoisonError::into_inner).push_back(arrival);
                other.wakeup.notify_one();
                return Acquired::User;
            }
        }
        Acquired::Dropped
    }

    fn wake_one(&self, arrival: Instant) {
        let idle = self.waiting.borrow_mut().pop();
        if let Some(idle) = idle {
            idle.arrival.set(Some(arrival));
            idle.wake();
        }
    }

    /// Hands arrivals from other workers to the users they claimed; never returns.
    pub(crate) async fn receive(&self) {
        loop {
            self.own().wakeup.notified().await;
            let handed = std::mem::take(&mut *self.own().inbox.lock().unwrap_or_else(PoisonError::into_inner));
            handed.into_iter().for_each(|arrival| self.wake_one(arrival));
        }
    }

    /// Whether so many users are parked. Only before the first arrival.
    #[must_use]
    pub(crate) fn has_parked(&self, users: usize) -> bool {
        self.waiting.borrow().len() >= users
    }

    /// Whether no more arrivals will come.
    #[must_use]
    pub(crate) fn is_closed(&self) -> bool {
        self.closed.get()
    }

    /// Ends every idle user, except those that another worker has claimed: their arrival is still to come.
    pub(crate) fn shut_down(&self) {
        self.closed.set(true);
        let unclaimed = self.own().idle.swap(0, AcqRel);
        let mut waiting = self.waiting.borrow_mut();
        for _ in 0..unclaimed {
            if let Some(idle) = waiting.pop() {
                idle.closed.set(true);
                idle.wake();
            }
        }
    }
}

#[cfg(test)]
mod tests;
