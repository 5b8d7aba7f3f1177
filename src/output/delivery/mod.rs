//! Delivery, once for all sinks: pushes of a feed are carried one after the other, repeated until they are taken,
//! halved where they are too large or hold a bad sample, and accounted for.
//!
//! ```text
//!  feed ─▶ push ─▶ batch ─▶ freeze ─▶ carry ─┬─ taken ──────────▶ position written down, next
//!            ▲                 ▲  ▲          ├─ again, sick, hold ▶ pause, the same bytes again
//!            │                 │  └──────────┼─ too large, poison ▶ halves; what can't be halved is set aside
//!            └── encode anew ──┼─────────────┴─ stranger ────────▶ meet the receiver, go back to the last position
//! ```
//!
//! Start with [`Delivery::run`]; `push.rs` has what happens to one push.

pub mod answer;
mod backoff;
pub mod checkpoint;
pub mod feed;
pub mod file;
mod push;
pub mod record_feed;
mod set_aside;
mod stats;
mod transport;
pub mod unwritten;

use std::time::{Duration, SystemTime};

use tokio::{
    sync::watch,
    task::yield_now,
    time::{Instant, sleep, sleep_until},
};

use self::{
    answer::Verdict,
    backoff::Backoff,
    checkpoint::{Checkpoint, CheckpointFile},
    feed::{Feed, FeedError, Push},
    push::Carried,
    set_aside::SetAside,
    transport::Unmet,
};
pub use self::{
    stats::{DeliveryStats, SharedDeliveryStats},
    transport::{HttpTransport, Transport},
};
use super::Batch;

/// What is left is counted for so long; the run ends on time.
const COUNTING: Duration = Duration::from_secs(5);
/// The receiver may turn out to be another so often while the end of the run is marked.
const FAREWELLS: u32 = 3;

/// How the run stands; sinks wait on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    /// Grows whenever the logs have grown.
    pub turn: u64,
    /// Once the run is over: until when to try.
    pub give_up: Option<Instant>,
}

/// One sink at work.
pub struct Delivery {
    transport: Transport,
    feed: Box<dyn Feed>,
    ledger: SharedDeliveryStats,
    progress: watch::Receiver<Progress>,
    checkpoint: Checkpoint,
    file: CheckpointFile,
    set_aside: SetAside,
    /// Whether what is delivered next may have been delivered by an earlier process.
    resumed: bool,
    /// Whether the receiver is known.
    met: bool,
    /// Bytes of the smallest request that was too large, since the receiver was met.
    too_large: usize,
    /// How often the receiver was not what it was taken for, since it last took a whole push.
    strangers: u32,
    /// Time of what is delivered next, Unix milliseconds.
    at_ms: i64,
}

impl Delivery {
    /// A delivery that goes on from a checkpoint; `resumed` when an earlier process left it. `at_ms` is the time of the
    /// first sample, Unix milliseconds.
    ///
    /// # Errors
    /// When the log can't be read.
    pub fn new(
        transport: Transport,
        mut feed: Box<dyn Feed>,
        (checkpoint, file, resumed): (Checkpoint, CheckpointFile, bool),
        progress: watch::Receiver<Progress>,
        at_ms: i64,
    ) -> Result<Self, FeedError> {
        if checkpoint.position.is_some() {
            feed.rewind(checkpoint.position)?;
        }
        let ledger = DeliveryStats::shared(checkpoint.account.clone());
        let set_aside = SetAside::new(file.stem());
        let mut delivery = Self {
            transport,
            feed,
            ledger,
            progress,
            checkpoint,
            file,
            set_aside,
            resumed,
            met: false,
            too_large: usize::MAX,
            strangers: 0,
            at_ms,
        };
        delivery.write_standing();
        Ok(delivery)
    }

    /// The account and what is to be told, live.
    #[must_use]
    pub fn ledger(&self) -> SharedDeliveryStats {
        self.ledger.clone()
    }

    /// Delivers until the log has ended or the time to give up has come.
    pub async fn run(mut self) {
        let ended = self.deliver().await;
        self.ledger.borrow_mut().close(ended.err().map(|error| error.to_string()));
        self.write_standing();
    }

    async fn deliver(&mut self) -> Result<(), FeedError> {
        self.offer_again().await;
        if self.checkpoint.ended {
            return Ok(());
        }
        let mut backoff = Backoff::default();
        loop {
            let over = self.progress.borrow_and_update().give_up.is_some() || self.progress.has_changed().is_err();
            if !self.met && !self.meet().await {
                return self.count_rest().await;
            }
            let next = self.feed.next(over);
            self.ledger.borrow_mut().read_up_to = self.feed.read_up_to();
            match next {
                Err(error) if error.is_passed() => self.ledger.borrow_mut().unreadable(&error.to_string()),
                // Out of descriptors, a disk that hiccups: the log is still there.
                Err(error) => {
                    self.ledger.borrow_mut().failed(&error.to_string(), self.at_ms, now_ms());
                    if !self.rest(backoff.pause(None)).await {
                        return Err(error);
                    }
                }
                Ok(Some(push)) => match self.carry_push(push).await {
                    Carried::Whole => {
                        backoff = Backoff::default();
                        // Others live on this thread: a backlog that goes into a file never waits by itself.
                        yield_now().await;
                    }
                    Carried::GivenUp => return self.count_rest().await,
                    Carried::Stranger => {
                        if !self.rest(backoff.pause(None)).await {
                            self.feed.rewind(self.checkpoint.position)?;
                            return self.count_rest().await;
                        }
                        self.feed.rewind(self.checkpoint.position)?;
                    }
                },
                Ok(None) if over => break,
                // An error here means that the run's side is gone; the next turn sees it and delivers what there is.
                Ok(None) => drop(self.progress.changed().await),
            }
        }
        self.say_farewell().await;
        Ok(())
    }

