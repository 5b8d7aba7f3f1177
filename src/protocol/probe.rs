//! The stopwatch of one attempt. It cannot be made without the intended start, and it records when it is finished or
//! dropped, so that an attempt that was cut off is counted like any other.
//!
//! ```text
//!  intended      taken         send begins   sent     first byte    end
//!     │── lag ─────│── blocked ─────│─ sending ─│─ waiting ─│─ receiving ─│
//!     │                             │────────── duration (service time) ──│
//!     │──────────────────────── response time ────────────────────────────│
//! ```

use std::rc::Rc;

use tokio::time::Instant;

use super::{Cause, ErrorClass, Failure, NotProcessed, Phase};

/// The measurements of an attempt.
#[derive(Debug, Clone)]
pub(crate) struct Attempt {
    /// When the schedule, or the user, wanted it to start.
    pub intended: Instant,
    /// When it was taken up.
    pub taken: Instant,
    /// Time spent on the TCP connect, in seconds; zero on a reused connection.
    pub connecting: f64,
    /// Time spent on the TLS handshake, in seconds.
    pub tls_handshaking: f64,
    /// When the first byte was about to be written.
    pub send_begin: Option<Instant>,
    /// When the last byte was written.
    pub send_end: Option<Instant>,
    /// When the first byte of the response could be read.
    pub first_byte: Option<Instant>,
    /// When it ended, successfully or not.
    pub end: Instant,
    /// Bytes of the request that were written.
    pub sent: u64,
    /// Bytes of the response that were read.
    pub received: u64,
    /// The current phase; after a failure, the phase that failed.
    pub phase: Phase,
    /// Status of the response, once its head was read.
    pub status: Option<u16>,
    /// Why it failed, if it did.
    pub error: Option<ErrorClass>,
    /// What lies behind the error.
    pub cause: Option<Rc<Cause>>,
    /// How often it was sent again because the server did not process it, by the places in [`NotProcessed::ALL`].
    pub resent: [u8; NotProcessed::ALL.len()],
}

impl Attempt {
    /// Whether it failed before its first byte.
    pub(crate) fn is_unsent(&self) -> bool {
        self.sent == 0 && self.error.is_some()
    }

    /// Whether it has a time of its own. A failure before the first byte has none, unless it *is* the time that ran out.
    pub(crate) fn is_timed(&self) -> bool {
        self.sent > 0 || self.error.is_some_and(ErrorClass::is_timeout)
    }
}

/// Times one attempt and hands it to `record` when it is finished or dropped.
pub(crate) struct Probe<'a> {
    attempt: Attempt,
    finished: bool,
    ended: bool,
    record: &'a dyn Fn(&Attempt),
}

impl<'a> Probe<'a> {
    /// Starts at `taken` an attempt that was due at `intended`.
    pub(crate) fn new(intended: Instant, taken: Instant, record: &'a dyn Fn(&Attempt)) -> Self {
        let attempt = Attempt {
            intended,
            taken,
            connecting: 0.0,
            tls_handshaking: 0.0,
            send_begin: None,
            send_end: None,
            first_byte: None,
            end: taken,
            sent: 0,
            received: 0,
            phase: Phase::Dns,
            status: None,
            error: None,
            cause: None,
            resent: [0; NotProcessed::ALL.len()],
        };
        Self { attempt, finished: false, ended: false, record }
    }

    /// The recorder, for a follow-up attempt.
    pub(crate) fn recorder(&self) -> &'a dyn Fn(&Attempt) {
        self.record
    }

    /// The measurements so far.
    #[must_use]
    pub(crate) fn attempt(&self) -> &Attempt {
        &self.attempt
    }

    /// Marks the start of a phase.
    pub(crate) fn enter(&mut self, phase: Phase) {
        self.attempt.phase = phase;
    }

    /// Sets the time of the TCP connect, in seconds.
    pub(crate) fn connected(&mut self, seconds: f64) {
        self.attempt.connecting = seconds;
    }

    /// Sets the time of the TLS handshake, in seconds.
    pub(crate) fn secured(&mut self, seconds: f64) {
        self.attempt.tls_handshaking = seconds;
    }

    /// The connection is ready; writing begins now.
    pub(crate) fn begin_send(&mut self, reused: bool) {
        self.attempt.phase = Phase::Send;
        // On a reused connection nothing happened since the attempt was taken up: one reading of the clock less.
        self.attempt.send_begin = Some(if reused { self.attempt.taken } else { Instant::now() });
    }

    /// The request is sent again, because the server did not process it: its times count from the new sending on, its bytes
    /// add up.
    pub(crate) fn resend(&mut self, why: NotProcessed) {
        let attempt = &mut self.attempt;
        if let Some(count) = attempt.resent.get_mut(why as usize) {
            *count = count.saturating_add(1);
        }
        (attempt.send_begin, attempt.send_end, attempt.first_byte, attempt.status) = (None, None, None, None);
        attempt.phase = Phase::Dns;
    }

    /// Bytes were written.
    pub(crate) fn wrote(&mut self, bytes: usize) {
        self.attempt.sent += bytes as u64;
    }

    /// The last byte was written.
    pub(crate) fn sent(&mut self) {
        self.attempt.send_end = Some(Instant::now());
        self.attempt.phase = Phase::Wait;
    }

    /// Bytes were read.
    pub(crate) fn read(&mut self, bytes: usize) {
        if self.attempt.first_byte.is_none() {
            self.attempt.first_byte = Some(Instant::now());
            self.attempt.phase = Phase::Body;
        }
        self.attempt.received += bytes as u64;
    }

    /// The head of the response was read.
    pub(crate) fn status(&mut self, status: u16) {
        self.attempt.status = Some(status);
    }

    /// Marks the end of the response; what the user does with it afterwards does not count.
    pub(crate) fn end(&mut self, one_read: bool) {
        self.ended = true;
        self.attempt.end = match self.attempt.first_byte {
            // The whole response came with the first read: reading it took no time that a clock could show.
            Some(first) if one_read => first,
            _ => Instant::now(),
        };
    }

    /// Marks an end that has passed.
    pub(crate) fn end_at(&mut self, at: Instant) {
        self.ended = true;
        self.attempt.end = at;
    }

    /// Ends and records the attempt; returns the time of its end.
    #[must_use]
    pub(crate) fn finish(&mut self, error: Option<Failure>) -> Instant {
        if !self.ended {
            self.end(false);
        }
        self.finished = true;
        if let Some(Failure { class, cause }) = error {
            (self.attempt.error, self.attempt.cause) = (Some(class), cause);
        }
        (self.record)(&self.attempt);
        self.attempt.end
    }
}

impl Drop for Probe<'_> {
    fn drop(&mut self) {
        if !self.finished {
            self.attempt.error = Some(ErrorClass::Cancelled);
            self.attempt.end = Instant::now();
            (self.record)(&self.attempt);
        }
    }
}

impl std::fmt::Debug for Probe<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.attempt.fmt(formatter)
    }
}

#[cfg(test)]
mod tests;
