//! Sends pushes: their batches one after the other, each until it is settled.

use std::time::Duration;

use tokio::{sync::watch, time::sleep};

use super::{
    backoff::Backoff,
    checkpoint::CheckpointFile,
    dead_letter::{self, DeadLetters, Reason},
    feed::Push,
    progress::{Progress, given_up, load_ended},
    state::SharedDeliveryState,
    transport::{FrozenBatch, ProbeFailure, Transport},
};
use crate::output::{batch::Batch, clock::now_ms, receiver::response::ResponseClass};

/// A server error may be caused by the batch: that is examined after so many attempts.
const SERVER_ERROR_ATTEMPTS: u32 = 6;
/// A single sample is not believed to be too large before so many attempts: a proxy may refuse everything for a while.
const TOO_LARGE_ATTEMPTS: u32 = 6;
/// Halvings that may be spent on finding the bad samples of one batch: enough for one among 2,000, three times over.
const SEARCH_BUDGET: u32 = 33;
/// Halvings that every good part found adds: enough to search what is beside it.
const SEARCH_REFUND: u32 = 11;
/// Mismatches without a delivered push, past which the receiver is not probed again but retried slowly.
const MAX_MISMATCHES: u32 = 3;

/// What became of a push.
pub(super) enum PushResult {
    Delivered,
    GivenUp,
    ProtocolMismatch,
}

/// What became of a batch, all its halves together.
enum Settled {
    Done { acknowledged: u64 },
    GivenUp,
    ProtocolMismatch(String),
}

/// What became of one request.
enum RequestResult {
    Accepted,
    PartiallyAccepted {
        rejected: u64,
        reason: String,
        repeatable: bool,
    },
    TooLarge(String),
    /// A part of it may be accepted.
    Rejected(String),
    /// No part of it will be.
    RejectedWhole(String),
    GivenUp,
    ProtocolMismatch(String),
}

/// Sends to one receiver or file.
pub(super) struct Sender {
    transport: Transport,
    state: SharedDeliveryState,
    file: CheckpointFile,
    progress: watch::Receiver<Progress>,
    dead_letters: DeadLetters,
    /// Whether the next batch may have been delivered by an earlier process.
    resumed: bool,
    /// Whether the receiver's capabilities are known.
    probed: bool,
    /// Bytes of the smallest request that was too large, since the last probe.
    too_large: usize,
    /// Protocol mismatches since the last delivered push.
    mismatches: u32,
    /// Time of the next sample, Unix milliseconds.
    at_ms: i64,
}

impl Sender {
    /// A sender to a receiver that is not probed yet. `resumed`: an earlier process left the checkpoint.
    pub(super) fn new(
        transport: Transport,
        state: SharedDeliveryState,
        (file, resumed): (CheckpointFile, bool),
        progress: watch::Receiver<Progress>,
        at_ms: i64,
    ) -> Self {
        let dead_letters = DeadLetters::new(file.stem());
        Self {
            transport,
            state,
            file,
            progress,
            dead_letters,
            resumed,
            probed: false,
            too_large: usize::MAX,
            mismatches: 0,
            at_ms,
        }
    }

    pub(super) fn at_ms(&self) -> i64 {
        self.at_ms
    }

    /// Sends a push until all of it is settled. Batches that an earlier process settled are left out.
    pub(super) async fn send_push(&mut self, push: Push) -> PushResult {
        self.at_ms = push.end_ms;
        let before = self.state.borrow().stats().clone();
        let settled = self.state.borrow().checkpoint.settled;
        let mut batches = push.batches.into_iter().skip(settled);
        while let Some(batch) = batches.next() {
            let samples = batch.samples();
            self.state.borrow_mut().stats_mut().sent += samples;
            match self.settle(batch).await {
                Settled::Done { acknowledged } => {
                    let checkpoint = &mut self.state.borrow_mut().checkpoint;
                    checkpoint.stats.acknowledged += acknowledged;
                    checkpoint.settled += 1;
                }
                Settled::GivenUp => {
                    let behind = batches.map(|batch| batch.samples()).sum::<u64>();
                    let mut state = self.state.borrow_mut();
                    state.stats_mut().sent += behind;
                    state.undelivered(samples + behind, push.on_disk);
                    return PushResult::GivenUp;
                }
                Settled::ProtocolMismatch(reason) => {
                    let mut state = self.state.borrow_mut();
                    state.failed(&reason, self.at_ms, now_ms());
                    // All of it is encoded, sent and counted anew.
                    state.undo(before);
                    state.checkpoint.settled = 0;
                    self.transport.downgrade();
                    self.probed = false;
                    return PushResult::ProtocolMismatch;
                }
            }
        }
        (self.resumed, self.mismatches) = (false, 0);
        {
            let checkpoint = &mut self.state.borrow_mut().checkpoint;
            (checkpoint.position, checkpoint.settled) = (Some(push.position), 0);
        }
        self.write_checkpoint();
        PushResult::Delivered
    }