    /// Marks the end of the run, once. What can't be delivered of it is counted; there is nothing behind it.
    async fn say_farewell(&mut self) {
        for _ in 0..FAREWELLS {
            let batches = self.feed.farewell();
            let Some(position) = self.checkpoint.position else { break };
            let farewell = Push { batches, end_ms: self.at_ms, position, on_disk: true };
            if farewell.batches.is_empty() || (!self.met && !self.meet().await) {
                break;
            }
            match self.carry_push(farewell).await {
                Carried::Whole => break,
                Carried::GivenUp => return,
                Carried::Stranger => {}
            }
        }
        self.checkpoint.ended = true;
    }

    /// Gets to know the receiver; false when the time to give up has come first.
    async fn meet(&mut self) -> bool {
        let mut backoff = Backoff::default();
        self.too_large = usize::MAX;
        loop {
            let began_ms = now_ms();
            let asked = tokio::select! {
                asked = self.transport.meet(self.at_ms) => asked,
                () = given_up(&self.progress) => return false,
            };
            match asked {
                Ok(introduction) => {
                    self.met = true;
                    self.ledger.borrow_mut().met(introduction);
                    return true;
                }
                Err(Unmet { why, pause }) => {
                    self.ledger.borrow_mut().failed(&why, self.at_ms, began_ms);
                    if !self.rest(backoff.pause(pause)).await {
                        return false;
                    }
                }
            }
        }
    }

    /// Pauses; false when the time to give up has come.
    async fn rest(&self, pause: Duration) -> bool {
        tokio::select! {
            () = sleep(pause) => !is_past(self.progress.borrow().give_up),
            () = given_up(&self.progress) => false,
        }
    }

    /// Offers what an earlier process set aside once more, in the words that it was set aside in.
    async fn offer_again(&mut self) {
        for (path, reason, batch) in self.set_aside.all() {
            if !self.met && !self.meet().await {
                return;
            }
            if !self.ledger.borrow().knows(reason.dialect.as_ref()) {
                continue;
            }
            let samples = batch.samples();
            let frozen = self.transport.freeze(batch);
            let verdict = tokio::select! {
                verdict = self.transport.carry(&frozen, false) => verdict,
                () = given_up(&self.progress) => return,
            };
            if let Verdict::Taken | Verdict::Remarked(_) = verdict
                && set_aside::remove(&path).is_ok()
            {
                let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                self.ledger.borrow_mut().taken_after_all(&name, samples);
            }
        }
    }

    /// Counts what stays in the log.
    async fn count_rest(&mut self) -> Result<(), FeedError> {
        let until = Instant::now() + COUNTING;
        loop {
            match self.feed.next(true) {
                Ok(Some(push)) => {
                    let samples = push.batches.iter().map(Batch::samples).sum::<u64>();
                    let mut ledger = self.ledger.borrow_mut();
                    ledger.account.sent += samples;
                    ledger.undelivered(samples, push.on_disk);
                }
                Ok(None) => return Ok(()),
                Err(error) if error.is_passed() => self.ledger.borrow_mut().unreadable(&error.to_string()),
                Err(error) => return Err(error),
            }
            yield_now().await;
            if Instant::now() > until {
                let why = format!("more than is counted here is kept: {} bytes of the log", self.feed.unread_bytes());
                self.ledger.borrow_mut().account.last_error = Some(why);
                return Ok(());
            }
        }
    }

    /// Writes down how far was delivered; only what is written down may be forgotten by others.
    fn write_standing(&mut self) {
        self.checkpoint.account = self.ledger.borrow().account.clone();
        self.checkpoint.file_length = self.transport.written().unwrap_or(0);
        match self.file.write(&self.checkpoint) {
            Ok(()) => self.ledger.borrow_mut().position = self.checkpoint.position,
            Err(error) => {
                let why = format!("{}: {error}", self.file.path().display());
                self.ledger.borrow_mut().account.last_error = Some(why);
            }
        }
    }
}

/// Waits for the time to give up, which is set when the run ends and may be brought forward after that.
async fn given_up(progress: &watch::Receiver<Progress>) {
    let mut progress = progress.clone();
    loop {
        let at = progress.borrow_and_update().give_up;
        let changed = async {
            if progress.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        };
        match at {
            Some(at) => tokio::select! {
                () = sleep_until(at) => return,
                () = changed => {}
            },
            None => changed.await,
        }
    }
}

fn is_past(give_up: Option<Instant>) -> bool {
    give_up.is_some_and(|at| at <= Instant::now())
}

/// Now, Unix milliseconds.
pub(super) fn now_ms() -> i64 {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(now.as_millis()).unwrap_or(i64::MAX)
}
