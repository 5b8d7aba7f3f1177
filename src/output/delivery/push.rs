//! What happens to one push: its batches one after the other, each until something is decided about it.

use super::{
    Delivery, answer::Verdict, backoff::Backoff, feed::Push, given_up, is_past, now_ms, set_aside::Reason,
    transport::Frozen,
};
use crate::output::Batch;

/// A fault that may be the receiver's or the batch's is looked into after so many attempts.
const SICK_ATTEMPTS: u32 = 6;
/// A single sample is not believed to be too large before so many attempts: a proxy may refuse everything for a while.
const TOO_LARGE_ATTEMPTS: u32 = 6;
/// Halvings that may be spent on finding the bad samples of one batch: enough for one among 2,000, three times over.
const SEARCH_BUDGET: u32 = 33;
/// A receiver that turns out to be another more often than this, without taking a push, only wants to be left alone.
const MOST_STRANGERS: u32 = 3;

/// What became of a push.
pub(super) enum Carried {
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

/// What became of one request.
enum Fate {
    Taken,
    Partly {
        rejected: u64,
        why: String,
    },
    TooLarge(String),
    /// A part of it may be taken.
    Refused(String),
    /// No part of it will be.
    Hopeless(String),
    GivenUp,
    Stranger(String),
}

impl Delivery {
    /// Carries a push to its end. Batches that an earlier process settled are left out.
    pub(super) async fn carry_push(&mut self, push: Push) -> Carried {
        self.at_ms = push.end_ms;
        let before = self.ledger.borrow().account.clone();
        let mut batches = push.batches.into_iter().skip(self.checkpoint.settled);
        while let Some(batch) = batches.next() {
            let samples = batch.samples();
            self.ledger.borrow_mut().account.sent += samples;
            match self.settle(batch).await {
                Settled::Done { acknowledged } => {
                    self.ledger.borrow_mut().account.acknowledged += acknowledged;
                    self.checkpoint.settled += 1;
                }
                Settled::GivenUp => {
                    let behind = batches.map(|batch| batch.samples()).sum::<u64>();
                    let mut ledger = self.ledger.borrow_mut();
                    ledger.account.sent += behind;
                    ledger.undelivered(samples + behind, push.on_disk);
                    return Carried::GivenUp;
                }
                Settled::Stranger(why) => {
                    let mut ledger = self.ledger.borrow_mut();
                    ledger.failed(&why, self.at_ms, now_ms());
                    // All of it is encoded, sent and counted anew.
                    ledger.undo(before);
                    self.transport.distrust();
                    (self.met, self.checkpoint.settled) = (false, 0);
                    return Carried::Stranger;
                }
            }
        }
        (self.checkpoint.position, self.checkpoint.settled) = (Some(push.position), 0);
        (self.resumed, self.strangers) = (false, 0);
        let unread = self.feed.unread_bytes();
        self.ledger.borrow_mut().pushed(unread, push.end_ms);
        self.write_standing();
        Carried::Whole
    }

    /// Carries a batch and, where it must be halved, its halves.
    async fn settle(&mut self, batch: Batch) -> Settled {
        let before = self.ledger.borrow().account.clone();
        let first_aside = self.set_aside.next();
        let mut waiting = vec![(batch, false)];
        let (mut acknowledged, mut budget) = (0, SEARCH_BUDGET);
        while let Some((batch, suspect)) = waiting.pop() {
            let frozen = self.transport.freeze(batch);
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
                Fate::Hopeless(why) => self.put_aside(&frozen.batch, &why),
                Fate::GivenUp => {
                    // Half of a search is none: all of the batch is kept, and searched anew.
                    self.ledger.borrow_mut().undo_refusals(before);
                    self.set_aside.forget_from(first_aside);
                    return Settled::GivenUp;
                }
                Fate::Stranger(why) => return Settled::Stranger(why),
            }
        }
        Settled::Done { acknowledged }
    }

    /// Carries one batch until something is decided about it. A `suspect` is a half of one that was refused.
    async fn carry(&mut self, frozen: &Frozen, suspect: bool) -> Fate {
        let mut backoff = Backoff::default();
        let (mut unanswered, mut sick, mut too_large) = (self.resumed, 0, 0);
        loop {
            if is_past(self.progress.borrow().give_up) {
                return Fate::GivenUp;
            }
            let began_ms = now_ms();
            let verdict = tokio::select! {
                verdict = self.transport.carry(frozen, unanswered) => verdict,
                () = given_up(&self.progress) => return Fate::GivenUp,
            };
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
                Verdict::TooLarge(why) => {
                    too_large += 1;
                    if frozen.batch.can_be_halved() || too_large >= TOO_LARGE_ATTEMPTS {
                        return Fate::TooLarge(why);
                    }
                    (backoff.pause(None), why)
                }
                Verdict::Poison(why) => return Fate::Refused(why),
                Verdict::TooOld(why) => return Fate::Hopeless(why),
                Verdict::Stranger(why) if self.strangers < MOST_STRANGERS => {
                    self.strangers += 1;
                    return Fate::Stranger(why);
                }
                Verdict::Unanswered(why) => {
                    unanswered = true;
                    (backoff.pause(None), why)
                }
                Verdict::Again { pause, why } => (backoff.pause(pause), why),
                Verdict::Stranger(why) | Verdict::Hold(why) => (backoff.long_pause(), why),
                Verdict::Sick(why) => {
                    sick += 1;
                    if suspect || sick >= SICK_ATTEMPTS {
                        let met = tokio::select! {
                            met = self.transport.meet(self.at_ms) => met,
                            () = given_up(&self.progress) => return Fate::GivenUp,
                        };
                        if let Ok(introduction) = met {
                            let known = self.ledger.borrow().knows(introduction.as_ref());
                            return if known { Fate::Refused(why) } else { Fate::Stranger(why) };
                        }
                    }
                    (backoff.pause(None), why)
                }
            };
            self.ledger.borrow_mut().failed(&why, self.at_ms, began_ms);
            if !self.rest(pause).await {
                return Fate::GivenUp;
            }
        }
    }

    /// Something was taken. After an outage the receiver may be another: it is asked again.
    fn taken(&mut self) {
        if self.ledger.borrow_mut().recovered() {
            self.met = false;
        }
    }

    fn put_aside(&mut self, batch: &Batch, why: &str) {
        let dialect = self.ledger.borrow().introduction();
        let reason = Reason { at_ms: self.at_ms, samples: batch.samples(), answer: why.to_owned(), dialect };
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
}
