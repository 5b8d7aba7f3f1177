//! VuPool: where free users of an open scenario wait for arrivals, shared between workers only when one has none left.
//!
//! A seat must be *claimed* before it is filled. The claim is a counter that its own worker and, at need, others
//! decrement; so an arrival that another worker hands over always finds the seat it claimed. A drop is counted only
//! when no worker has a free user and the budget of new users is spent.

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

/// Where one user waits.
#[derive(Debug, Default)]
pub struct IdleVu {
    arrival: Cell<Option<Instant>>,
    closed: Cell<bool>,
    waker: RefCell<Option<Waker>>,
}

impl IdleVu {
    /// The next arrival; None when the scenario is over.
    pub async fn next(&self) -> Option<Instant> {
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
pub struct Pool {
    /// Users that may still be made.
    budget: AtomicI64,
    workers: Vec<Counter>,
}

#[derive(Debug, Default)]
struct Counter {
    free: AtomicI64,
    inbox: Mutex<VecDeque<Instant>>,
    bell: Notify,
}

/// What became of an arrival.
#[derive(Debug, PartialEq, Eq)]
pub enum Placing {
    /// A free user took it, here or on another worker.
    Seated,
    /// A new user may be made for it.
    NewUser,
    /// Nobody is free and no more users may be made.
    Dropped,
}

impl Pool {
    /// A pool for `workers` threads that may make `max_vus` users together.
    #[must_use]
    pub fn new(workers: usize, max_vus: u32) -> Arc<Self> {
        let workers = (0..workers).map(|_| Counter::default()).collect();
        Arc::new(Self { budget: AtomicI64::new(i64::from(max_vus)), workers })
    }

    fn claim(counter: &AtomicI64) -> bool {
        counter.fetch_update(AcqRel, Acquire, |left| (left > 0).then_some(left - 1)).is_ok()
    }
}

/// One worker's seats of one open scenario.
#[derive(Debug)]
pub struct VuPool {
    pool: Arc<Pool>,
    worker: usize,
    waiting: RefCell<Vec<Rc<IdleVu>>>,
    closed: Cell<bool>,
}

impl VuPool {
    /// No seats yet.
    #[must_use]
    pub fn new(pool: Arc<Pool>, worker: usize) -> Self {
        Self { pool, worker, waiting: RefCell::default(), closed: Cell::default() }
    }

    fn own(&self) -> &Counter {
        &self.pool.workers[self.worker]
    }

    /// Takes one user out of the shared budget.
    #[must_use]
    pub fn may_make_user(&self) -> bool {
        Pool::claim(&self.pool.budget)
    }

    /// Returns users to the shared budget.
    pub fn give_back(&self, users: usize) {
        self.pool.budget.fetch_add(i64::try_from(users).unwrap_or(i64::MAX), AcqRel);
    }

    /// A user is free; false when no more arrivals will come. The last to become free is the first to be taken: its
    /// connection and caches are warm.
    #[must_use]
    pub fn sit(&self, seat: Rc<IdleVu>) -> bool {
        if self.closed.get() {
            return false;
        }
        self.waiting.borrow_mut().push(seat);
        self.own().free.fetch_add(1, AcqRel);
        true
    }

    /// Finds a user for an arrival.
    pub fn place(&self, arrival: Instant) -> Placing {
        if Pool::claim(&self.own().free) {
            self.fill(arrival);
            return Placing::Seated;
        }
        if self.may_make_user() {
            return Placing::NewUser;
        }
        let others = self.pool.workers.iter().enumerate().filter(|(worker, _)| *worker != self.worker);
        for (_, other) in others {
            if other.free.load(Relaxed) > 0 && Pool::claim(&other.free) {
                other.inbox.lock().unwrap_or_else(PoisonError::into_inner).push_back(arrival);
                other.bell.notify_one();
                return Placing::Seated;
            }
        }
        Placing::Dropped
    }

    fn fill(&self, arrival: Instant) {
        let seat = self.waiting.borrow_mut().pop();
        if let Some(seat) = seat {
            seat.arrival.set(Some(arrival));
            seat.wake();
        }
    }

    /// VuPool arrivals that other workers handed over, for ever.
    pub async fn receive(&self) {
        loop {
            self.own().bell.notified().await;
            let handed = std::mem::take(&mut *self.own().inbox.lock().unwrap_or_else(PoisonError::into_inner));
            handed.into_iter().for_each(|arrival| self.fill(arrival));
        }
    }

    /// Whether so many users have sat down. Only before the first arrival.
    #[must_use]
    pub fn holds(&self, users: usize) -> bool {
        self.waiting.borrow().len() >= users
    }

    /// Whether no more arrivals will come.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.closed.get()
    }

    /// Sends every free user home. VuPool that another worker has already claimed stay until they are filled.
    pub fn dismiss(&self) {
        self.closed.set(true);
        let unclaimed = self.own().free.swap(0, AcqRel);
        let mut waiting = self.waiting.borrow_mut();
        for _ in 0..unclaimed {
            if let Some(seat) = waiting.pop() {
                seat.closed.set(true);
                seat.wake();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arrival_is_dropped_only_when_every_share_is_spent() {
        let pool = Pool::new(2, 1);
        let (here, there) = (VuPool::new(pool.clone(), 0), VuPool::new(pool, 1));
        assert!(there.may_make_user());
        let seat = Rc::new(IdleVu::default());
        assert!(there.sit(seat.clone()));
        let now = Instant::now();
        assert_eq!(here.place(now), Placing::Seated, "another worker's free user takes it");
        assert_eq!(here.place(now), Placing::Dropped);
        assert_eq!(there.place(now), Placing::Dropped, "a claimed seat is not free");
        there.dismiss();
        assert!(!seat.closed.get(), "it waits for what was handed over");
    }
}
