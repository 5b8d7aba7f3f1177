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
//! Start with [`Delivery::run`].

pub mod answer;
mod backoff;
mod courier;
pub mod feed;
pub mod file;
mod ledger;
pub mod record_feed;
mod set_aside;
pub mod state;
pub mod unwritten;

use std::time::{Duration, SystemTime};

use tokio::{
    sync::watch,
    time::{Instant, sleep, sleep_until},
};

use self::{
    answer::Verdict,
    backoff::Backoff,
    courier::{Frozen, Unmet},
    feed::{Feed, FeedError, Push},
    set_aside::{Reason, SetAside},
    state::{Standing, StandingFile},
};
pub use self::{
    courier::{Courier, HttpCourier},
    ledger::{Ledger, SharedLedger},
};
use super::Batch;

/// A fault that may be the receiver's or the batch's is looked into after so many attempts.
const SICK_ATTEMPTS: u32 = 6;
/// Halvings that may be spent on finding the bad samples of one batch: enough for one among 2,000, three times over.
const SEARCH_BUDGET: u32 = 33;
/// A receiver that turns out to be another more often than this, without taking anything, refuses.
const MOST_STRANGERS: u32 = 3;

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
    courier: Courier,
    feed: Box<dyn Feed>,
    ledger: SharedLedger,
    progress: watch::Receiver<Progress>,
    standing: Standing,
    file: StandingFile,
    set_aside: SetAside,
    /// Whether what is delivered next may have been delivered by an earlier process.
    resumed: bool,
    /// Whether the receiver is known.
    met: bool,
    /// Bytes of the smallest request that was too large.
    too_large: usize,
    /// How often the receiver was not what it was taken for, since it last took something.
    strangers: u32,
    /// Time of what is delivered next, Unix milliseconds.
    at_ms: i64,
}

/// What became of a batch.
enum Fate {
    Taken,
    Partly { rejected: u64, why: String },
    TooLarge(String),
    Refused(String),
    GivenUp,
    Stranger(String),
}

/// What became of a push.
enum Carried {
    Whole,
    GivenUp,
    Stranger,
}

/// What became of a batch, all its halves together.
enum Settled {
    Done { acknowledged: u64 },
    GivenUp,
    Stranger(String),
}

