//! A time-out that costs nothing while requests are faster than it: one timer per user, re-armed only when it fires.

use std::{
    future::{Future, poll_fn},
    pin::{Pin, pin},
    task::Poll,
    time::Duration,
};

use tokio::time::{Instant, Sleep, sleep_until};

/// The guarded future took too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimedOut;

/// A reusable time-out.
#[derive(Debug, Default)]
pub struct Deadline {
    timer: Option<Pin<Box<Sleep>>>,
}

impl Deadline {
    /// Runs `work`, which began at `start`, for at most `limit`.
    ///
    /// # Errors
    /// [`TimedOut`] when it does not end in time; it is dropped by the caller.
    pub async fn guard<T>(
        &mut self,
        start: Instant,
        limit: Duration,
        work: impl Future<Output = T>,
    ) -> Result<T, TimedOut> {
        let end = start + limit;
        let mut work = pin!(work);
        poll_fn(|context| {
            if let Poll::Ready(result) = work.as_mut().poll(context) {
                return Poll::Ready(Ok(result));
            }
            let timer = self.timer.get_or_insert_with(|| Box::pin(sleep_until(end)));
            if timer.deadline() > end {
                timer.as_mut().reset(end);
            }
            // A timer left from an earlier request fires too early: then, and only then, it is set anew.
            while timer.as_mut().poll(context).is_ready() {
                if Instant::now() >= end {
                    return Poll::Ready(Err(TimedOut));
                }
                timer.as_mut().reset(end);
            }
            Poll::Pending
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::sleep;

    #[tokio::test(start_paused = true)]
    async fn each_use_has_its_own_limit() {
        let mut deadline = Deadline::default();
        let second = Duration::from_secs(1);
        for _ in 0..5 {
            assert_eq!(deadline.guard(Instant::now(), 3 * second, sleep(2 * second)).await, Ok(()));
        }
        let start = Instant::now();
        assert_eq!(deadline.guard(start, 3 * second, sleep(9 * second)).await, Err(TimedOut));
        assert_eq!(start.elapsed().as_secs(), 3);
        let start = Instant::now();
        assert_eq!(deadline.guard(start, second, sleep(9 * second)).await, Err(TimedOut));
        assert_eq!(start.elapsed().as_secs(), 1);
    }
}
