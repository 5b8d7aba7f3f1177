//! Records the WebSocket of one user. Dropped before its end, it counts with its age.

use std::cell::{Cell, RefCell};

use tokio::time::Instant;

use super::{flow_task::User, raw_records::Volume, socket_round_trips::RoundTrips};
use crate::{metric::catalogue::SocketMetric, plan::StepId, protocol::Failure};

/// An open socket.
pub(super) struct SocketRecorder<'a> {
    user: &'a User,
    step: (StepId, u32),
    pub stage: usize,
    /// When the handshake was begun.
    begun: Instant,
    is_open: Cell<bool>,
    /// Bytes that were recorded.
    recorded: Cell<(u64, u64)>,
    /// Messages without an answer, and pings without a pong.
    messages: RefCell<RoundTrips>,
    pings: RefCell<RoundTrips>,
}

impl<'a> SocketRecorder<'a> {
    /// A socket that was just opened.
    pub(super) fn opened(user: &'a User, (stage, step): (usize, (StepId, u32)), begun: Instant, at: Instant) -> Self {
        let opened = Self {
            user,
            step,
            stage,
            begun,
            is_open: Cell::new(true),
            recorded: Cell::default(),
            messages: RefCell::default(),
            pings: RefCell::default(),
        };
        user.run.sockets_open.set(user.run.sockets_open.get() + 1);
        opened.observe(SocketMetric::Sessions, 1.0, at);
        opened.observe(SocketMetric::Connecting, (at - begun).as_secs_f64(), at);
        opened
    }

    fn observe(&self, metric: SocketMetric, value: f64, at: Instant) {
        self.user.run.recorder.socket(self.stage, self.step, metric, value, at);
    }

    /// A message was sent that was due at a time; its answer has this key.
    pub(super) fn sent(&self, key: Option<u64>, due: Instant) {
        self.observe(SocketMetric::MessagesSent, 1.0, due);
        let given_up = key.and_then(|key| self.messages.borrow_mut().sent(key, due));
        if let Some(oldest) = given_up {
            self.unanswered(oldest, due);
        }
    }

    /// A message was received, perhaps the answer to one with this key.
    pub(super) fn received(&self, key: Option<u64>, at: Instant) {
        self.observe(SocketMetric::MessagesReceived, 1.0, at);
        let due = key.and_then(|key| self.messages.borrow_mut().answered(key));
        if let Some(due) = due {
            self.observe(SocketMetric::RoundTrip, since(due, at), at);
        }
    }

    fn unanswered(&self, due: Instant, at: Instant) {
        self.observe(SocketMetric::RoundTrip, since(due, at), at);
        self.observe(SocketMetric::Unanswered, 1.0, at);
    }

    /// A ping that was due at a time is sent; returns its payload.
    pub(super) fn ping(&self, due: Instant) -> [u8; 8] {
        let number = fastrand::u64(..);
        let given_up = self.pings.borrow_mut().sent(number, due);
        if let Some(oldest) = given_up {
            self.observe(SocketMetric::Ping, since(oldest, due), due);
        }
        number.to_be_bytes()
    }

    /// A pong came: it answers earlier pings too, as a server may answer only the last of several.
    pub(super) fn pong(&self, payload: &[u8], at: Instant) {
        let Ok(number) = payload.try_into() else { return };
        let answered = self.pings.borrow_mut().answered_up_to(u64::from_be_bytes(number));
        for due in answered {
            self.observe(SocketMetric::Ping, since(due, at), at);
        }
    }

    /// Records the bytes that were sent and received so far.
    pub(super) fn volume(&self, sent: u64, received: u64) {
        let (sent_before, received_before) = self.recorded.replace((sent, received));
        let (sent, received) = (sent - sent_before, received - received_before);
        self.user.run.recorder.socket_volume(self.stage, self.step, sent, received);
        let before = self.user.volume.get();
        self.user.volume.set(Volume { sent: before.sent + sent, received: before.received + received });
    }

    /// The socket was closed with a code.
    pub(super) fn close_code(&self, code: u16) {
        self.user.run.recorder.close_code(self.stage, code, Instant::now());
    }

    /// The session ended by itself, perhaps with a failure.
    pub(super) fn ended(&self, at: Instant, failure: Option<&Failure>) {
        if !self.is_open.get() {
            return;
        }
        self.observe(SocketMetric::Failed, f64::from(u8::from(failure.is_some())), at);
        if let Some(failure) = failure {
            self.user.run.recorder.socket_error(self.stage, self.step, failure, at);
        }
        self.over(at);
    }

    /// The session is over, or cut off.
    fn over(&self, at: Instant) {
        if !self.is_open.replace(false) {
            return;
        }
        let open = &self.user.run.sockets_open;
        open.set(open.get().saturating_sub(1));
        self.observe(SocketMetric::SessionDuration, at.saturating_duration_since(self.begun).as_secs_f64(), at);
        let (messages, pings) = (self.messages.take(), self.pings.take());
        messages.unanswered().for_each(|due| self.unanswered(due, at));
        pings.unanswered().for_each(|due| self.observe(SocketMetric::Ping, since(due, at), at));
    }
}

fn since(due: Instant, at: Instant) -> f64 {
    at.saturating_duration_since(due).as_secs_f64()
}

impl Drop for SocketRecorder<'_> {
    fn drop(&mut self) {
        self.over(Instant::now());
    }
}
