//! Sends the requests of one step of a protocol on top of HTTP, such as MCP or A2A, with the user's connections.

use std::{borrow::Cow, cell::Cell, time::Duration};

use tokio::time::Instant;

use super::{
    flow_task::{User, think, unsent_pause},
    pace::Pace,
    raw_records::Volume,
};
use crate::{
    plan::{RequestSpec, StepId, a2a::A2aRows, mcp::McpRows},
    protocol::{Attempt, Lane, Outgoing, Probe, ResponseHandler, jsonrpc::compose},
};

/// Longest time for a message that the user has no use for.
const BESIDE: Duration = Duration::from_secs(1);

/// The rows of requests that go with those of a step.
pub(super) trait StepRows: Copy {
    /// Whether a row is that of messages beside the request that the user waits for.
    fn is_beside(&self, row: StepId) -> bool;
}

impl StepRows for McpRows {
    fn is_beside(&self, row: StepId) -> bool {
        row == self.cancel || row == self.reply
    }
}

impl StepRows for A2aRows {
    fn is_beside(&self, _: StepId) -> bool {
        false
    }
}

/// What the requests of one step have in common.
pub(super) struct Sender<'a, R> {
    pub user: &'a User,
    pub rows: R,
    /// The step, whose settings hold for all of them.
    pub step: StepId,
    pub origin: Cell<usize>,
    /// Request line and header lines of the step.
    pub head: &'a [u8],
    /// Whether the last request that the user waits for could not be sent.
    pub is_unsent: Cell<bool>,
    /// Whether a request was sent; the rate limit counts the others.
    has_begun: Cell<bool>,
}

/// A request before it is sent.
pub(super) struct Draft<'a, B> {
    /// The row of the step table, and the variant of its labels.
    pub ids: (StepId, u32),
    /// Request line and header lines.
    pub head: Vec<u8>,
    /// Makes the body, for a `traceparent`.
    pub body: B,
    pub handler: &'a dyn ResponseHandler,
    /// When it is due.
    pub due: Instant,
}

/// When a request was due and when its response ended; then, when the user could go on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sent {
    pub due: Instant,
    pub end: Instant,
    pub free: Instant,
    /// See [`Attempt::is_timed`].
    pub is_timed: bool,
}

impl Sent {
    /// How long it took from when it was due; None if it was not sent.
    pub(super) fn took(&self) -> Option<Duration> {
        self.is_timed.then(|| self.end.saturating_duration_since(self.due))
    }
}

impl<'a, R: StepRows> Sender<'a, R> {
    pub(super) fn new(user: &'a User, (rows, step): (R, StepId), origin: usize, head: &'a [u8]) -> Self {
        let origin = Cell::new(origin);
        Self { user, rows, step, origin, head, is_unsent: Cell::new(false), has_begun: Cell::new(false) }
    }

    /// Sends a request; the lane has the response.
    pub(super) async fn send<B>(&self, lane: &mut Lane, draft: Draft<'_, B>) -> Sent
    where
        B: FnOnce(Option<&str>) -> Option<Vec<u8>>,
    {
        let Draft { ids, head, body, handler, mut due } = draft;
        let run = &self.user.run;
        if self.has_begun.replace(true) {
            run.network.turn.wait().await;
            due = Instant::now();
        }
        let Some(spec) = self.spec(ids.0) else { return Sent { due, end: due, free: due, is_timed: false } };
        let mut outgoing = Outgoing { origin: self.origin.get(), ..Outgoing::constant(&spec) };
        (outgoing.bytes, outgoing.splice) = (&head, head.len());
        let traced = self.user.traced(&outgoing);
        let body = body(traced.as_ref().map(|traced| traced.traceparent()));
        let wire = compose::wire(&head, body.as_deref());
        (outgoing.bytes, outgoing.splice) = (&wire.bytes, wire.splice);
        outgoing.extra = traced.as_ref().map_or(&[], |traced| traced.header());
        outgoing.handler = Some(handler);
        let stage = run.stage(due);
        let (is_beside, ended, is_timed) = (self.rows.is_beside(ids.0), Cell::new(due), Cell::new(false));
        let record = |attempt: &Attempt| {
            ended.set(attempt.end);
            is_timed.set(attempt.is_timed());
            if !is_beside {
                self.is_unsent.set(attempt.is_unsent());
            }
            let Volume { sent, received } = self.user.volume.get();
            self.user.volume.set(Volume { sent: sent + attempt.sent, received: received + attempt.received });
            let span = traced.as_ref().and_then(|traced| traced.span(attempt));
            run.recorder.attempt(stage, ids, attempt, span);
        };
        let mut probe = Probe::new(due, Instant::now(), &record);
        let free = self.user.sessions.http.send(lane, &run.network, &outgoing, &mut probe).await;
        Sent { due, end: ended.get(), free, is_timed: is_timed.get() }
    }

    /// How a request is sent: steps with one URL share the rows, and yet each has its own limits and credentials.
    fn spec(&self, row: StepId) -> Option<Cow<'a, RequestSpec>> {
        let steps = &self.user.run.scenario.flow.steps;
        let spec = &steps.request(row)?.spec;
        if row == self.step {
            return Some(Cow::Borrowed(spec));
        }
        let own = &steps.request(self.step)?.spec;
        let timeout = if self.rows.is_beside(row) { own.timeout.min(BESIDE) } else { own.timeout };
        let (redirects, digest) = (own.redirects, own.digest.clone());
        Some(Cow::Owned(RequestSpec { timeout, idle_timeout: own.idle_timeout, redirects, digest, ..spec.clone() }))
    }
}

/// Lets the user of a step go on after its last request, which was begun at a time.
pub(super) async fn resume(user: &User, pace: &mut Pace, at: Instant, is_unsent: bool, begun: Instant) {
    pace.resume_at(at);
    if let Some(pause) = unsent_pause(&user.run, is_unsent, at.saturating_duration_since(begun)) {
        think(user, pause).await;
        pace.resume_at(Instant::now());
    }
}