    /// Sends a batch and, where it must be halved, its halves.
    async fn settle(&mut self, batch: Batch) -> Settled {
        let before = self.state.borrow().stats().clone();
        let first_letter = self.dead_letters.next();
        let mut waiting = vec![(batch, false)];
        let (mut acknowledged, mut budget) = (0, SEARCH_BUDGET);
        while let Some((batch, suspect)) = waiting.pop() {
            let frozen = self.transport.freeze(batch);
            let samples = frozen.batch.samples();
            let splits = frozen.length() >= self.too_large && frozen.batch.can_be_halved();
            let result =
                if splits { RequestResult::TooLarge(String::new()) } else { self.request(&frozen, suspect).await };
            match result {
                RequestResult::Accepted => {
                    acknowledged += samples;
                    // A search that finds good samples goes on, so that none stays behind with a bad one.
                    budget += if suspect { SEARCH_REFUND } else { 0 };
                }
                RequestResult::PartiallyAccepted { rejected, reason, repeatable } => {
                    let rejected = rejected.min(samples);
                    if repeatable {
                        self.keep_dead_letter(&frozen.batch, rejected, &reason);
                    } else {
                        self.state.borrow_mut().rejected(rejected, &reason, None);
                    }
                    acknowledged += samples - rejected;
                }
                RequestResult::TooLarge(reason) => match frozen.batch.halves() {
                    Some((first, second)) => {
                        self.too_large = self.too_large.min(frozen.length());
                        waiting.extend([(second, suspect), (first, suspect)]);
                    }
                    None => self.keep_dead_letter(&frozen.batch, samples, &reason),
                },
                RequestResult::Rejected(reason) => match frozen.batch.halves().filter(|_| budget > 0) {
                    Some((first, second)) => {
                        budget -= 1;
                        waiting.extend([(second, true), (first, true)]);
                    }
                    None => self.keep_dead_letter(&frozen.batch, samples, &reason),
                },
                RequestResult::RejectedWhole(reason) => self.keep_dead_letter(&frozen.batch, samples, &reason),
                RequestResult::GivenUp => {
                    // An unfinished search counts for nothing: all of the batch is kept, and searched anew.
                    self.state.borrow_mut().undo_rejections(before);
                    self.dead_letters.forget_from(first_letter);
                    return Settled::GivenUp;
                }
                RequestResult::ProtocolMismatch(reason) => return Settled::ProtocolMismatch(reason),
            }
        }
        Settled::Done { acknowledged }
    }

    /// Sends one batch until it is settled. A `suspect` is a half of a rejected one.
    async fn request(&mut self, frozen: &FrozenBatch, suspect: bool) -> RequestResult {
        let mut backoff = Backoff::default();
        let (mut repeated, mut server_errors, mut too_large) = (self.resumed, 0, 0);
        loop {
            if self.progress.borrow().is_past() {
                return RequestResult::GivenUp;
            }
            let began_ms = now_ms();
            let class = tokio::select! {
                class = self.transport.send(frozen, repeated) => class,
                () = given_up(&self.progress) => return RequestResult::GivenUp,
            };
            let (pause, reason) = match class {
                ResponseClass::Accepted => {
                    self.on_accepted();
                    return RequestResult::Accepted;
                }
                ResponseClass::AcceptedWithWarning(warning) => {
                    self.on_accepted();
                    self.state.borrow_mut().warned(&warning);
                    return RequestResult::Accepted;
                }
                ResponseClass::PartiallyAccepted { rejected, reason, repeatable } => {
                    self.on_accepted();
                    return RequestResult::PartiallyAccepted { rejected, reason, repeatable };
                }
                ResponseClass::TooLarge(reason) => {
                    too_large += 1;
                    if frozen.batch.can_be_halved() || too_large >= TOO_LARGE_ATTEMPTS {
                        return RequestResult::TooLarge(reason);
                    }
                    (backoff.pause(None), reason)
                }
                ResponseClass::Rejected(reason) => return RequestResult::Rejected(reason),
                ResponseClass::TooOld(reason) => return RequestResult::RejectedWhole(reason),
                ResponseClass::ProtocolMismatch(reason) if self.mismatches < MAX_MISMATCHES => {
                    self.mismatches += 1;
                    return RequestResult::ProtocolMismatch(reason);
                }
                ResponseClass::NoResponse(reason) => {
                    repeated = true;
                    (backoff.pause(None), reason)
                }
                ResponseClass::Closed(reason) => {
                    self.state.borrow_mut().failed(&reason, self.at_ms, began_ms);
                    load_ended(&self.progress).await;
                    return RequestResult::GivenUp;
                }
                ResponseClass::Retryable { pause, reason } => (backoff.pause(pause), reason),
                ResponseClass::ProtocolMismatch(reason) | ResponseClass::Misconfigured(reason) => {
                    (backoff.long_pause(), reason)
                }
                ResponseClass::ServerError(reason) => {
                    server_errors += 1;
                    if suspect || server_errors >= SERVER_ERROR_ATTEMPTS {
                        let probed = tokio::select! {
                            probed = self.transport.probe(self.at_ms) => probed,
                            () = given_up(&self.progress) => return RequestResult::GivenUp,
                        };
                        if let Ok(description) = probed {
                            let same = self.state.borrow().is_described_by(description.as_ref());
                            return if same {
                                RequestResult::Rejected(reason)
                            } else {
                                RequestResult::ProtocolMismatch(reason)
                            };
                        }
                    }
                    (backoff.pause(None), reason)
                }
            };
            self.state.borrow_mut().failed(&reason, self.at_ms, began_ms);
            if !self.rest(pause).await {
                return RequestResult::GivenUp;
            }
        }
    }

