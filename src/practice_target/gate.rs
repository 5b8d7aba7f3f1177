//! Capacity: so many requests are served at once, so many wait in order of arrival, the rest are turned away.

use std::sync::atomic::{AtomicU32, Ordering};

use tokio::sync::{Semaphore, SemaphorePermit};

/// The queue was full.
#[derive(Debug)]
pub(super) struct Full;

/// tokio's semaphore hands places out first come, first served, and forgets waiters that hang up.
#[derive(Debug)]
pub(super) struct Gate {
    places: Option<Semaphore>,
    room: u32,
    waiting: AtomicU32,
}

impl Gate {
    pub(super) fn new(capacity: Option<u32>, room: u32) -> Self {
        let places = capacity.map(|places| Semaphore::new(usize::try_from(places).unwrap_or(usize::MAX >> 3)));
        Self { places, room, waiting: AtomicU32::new(0) }
    }

    /// Waits for a place, held until dropped; `None` when there is no bound.
    pub(super) async fn enter(&self) -> Result<Option<SemaphorePermit<'_>>, Full> {
        let Some(places) = &self.places else { return Ok(None) };
        if let Ok(place) = places.try_acquire() {
            return Ok(Some(place));
        }
        let _waiting = Waiting::join(self)?;
        // The semaphore is never closed.
        places.acquire().await.map(Some).map_err(|_| Full)
    }

    pub(super) fn depth(&self) -> u32 {
        self.waiting.load(Ordering::Relaxed)
    }
}

struct Waiting<'a>(&'a Gate);

impl<'a> Waiting<'a> {
    fn join(gate: &'a Gate) -> Result<Self, Full> {
        // Made first, so that a refusal is uncounted by the drop.
        let before = gate.waiting.fetch_add(1, Ordering::Relaxed);
        let joined = Self(gate);
        if before < gate.room { Ok(joined) } else { Err(Full) }
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;
    use crate::practice_target::world::lock;

    #[tokio::test]
    async fn places_go_to_the_first_who_waits() {
        let gate = Arc::new(Gate::new(Some(1), 3));
        let order = Arc::new(Mutex::new(Vec::new()));
        let held = gate.enter().await.unwrap();
        let mut tasks = tokio::task::JoinSet::new();
        for visitor in 0..3 {
            let (gate, order) = (Arc::clone(&gate), Arc::clone(&order));
            tasks.spawn(async move {
                let _place = gate.enter().await.unwrap();
                lock(&order).push(visitor);
                tokio::task::yield_now().await;
            });
            tokio::task::yield_now().await;
        }
        assert_eq!(gate.depth(), 3);
        assert!(gate.enter().await.is_err(), "a fourth was let wait");
        assert_eq!(gate.depth(), 3);
        drop(held);
        while let Some(done) = tasks.join_next().await {
            done.unwrap();
        }
        assert_eq!(*lock(&order), [0, 1, 2]);
        assert_eq!(gate.depth(), 0);
    }

    #[tokio::test]
    async fn who_hangs_up_leaves_the_queue() {
        let gate = Gate::new(Some(1), 0);
        let held = gate.enter().await.unwrap();
        assert!(gate.enter().await.is_err());
        drop(held);
        assert!(gate.enter().await.is_ok());
        assert!(Gate::new(None, 0).enter().await.unwrap().is_none());
    }
}
