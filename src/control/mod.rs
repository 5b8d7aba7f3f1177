//! Control: plain orders in, applied-at events out; the one way back from the telling side to the executors.
//!
//! Owns the orders (stop, pause, users or rate of a scenario) and their distribution: the latest state wins, nothing
//! queues. Never decides anything. Signals, thresholds and the control port give orders; executors follow them.
//! Start with [`Orders`], then [`port`].

pub mod port;

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::sync::watch;

/// Why a run was ended before its schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StopReason {
    /// A signal or the control port.
    Outside,
    /// A threshold with `abort_on_fail`, or the test itself.
    Aborted,
}

/// The state that executors are to bring about.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Orders {
    /// End the run: no new requests, finish those in flight.
    pub stop: Option<StopReason>,
    /// Begin no iterations for now.
    pub paused: bool,
    /// Users of a scenario (by position), instead of its schedule's.
    pub users: Vec<Option<u32>>,
    /// Arrivals per second of a scenario (by position), instead of its schedule's.
    pub rates: Vec<Option<f64>>,
}

/// That a worker followed an order, and when.
#[derive(Debug, Clone, PartialEq)]
pub struct Applied {
    /// Offset from the start of the run.
    pub at: Duration,
    /// Which worker.
    pub worker: usize,
    /// What it did, for people.
    pub what: String,
}

/// At most this many applied events are kept until they are told; more are only counted by their absence in the log.
const MAX_APPLIED: usize = 1_000;

/// The giving side.
#[derive(Debug, Clone)]
pub struct Control {
    orders: watch::Sender<Orders>,
    applied: Arc<Mutex<Vec<Applied>>>,
}

/// The following side; one for each worker.
#[derive(Debug, Clone)]
pub struct Follower {
    orders: watch::Receiver<Orders>,
    applied: Arc<Mutex<Vec<Applied>>>,
}

impl Control {
    /// No orders yet, for a plan with so many scenarios.
    #[must_use]
    pub fn new(scenarios: usize) -> Self {
        let orders = Orders { users: vec![None; scenarios], rates: vec![None; scenarios], ..Orders::default() };
        Self { orders: watch::Sender::new(orders), applied: Arc::default() }
    }

    /// A new follower.
    #[must_use]
    pub fn follower(&self) -> Follower {
        Follower { orders: self.orders.subscribe(), applied: self.applied.clone() }
    }

    /// Changes the orders.
    pub fn order(&self, change: impl FnOnce(&mut Orders)) {
        self.orders.send_modify(change);
    }

    /// Orders the end of the run; the first reason stands.
    pub fn stop(&self, reason: StopReason) {
        self.order(|orders| orders.stop = orders.stop.or(Some(reason)));
    }

    /// The orders in force.
    #[must_use]
    pub fn current(&self) -> Orders {
        self.orders.borrow().clone()
    }

    /// What was applied since the last call.
    #[must_use]
    pub fn take_applied(&self) -> Vec<Applied> {
        std::mem::take(&mut *self.applied.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Follower {
    /// Whether the orders changed since they were last looked at. An atomic load.
    #[must_use]
    pub fn has_changed(&self) -> bool {
        self.orders.has_changed().unwrap_or(false)
    }

    /// The orders in force.
    #[must_use]
    pub fn look(&mut self) -> Orders {
        self.orders.borrow_and_update().clone()
    }

    /// Waits for a change of orders; for ever when nobody can give any.
    pub async fn changed(&mut self) {
        if self.orders.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// Tells that an order was followed.
    pub fn applied(&self, event: Applied) {
        let mut applied = self.applied.lock().unwrap_or_else(PoisonError::into_inner);
        if applied.len() < MAX_APPLIED {
            applied.push(event);
        }
    }
}
