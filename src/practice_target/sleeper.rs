//! Sleeping to the microsecond: one timerfd a thread, driven by a map of deadlines.
//!
//! tokio's own timer rounds up to a millisecond, which would make a 10 ms answer an 11 ms one.

use std::collections::BTreeMap;
use std::future::Future;
use std::io;
use std::os::fd::OwnedFd;
use std::pin::Pin;
use std::sync::Mutex;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use rustix::time::{
    Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create, timerfd_settime,
};
use tokio::io::unix::AsyncFd;

use super::shared::lock;

/// A deadline, and a falling number that makes equal deadlines distinct. After a stall thousands are due at one instant and
/// writing their answers takes milliseconds; with the youngest first, that falls on those that have waited longest,
/// where it is the smallest share of their time.
type Key = (Instant, u64);

/// The deadlines of one thread and the descriptor that wakes it.
#[derive(Debug)]
pub(super) struct Sleeper {
    timer: AsyncFd<OwnedFd>,
    waiting: Mutex<Waiting>,
}

/// A map and no heap, because a sleep that is dropped must leave at once: a client that resets thousands of slow
/// requests would otherwise fill the memory with dead wakers.
#[derive(Debug, Default)]
struct Waiting {
    wakers: BTreeMap<Key, Waker>,
    issued: u64,
}

impl Sleeper {
    /// Opens the timer; must be called inside the runtime that will drive it.
    #[expect(deprecated, reason = "its successor is unsafe; an OwnedFd we never swap is what its contract asks for")]
    pub(super) fn open() -> io::Result<Self> {
        let timer = timerfd_create(TimerfdClockId::Monotonic, TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC)?;
        Ok(Self { timer: AsyncFd::new(timer)?, waiting: Mutex::default() })
    }

    /// Waits until `deadline`, waking some ten microseconds after it.
    pub(super) fn until(&self, deadline: Instant) -> Sleep<'_> {
        Sleep { sleeper: self, deadline, key: None }
    }

    /// Wakes the sleepers as their deadlines pass; runs as long as the thread.
    pub(super) async fn drive(&self) -> io::Result<()> {
        loop {
            let mut ready = self.timer.readable().await?;
            // The expiry count is not read: setting the timer again clears it, and that saves a system call.
            ready.clear_ready();
            self.wake_due();
        }
    }

    fn wake_due(&self) {
        let mut waiting = lock(&self.waiting);
        let now = Instant::now();
        while let Some(first) = waiting.wakers.first_entry() {
            let due = first.key().0;
            if due > now {
                self.arm(due - now);
                break;
            }
            first.remove().wake();
        }
    }

    fn arm(&self, wait: Duration) {
        // Zero would disarm the timer.
        let wait = wait.max(Duration::from_nanos(1));
        let zero = Timespec { tv_sec: 0, tv_nsec: 0 };
        let value = Timespec {
            tv_sec: i64::try_from(wait.as_secs()).unwrap_or(i64::MAX),
            tv_nsec: i64::from(wait.subsec_nanos()),
        };
        let armed = timerfd_settime(
            &self.timer,
            TimerfdTimerFlags::empty(),
            &Itimerspec { it_interval: zero, it_value: value },
        );
        debug_assert!(armed.is_ok(), "a valid span was refused: {armed:?}");
    }
}

/// A sleep under way; dropping it forgets the deadline.
#[derive(Debug)]
pub(super) struct Sleep<'a> {
    sleeper: &'a Sleeper,
    deadline: Instant,
    key: Option<Key>,
}

impl Future for Sleep<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let now = Instant::now();
        if now >= self.deadline {
            return Poll::Ready(());
        }
        let mut waiting = lock(&self.sleeper.waiting);
        let key = self.key.unwrap_or_else(|| {
            waiting.issued += 1;
            (self.deadline, u64::MAX - waiting.issued)
        });
        waiting.wakers.insert(key, context.waker().clone());
        let first = waiting.wakers.first_key_value().is_some_and(|(first, _)| *first == key);
        drop(waiting);
        if first {
            self.sleeper.arm(self.deadline - now);
        }
        self.key = Some(key);
        Poll::Pending
    }
}

impl Drop for Sleep<'_> {
    fn drop(&mut self) {
        if let Some(key) = self.key {
            lock(&self.sleeper.waiting).wakers.remove(&key);
        }
    }
}

#[cfg(test)]
mod tests;
