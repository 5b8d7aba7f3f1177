//! Capacity: so many requests are served at once, or a second; so many wait in order of arrival, the rest are turned away.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::{Semaphore, SemaphorePermit};

use super::shared::lock;
use super::value_error::ValueError;

/// The queue was full.
#[derive(Debug)]
pub(super) struct Full;

/// What is limited.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Limit {
    /// Requests that are served at once.
    AtOnce(u32),
    /// Requests that are served a second.
    PerSecond(f64),
}

impl Limit {
    /// Reads the number before `/s`.
    pub(super) fn per_second(text: &str) -> Result<Self, ValueError> {
        let rate = text.trim().parse().ok().filter(|rate| (0.1..=1e6).contains(rate));
        rate.map(Self::PerSecond)
            .ok_or_else(|| ValueError::form(text, "rate", "a number before `/s`, for example 500/s"))
    }
}

/// tokio's semaphore hands permits out first come, first served, and forgets waiters that hang up.
#[derive(Debug)]
pub(super) struct Capacity {
    permits: Option<Semaphore>,
    turns: Option<Turns>,
    max_waiting: u32,
    waiting: AtomicU32,
}

/// Turns at equal distances.
#[derive(Debug)]
struct Turns {
    distance: Duration,
    /// The next one that is free.
    next: Mutex<Instant>,
}

/// What a request got.
#[derive(Debug)]
pub(super) struct Place<'a> {
    /// Held until dropped.
    _permit: Option<SemaphorePermit<'a>>,
    /// Until its turn.
    pub(super) wait: Duration,
}

impl Capacity {
    pub(super) fn new(limit: Option<Limit>, max_waiting: u32) -> Self {
        let permits = |places: u32| Semaphore::new(usize::try_from(places).unwrap_or(usize::MAX >> 3));
        let (permits, turns) = match limit {
            None => (None, None),
            Some(Limit::AtOnce(places)) => (Some(permits(places)), None),
            Some(Limit::PerSecond(rate)) => {
                let distance = Duration::from_secs_f64(1.0 / rate);
                (None, Some(Turns { distance, next: Mutex::new(Instant::now()) }))
            }
        };
        Self { permits, turns, max_waiting, waiting: AtomicU32::new(0) }
    }

    /// Waits for a permit, or gives the time to wait for a turn.
    pub(super) async fn enter(&self) -> Result<Place<'_>, Full> {
        let wait =
            self.turns.as_ref().map_or(Ok(Duration::ZERO), |turns| turns.take(Instant::now(), self.max_waiting))?;
        let Some(permits) = &self.permits else { return Ok(Place { _permit: None, wait }) };
        if let Ok(permit) = permits.try_acquire() {
            return Ok(Place { _permit: Some(permit), wait });
        }
        let _waiting = Waiting::join(self)?;
        // The semaphore is never closed.
        permits.acquire().await.map(|permit| Place { _permit: Some(permit), wait }).map_err(|_| Full)
    }

    pub(super) fn depth(&self) -> u32 {
        self.waiting.load(Ordering::Relaxed)
    }
}

impl Turns {
    /// The time from `now` to the next free turn, which is taken; so many may wait.
    fn take(&self, now: Instant, max_waiting: u32) -> Result<Duration, Full> {
        let mut next = lock(&self.next);
        let turn = (*next).max(now);
        let wait = turn - now;
        if wait > self.distance * max_waiting.max(1) {
            return Err(Full);
        }
        *next = turn + self.distance;
        Ok(wait)
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