    /// A batch was accepted. After an outage the receiver may be another: it is probed again.
    fn on_accepted(&mut self) {
        if self.state.borrow_mut().recovered() {
            self.probed = false;
        }
    }

    /// Keeps a batch of which so many samples were rejected.
    fn keep_dead_letter(&mut self, batch: &Batch, rejected: u64, reason: &str) {
        let dialect = self.state.borrow().description();
        let details = Reason { at_ms: self.at_ms, samples: rejected, response: reason.to_owned(), dialect };
        let kept = self.dead_letters.put(batch, &details);
        let mut state = self.state.borrow_mut();
        match kept {
            Ok(name) => state.rejected(rejected, reason, name),
            Err(error) => {
                let reason = format!("{reason} (and no dead letter could be written: {error})");
                state.rejected(rejected, &reason, None);
            }
        }
    }

    /// Sends the dead letters of an earlier process once more, where the receiver still supports their protocol.
    pub(super) async fn send_dead_letters(&mut self) {
        for (path, reason, batch) in self.dead_letters.all() {
            if !self.probe().await {
                return;
            }
            if !self.state.borrow().is_described_by(reason.dialect.as_ref()) {
                continue;
            }
            let samples = batch.samples();
            let frozen = self.transport.freeze(batch);
            let class = tokio::select! {
                class = self.transport.send(&frozen, false) => class,
                () = given_up(&self.progress) => return,
            };
            if let ResponseClass::Accepted | ResponseClass::AcceptedWithWarning(_) = class
                && dead_letter::remove(&path).is_ok()
            {
                let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                self.state.borrow_mut().accepted_dead_letter(&name, samples);
            }
        }
    }

    /// Probes the receiver unless its capabilities are known; false when the deadline has come first.
    pub(super) async fn probe(&mut self) -> bool {
        if self.probed {
            return true;
        }
        let mut backoff = Backoff::default();
        self.too_large = usize::MAX;
        loop {
            let began_ms = now_ms();
            let probed = tokio::select! {
                probed = self.transport.probe(self.at_ms) => probed,
                () = given_up(&self.progress) => return false,
            };
            match probed {
                Ok(description) => {
                    self.probed = true;
                    self.state.borrow_mut().probed(description);
                    return true;
                }
                Err(ProbeFailure { error, pause }) => {
                    self.state.borrow_mut().failed(&error.to_string(), self.at_ms, began_ms);
                    if error.is_closed() {
                        load_ended(&self.progress).await;
                        return false;
                    }
                    if !self.rest(backoff.pause(pause)).await {
                        return false;
                    }
                }
            }
        }
    }

    /// Pauses; false when the deadline has come.
    pub(super) async fn rest(&self, pause: Duration) -> bool {
        tokio::select! {
            () = sleep(pause) => !self.progress.borrow().is_past(),
            () = given_up(&self.progress) => false,
        }
    }

    /// Writes the checkpoint; only what it covers on disk may be deleted by others.
    pub(super) fn write_checkpoint(&mut self) {
        let mut state = self.state.borrow_mut();
        state.checkpoint.file_length = self.transport.file_length().unwrap_or(0);
        match self.file.write(&state.checkpoint) {
            Ok(()) => state.durable = state.checkpoint.position,
            Err(error) => {
                let reason = format!("{}: {error}", self.file.path().display());
                state.stats_mut().last_error = Some(reason);
            }
        }
    }
}
