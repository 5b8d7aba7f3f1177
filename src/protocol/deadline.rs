//! A time-out that costs nothing while requests are faster than it: one timer per user, re-armed only when it fires.

use std::{
    future::{Future, poll_fn},
    pin::Pin,
    task::{Context, Poll, ready},
};

use tokio::time::{Instant, Sleep, sleep_until};

/// The guarded future took too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TimedOut;

/// A reusable time-out.
#[derive(Debug, Default)]
pub(crate) struct Deadline {
    timer: Option<Pin<Box<Sleep>>>,
}

impl Deadline {
    /// Ready once `end` has passed.
    pub(crate) fn poll_passed(&mut self, context: &mut Context<'_>, end: Instant) -> Poll<()> {
        let timer = self.timer.get_or_insert_with(|| Box::pin(sleep_until(end)));
        if timer.deadline() > end {
            timer.as_mut().reset(end);
        }
        // A timer left from an earlier request fires too early: then, and only then, it is set anew.
        loop {
            ready!(timer.as_mut().poll(context));
            if Instant::now() >= end {
                return Poll::Ready(());
            }
            timer.as_mut().reset(end);
        }
    }

    /// Runs `work` until `end` at most.
    ///
    /// # Errors
    /// [`TimedOut`] when it does not end in time; it is dropped by the caller.
    pub(crate) fn guard<T>(
        &mut self,
        end: Instant,
        mut work: Pin<&mut impl Future<Output = T>>,
    ) -> impl Future<Output = Result<T, TimedOut>> {
        poll_fn(move |context| {
            if let Poll::Ready(result) = work.as_mut().poll(context) {
                return Poll::Ready(Ok(result));
            }
            self.poll_passed(context, end).map(|()| Err(TimedOut))
        })
    }
}

#[cfg(test)]
mod tests;
