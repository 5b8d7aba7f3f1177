//! Delivery, once for all outputs: pushes of a feed are sent one after the other, retried until they are accepted, halved
//! where they are too large or hold a bad sample, and counted.
//!
//! ```text
//!  feed ─▶ push ─▶ batch ─▶ freeze ─▶ send ─┬─ accepted ─────────────────────────────▶ write checkpoint, next
//!            ▲                ▲  ▲          ├─ retryable, server error, misconfigured ▶ pause, the same bytes again
//!            │                │  └──────────┼─ too large, rejected ───────────────────▶ halves; the last are dead letters
//!            └── encode anew ─┼─────────────┴─ protocol mismatch ─────────────────────▶ probe, rewind to the checkpoint
//! ```
//!
//! Start with [`Delivery::run`]; `sender.rs` has what happens to one push.

mod answer;
mod backoff;
pub(crate) mod checkpoint;
pub(crate) mod client;
mod dead_letter;
pub(crate) mod feed;
pub(crate) mod file;
pub(crate) mod progress;
pub(crate) mod record_feed;
mod sender;
pub(crate) mod state;
pub(crate) mod stats;
pub(crate) mod transport;
mod tunnel;
pub(crate) mod unwritten;

use std::time::Duration;

use tokio::{sync::watch, task::yield_now, time::Instant};

use self::{
    backoff::Backoff,
    checkpoint::{Checkpoint, CheckpointFile},
    feed::{Feed, FeedError, Push, SampleCounter},
    progress::Progress,
    sender::{PushResult, Sender},
    state::{DeliveryState, SharedDeliveryState},
    transport::Transport,
};
use super::batch::Batch;
use crate::units::show_several;

/// What is left is counted for so long; the run ends on time.
const COUNTING: Duration = Duration::from_secs(5);
/// Protocol mismatches that are put up with while the end of the run is marked.
const FINAL_ATTEMPTS: u32 = 3;

/// The delivery of one output.
pub(crate) struct Delivery {
    feed: Box<dyn Feed>,
    sender: Sender,
    state: SharedDeliveryState,
    progress: watch::Receiver<Progress>,
}

impl Delivery {
    /// A delivery that goes on from a checkpoint; `resumed` when an earlier process left it. `at_ms` is the time of the
    /// first sample, Unix milliseconds.
    ///
    /// # Errors
    /// When the log can't be read.
    pub(crate) fn new(
        transport: Transport,
        mut feed: Box<dyn Feed>,
        (checkpoint, file, resumed): (Checkpoint, CheckpointFile, bool),
        progress: watch::Receiver<Progress>,
        at_ms: i64,
    ) -> Result<Self, FeedError> {
        if checkpoint.position.is_some() {
            feed.rewind(checkpoint.position)?;
        }
        let state = DeliveryState::shared(checkpoint);
        let mut sender = Sender::new(transport, state.clone(), (file, resumed), progress.clone(), at_ms);
        sender.write_checkpoint();
        Ok(Self { feed, sender, state, progress })
    }

    /// Checkpoint and notices, live.
    #[must_use]
    pub(crate) fn state(&self) -> SharedDeliveryState {
        self.state.clone()
    }

    /// What counts the samples of records, where records are delivered.
    #[must_use]
    pub(crate) fn sample_counter(&self) -> Option<SampleCounter> {
        self.feed.sample_counter()
    }

    /// Delivers until the log has ended or the deadline has come.
    pub(crate) async fn run(mut self) {
        let ended = self.deliver().await;
        self.state.borrow_mut().close(ended.err().map(|error| error.to_string()));
        self.sender.write_checkpoint();
    }

    async fn deliver(&mut self) -> Result<(), FeedError> {
        self.sender.send_dead_letters().await;
        if self.state.borrow().checkpoint.ended {
            return Ok(());
        }
        let mut backoff = Backoff::default();
        loop {
            let over = self.progress.borrow_and_update().give_up.is_some() || self.progress.has_changed().is_err();
            if !self.sender.probe().await {
                return self.count_rest().await;
            }
            let next = self.feed.next(over);
            self.state.borrow_mut().read_up_to = self.feed.read_up_to();
            match next {
                Err(error) if error.is_passed() => self.state.borrow_mut().unreadable(&error.to_string()),
                // Out of descriptors, a disk that hiccups: the log is still there.
                Err(error) => {
                    let now = super::clock::now_ms();
                    self.state.borrow_mut().failed(&error.to_string(), self.sender.at_ms(), now, false);
                    if !self.sender.rest(backoff.pause(None)).await {
                        return Err(error);
                    }
                }
                Ok(Some(push)) => match self.send(push).await {
                    PushResult::Delivered => {
                        backoff = Backoff::default();
                        // Others live on this thread: a backlog that goes into a file never waits by itself.
                        yield_now().await;
                    }
                    PushResult::GivenUp => return self.count_rest().await,
                    PushResult::ProtocolMismatch => {
                        let goes_on = self.sender.rest(backoff.pause(None)).await;
                        let position = self.state.borrow().checkpoint.position;
                        self.feed.rewind(position)?;
                        if !goes_on {
                            return self.count_rest().await;
                        }
                    }
                },
                Ok(None) if over => break,
                // An error here means that the run's side is gone; the next turn sees it and delivers what there is.
                Ok(None) => drop(self.progress.changed().await),
            }
        }
        self.send_final_batches().await;
        Ok(())
    }

    async fn send(&mut self, push: Push) -> PushResult {
        let end_ms = push.end_ms;
        let result = self.sender.send_push(push).await;
        if let PushResult::Delivered = result {
            self.state.borrow_mut().pushed(self.feed.unread_bytes(), end_ms);
        }
        result
    }

    /// Marks the end of the run, once. What can't be delivered of it is counted; there is nothing behind it.
    async fn send_final_batches(&mut self) {
        for _ in 0..FINAL_ATTEMPTS {
            let batches = self.feed.final_batches();
            let Some(position) = self.state.borrow().checkpoint.position else { break };
            let push = Push { batches, end_ms: self.sender.at_ms(), position, on_disk: true };
            if push.batches.is_empty() || !self.sender.probe().await {
                break;
            }
            match self.send(push).await {
                PushResult::Delivered => break,
                PushResult::GivenUp => return,
                PushResult::ProtocolMismatch => {}
            }
        }
        self.state.borrow_mut().checkpoint.ended = true;
    }

    /// Counts what stays in the log.
    async fn count_rest(&mut self) -> Result<(), FeedError> {
        let until = Instant::now() + COUNTING;
        loop {
            match self.feed.next(true) {
                Ok(Some(push)) => {
                    let samples = push.batches.iter().map(Batch::samples).sum::<u64>();
                    let mut state = self.state.borrow_mut();
                    state.stats_mut().sent += samples;
                    state.undelivered(samples, push.on_disk);
                }
                Ok(None) => return Ok(()),
                Err(error) if error.is_passed() => self.state.borrow_mut().unreadable(&error.to_string()),
                Err(error) => return Err(error),
            }
            yield_now().await;
            if Instant::now() > until {
                let reason = format!(
                    "{} of the log not delivered; their samples are not counted",
                    show_several(self.feed.unread_bytes(), "more byte")
                );
                self.state.borrow_mut().stats_mut().last_error = Some(reason);
                return Ok(());
            }
        }
    }
}