impl Delivery {
    /// A delivery that goes on from a standing. `at_ms` is the time of the first sample, Unix milliseconds.
    ///
    /// # Errors
    /// When the log can't be read.
    pub fn new(
        courier: Courier,
        mut feed: Box<dyn Feed>,
        (standing, file): (Standing, StandingFile),
        progress: watch::Receiver<Progress>,
        at_ms: i64,
    ) -> Result<Self, FeedError> {
        let resumed = standing.position.is_some();
        if resumed {
            feed.rewind(standing.position)?;
        }
        let ledger = Ledger::shared(standing.account.clone());
        let set_aside = SetAside::new(file.stem());
        let mut delivery = Self {
            courier,
            feed,
            ledger,
            progress,
            standing,
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
    pub fn ledger(&self) -> SharedLedger {
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
        loop {
            let over = self.progress.borrow_and_update().give_up.is_some() || self.progress.has_changed().is_err();
            if !self.met && !self.meet().await {
                return self.count_rest();
            }
            let next = self.feed.next(over);
            self.ledger.borrow_mut().read_up_to = self.feed.read_up_to();
            let next = match next {
                Err(error) if error.is_passed() => {
                    self.ledger.borrow_mut().unreadable(&error.to_string());
                    continue;
                }
                next => next?,
            };
            match next {
                Some(push) => match self.carry_push(push).await {
                    Carried::Whole => {
                        let unread = self.feed.unread_bytes();
                        self.ledger.borrow_mut().pushed(self.standing.position, unread);
                    }
                    Carried::GivenUp => return self.count_rest(),
                    Carried::Stranger => self.feed.rewind(self.standing.position)?,
                },
                None if over => break,
                // An error here means that the run's side is gone; the next turn sees it and delivers what there is.
                None => drop(self.progress.changed().await),
            }
        }
        let batches = self.feed.farewell();
        if let (false, Some(position)) = (batches.is_empty(), self.standing.position) {
            // What is left of it is counted; there is nothing behind it.
            self.carry_push(Push { batches, end_ms: self.at_ms, position, on_disk: true }).await;
        }
        Ok(())
    }

    /// Gets to know the receiver; false when the time to give up has come first.
    async fn meet(&mut self) -> bool {
        let mut backoff = Backoff::default();
        loop {
            let asked = tokio::select! {
                asked = self.courier.meet(self.at_ms) => asked,
                () = given_up(&self.progress) => return false,
            };
            match asked {
                Ok(introduction) => {
                    self.met = true;
                    self.ledger.borrow_mut().met(introduction);
                    return true;
                }
                Err(Unmet { why, pause }) => {
                    self.ledger.borrow_mut().failed(&why, self.at_ms);
                    if !self.rest(backoff.pause(pause)).await {
                        return false;
                    }
                }
            }
        }
    }

    /// Carries a push to its end, one batch after the other. Those that an earlier process settled are left out.
    async fn carry_push(&mut self, push: Push) -> Carried {
        self.at_ms = push.end_ms;
        let before = self.ledger.borrow().account.clone();
        let on_disk = push.on_disk;
        let mut batches = push.batches.into_iter().skip(self.standing.settled);
        while let Some(batch) = batches.next() {
            let samples = batch.samples();
            self.ledger.borrow_mut().account.sent += samples;
            match self.settle(batch).await {
                Settled::Done { acknowledged } => {
                    self.ledger.borrow_mut().account.acknowledged += acknowledged;
                    self.standing.settled += 1;
                }
                Settled::GivenUp => {
                    let behind = batches.map(|batch| batch.samples()).sum::<u64>();
                    let mut ledger = self.ledger.borrow_mut();
                    ledger.account.sent += behind;
                    ledger.undelivered(samples + behind, on_disk);
                    return Carried::GivenUp;
                }
                Settled::Stranger(why) => {
                    let mut ledger = self.ledger.borrow_mut();
                    ledger.failed(&why, self.at_ms);
                    // All of it is encoded, sent and counted anew.
                    (ledger.account.sent, ledger.account.acknowledged) = (before.sent, before.acknowledged);
                    (self.met, self.standing.settled) = (false, 0);
                    return Carried::Stranger;
                }
            }
        }
        (self.standing.position, self.standing.settled, self.resumed) = (Some(push.position), 0, false);
        self.write_standing();
        Carried::Whole
    }

    /// Carries a batch and, where it must be halved, its halves.
    async fn settle(&mut self, batch: Batch) -> Settled {
        let mut waiting = vec![(batch, false)];
        let (mut acknowledged, mut budget) = (0, SEARCH_BUDGET);
        while let Some((batch, suspect)) = waiting.pop() {
            let frozen = self.courier.freeze(batch);
            let samples = frozen.batch.samples();
            let splits = frozen.length() >= self.too_large && frozen.batch.can_be_halved();
            let fate = if splits { Fate::TooLarge(String::new()) } else { self.carry(&frozen, suspect).await };
            match fate {
                Fate::Taken => acknowledged += samples,
                Fate::Partly { rejected, why } => {
                    let rejected = rejected.min(samples);
                    self.ledger.borrow_mut().refused(rejected, &why, None);
                    acknowledged += samples - rejected;
                }
                Fate::TooLarge(why) => match frozen.batch.halves() {
                    Some((first, second)) => {
                        self.too_large = self.too_large.min(frozen.length());
                        waiting.extend([(second, suspect), (first, suspect)]);
                    }
                    None => self.put_aside(&frozen.batch, &why),
                },
                Fate::Refused(why) => match frozen.batch.halves().filter(|_| budget > 0) {
                    Some((first, second)) => {
                        budget -= 1;
                        waiting.extend([(second, true), (first, true)]);
                    }
                    None => self.put_aside(&frozen.batch, &why),
                },
                Fate::GivenUp => return Settled::GivenUp,
                Fate::Stranger(why) => return Settled::Stranger(why),
            }
        }
        Settled::Done { acknowledged }
    }

    /// Carries one batch until something is decided about it.
    async fn carry(&mut self, frozen: &Frozen, suspect: bool) -> Fate {
        let mut backoff = Backoff::default();
        let (mut repeated, mut sick) = (self.resumed, 0);
        loop {
            if is_past(self.progress.borrow().give_up) {
                return Fate::GivenUp;
            }
            let verdict = tokio::select! {
                verdict = self.courier.carry(frozen, repeated) => verdict,
                () = given_up(&self.progress) => return Fate::GivenUp,
            };
            repeated = true;
            let (pause, why) = match verdict {
                Verdict::Taken => {
                    self.taken();
                    return Fate::Taken;
                }
                Verdict::Remarked(remark) => {
                    self.taken();
                    self.ledger.borrow_mut().remarked(&remark);
                    return Fate::Taken;
                }
                Verdict::Partly { rejected, why } => {
                    self.taken();
                    return Fate::Partly { rejected, why };
                }
                Verdict::TooLarge(why) => return Fate::TooLarge(why),
                Verdict::Poison(why) => return Fate::Refused(why),
                Verdict::Stranger(why) => {
                    self.strangers += 1;
                    // One who says so again and again is not unknown, but unwilling.
                    return if self.strangers > MOST_STRANGERS { Fate::Refused(why) } else { Fate::Stranger(why) };
                }
                Verdict::Again { pause, why } => (backoff.pause(pause), why),
                Verdict::Hold(why) => (backoff.long_pause(), why),
                Verdict::Sick(why) => {
                    sick += 1;
                    if (suspect || sick >= SICK_ATTEMPTS)
                        && let Ok(introduction) = self.courier.meet(self.at_ms).await
                    {
                        let known = self.ledger.borrow().knows(introduction.as_ref());
                        return if known { Fate::Refused(why) } else { Fate::Stranger(why) };
                    }
                    (backoff.pause(None), why)
                }
            };
            self.ledger.borrow_mut().failed(&why, self.at_ms);
            if !self.rest(pause).await {
                return Fate::GivenUp;
            }
        }
    }

    /// Something was taken. After an outage the receiver may be another: it is asked again.
    fn taken(&mut self) {
        self.strangers = 0;
        if self.ledger.borrow_mut().recovered() {
            self.met = false;
        }
    }

    /// Pauses; false when the time to give up has come.
    async fn rest(&self, pause: Duration) -> bool {
        tokio::select! {
            () = sleep(pause) => true,
            () = given_up(&self.progress) => false,
        }
    }

    fn put_aside(&mut self, batch: &Batch, why: &str) {
        let reason = Reason { at_ms: self.at_ms, samples: batch.samples(), answer: why.to_owned() };
        let kept = self.set_aside.put(batch, &reason);
        let mut ledger = self.ledger.borrow_mut();
        match kept {
            Ok(name) => ledger.refused(batch.samples(), why, name),
            Err(error) => {
                let why = format!("{why} (and it could not be set aside: {error})");
                ledger.refused(batch.samples(), &why, None);
            }
        }
    }

    /// Offers what an earlier process set aside once more.
    async fn offer_again(&mut self) {
        let Ok(aside) = self.set_aside.all() else { return };
        for (path, batch) in aside {
            if !self.met && !self.meet().await {
                return;
            }
            let samples = batch.samples();
            let frozen = self.courier.freeze(batch);
            if let Verdict::Taken | Verdict::Remarked(_) = self.courier.carry(&frozen, true).await
                && set_aside::remove(&path).is_ok()
            {
                let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                self.ledger.borrow_mut().taken_after_all(&name, samples);
            }
        }
    }

    /// Counts what stays in the log.
    fn count_rest(&mut self) -> Result<(), FeedError> {
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
        }
    }

    fn write_standing(&mut self) {
        self.standing.account = self.ledger.borrow().account.clone();
        self.standing.file_length = self.courier.written().unwrap_or(0);
        if let Err(error) = self.file.write(&self.standing) {
            let why = format!("{}: {error}", self.file.path().display());
            self.ledger.borrow_mut().account.last_error = Some(why);
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
fn now_ms() -> i64 {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(now.as_millis()).unwrap_or(i64::MAX)
}
