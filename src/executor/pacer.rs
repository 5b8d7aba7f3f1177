//! Wakes at intended starts, to some tens of microseconds: tokio's own timer rounds up to a whole millisecond, which at
//! 10,000 arrivals a second would be bursts of ten.
//!
//! A `timerfd` in tokio's reactor does it on Linux. Where there is none, and in paused-time tests, tokio's timer is used.

use std::{os::fd::OwnedFd, time::Duration};

use rustix::time::{
    Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create, timerfd_settime,
};
use tokio::{
    io::unix::AsyncFd,
    time::{Instant, sleep_until},
};

/// Between two wakings there is at least this much: at 10,000 arrivals a second a waking for each would cost twice the
/// CPU of the request itself (the core goes to sleep and back). Slower schedules are not touched; in faster ones an
/// arrival is late by half of this on average, which its response time and `schedule_lag` count like any lateness.
const REST: Duration = Duration::from_micros(400);

/// A precise alarm of one executor.
#[derive(Debug)]
pub(crate) struct Pacer {
    /// Linux' timer in the reactor; without it tokio's timer wheel, 1 ms.
    timer: Option<AsyncFd<OwnedFd>>,
    /// The next waking is not before this time.
    rested: Instant,
}

impl Pacer {
    /// A `timerfd` if the system has one. Must be called on a tokio runtime.
    #[must_use]
    #[expect(deprecated, reason = "the successor is unsafe for types that don't own their descriptor; OwnedFd does")]
    pub(crate) fn new() -> Self {
        let flags = TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC;
        let timer = timerfd_create(TimerfdClockId::Monotonic, flags).ok();
        Self { timer: timer.and_then(|timer| AsyncFd::new(timer).ok()), rested: Instant::now() }
    }

    /// tokio's timer alone: a millisecond, and it follows paused time.
    #[cfg(test)]
    pub(crate) fn coarse() -> Self {
        Self { timer: None, rested: Instant::now() }
    }

    /// Waits until `time`; returns the time at waking.
    pub(crate) async fn wait_until(&mut self, time: Instant) -> Instant {
        let time = time.max(self.rested);
        loop {
            let now = Instant::now();
            if now >= time {
                self.rested = now + REST;
                return now;
            }
            let Some(timer) = &self.timer else {
                sleep_until(time).await;
                continue;
            };
            let wait = time - now;
            let it_value = Timespec {
                tv_sec: i64::try_from(wait.as_secs()).unwrap_or(i64::MAX),
                tv_nsec: wait.subsec_nanos().into(),
            };
            let once = Itimerspec { it_interval: Timespec { tv_sec: 0, tv_nsec: 0 }, it_value };
            if timerfd_settime(timer.get_ref(), TimerfdTimerFlags::empty(), &once).is_err() {
                sleep_until(time).await;
                continue;
            }
            if let Ok(mut ready) = timer.readable().await {
                ready.clear_ready();
            }
        }
    }
}

impl Default for Pacer {
    fn default() -> Self {
        Self::new()
    }
}
