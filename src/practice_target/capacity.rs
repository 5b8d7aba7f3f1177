//! Capacity: so many requests are served at once, so many wait in order of arrival, the rest are turned away.

use std::sync::atomic::{AtomicU32, Ordering};

use tokio::sync::{Semaphore, SemaphorePermit};

/// The queue was full.
#[derive(Debug)]
pub(super) struct Full;

/// tokio's semaphore hands permits out first come, first served, and forgets waiters that hang up.
#[derive(Debug)]
pub(super) struct Capacity {
    permits: Option<Semaphore>,
    max_waiting: u32,
    waiting: AtomicU32,
}

impl Capacity {
    pub(super) fn new(capacity: Option<u32>, max_waiting: u32) -> Self {
        let permits = capacity.map(|permits| Semaphore::new(usize::try_from(permits).unwrap_or(usize::MAX >> 3)));
        Self { permits, max_waiting, waiting: AtomicU32::new(0) }
    }

    /// Waits for a permit, held until dropped; `None` when there is no bound.
    pub(super) async fn enter(&self) -> Result<Option<SemaphorePermit<'_>>, Full> {
        let Some(permits) = &self.permits else { return Ok(None) };
        if let Ok(permit) = permits.try_acquire() {
            return Ok(Some(permit));
        }
        let _waiting = Waiting::join(self)?;
        // The semaphore is never closed.
        permits.acquire().await.map(Some).map_err(|_| Full)
    }

    pub(super) fn depth(&self) -> u32 {
        self.waiting.load(Ordering::Relaxed)
    }
}

struct Waiting<'a>(&'a Capacity);

impl<'a> Waiting<'a> {
    fn join(capacity: &'a Capacity) -> Result<Self, Full> {
        // Made first, so that a refusal is uncounted by the drop.
        let before = capacity.waiting.fetch_add(1, Ordering::Relaxed);
        let joined = Self(capacity);
        if before < capacity.max_waiting { Ok(joined) } else { Err(Full) }
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests;
