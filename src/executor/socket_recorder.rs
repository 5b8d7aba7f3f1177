//! Records the WebSocket of one user. Dropped before its end, it counts with its age.

use std::cell::Cell;

use tokio::time::Instant;

use super::{flow_task::User, raw_records::Volume};
use crate::{metric::catalogue::SocketMetric, plan::StepId, protocol::ErrorClass};

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
}

impl<'a> SocketRecorder<'a> {
    /// A socket that was just opened.
    pub(super) fn opened(user: &'a User, (stage, step): (usize, (StepId, u32)), begun: Instant, at: Instant) -> Self {
        let (is_open, recorded) = (Cell::new(true), Cell::default());
        let opened = Self { user, step, stage, begun, is_open, recorded };
        user.run.sockets_open.set(user.run.sockets_open.get() + 1);
        opened.observe(SocketMetric::Sessions, 1.0, at);
        opened.observe(SocketMetric::Connecting, (at - begun).as_secs_f64(), at);
        opened
    }

    fn observe(&self, metric: SocketMetric, value: f64, at: Instant) {
        self.user.run.recorder.socket(self.stage, self.step, metric, value, at);
    }

    /// A message was sent.
    pub(super) fn sent(&self, at: Instant) {
        self.observe(SocketMetric::MessagesSent, 1.0, at);
    }

    /// A message was received.
    pub(super) fn received(&self, at: Instant) {
        self.observe(SocketMetric::MessagesReceived, 1.0, at);
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

    /// The session ended, perhaps with a failure.
    pub(super) fn ended(&self, at: Instant, failure: Option<ErrorClass>) {
        if !self.is_open.replace(false) {
            return;
        }
        let open = &self.user.run.sockets_open;
        open.set(open.get().saturating_sub(1));
        self.observe(SocketMetric::SessionDuration, at.saturating_duration_since(self.begun).as_secs_f64(), at);
        if let Some(class) = failure {
            self.user.run.recorder.socket_error(self.stage, class, at);
        }
    }
}

impl Drop for SocketRecorder<'_> {
    fn drop(&mut self) {
        self.ended(Instant::now(), None);
    }
}
