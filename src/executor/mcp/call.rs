//! One request of a step, and its answer.

use std::{
    cell::{Cell, RefCell},
    time::Duration,
};

use serde_json::json;
use tokio::time::Instant;

use super::{McpStep, opening::Exchange, server_calls::ServerCalls};
use crate::{
    executor::{
        flow_task::{Ended, think},
        scenario_recorder::mcp::BeforeAnswer,
        sending::{Draft, Sent},
    },
    language::Response,
    plan::mcp::McpMethod,
    protocol::{
        ErrorClass, Failure, Lane, ResponseHandler,
        jsonrpc::{Answering, Call, Calls, Incoming, MessageConsumer, Taken},
        mcp::{
            Composer, Meta, compose,
            result::{self, Read},
        },
        sse::reader::EventConsumer,
    },
};

/// The pause before a stream is read on, unless the server sets another.
const PAUSE: Duration = Duration::from_secs(1);
/// Longest id of an event that is sent back.
const MAX_EVENT_ID: usize = 1_024;
/// The method of progress notifications.
const PROGRESS: &str = "notifications/progress";

/// Judges the answer to a request.
struct CallHandler<'a, 's, 'f> {
    step: &'a McpStep<'s, 'f>,
    answering: Answering<'a>,
    /// Whether the request belongs to a session, which may expire.
    has_session: bool,
    progress: Cell<u64>,
    calls: &'a ServerCalls,
    code: Cell<Option<i64>>,
    /// The id of the last event of a stream, and the pause before it is read on.
    last_event: RefCell<Option<(Vec<u8>, Duration)>>,
    /// Whether the stream ended as it may, but before its answer.
    is_cut: Cell<bool>,
    next_cursor: RefCell<Option<String>>,
}

impl McpStep<'_, '_> {
    /// Sends the request with parameters and records it; returns when the user is free to go on, and where the next page
    /// begins.
    pub(super) async fn call(
        &self,
        lane: &mut Lane,
        composer: Composer<'_>,
        params: &[u8],
        due: Instant,
    ) -> (Instant, Option<String>) {
        let method = self.spec.method;
        let id = self.session.next_id();
        let call = Call { method: method.as_str().to_owned(), id: Some(id.into()) };
        let calls = ServerCalls::default();
        let handler = CallHandler {
            step: self,
            answering: Answering::of(&self.spec.codes, Calls { calls: vec![call], is_batch: false }),
            has_session: composer.session.is_some(),
            progress: Cell::new(0),
            calls: &calls,
            code: Cell::new(None),
            last_event: RefCell::default(),
            is_cut: Cell::new(false),
            next_cursor: RefCell::default(),
        };
        let draft = Draft {
            ids: self.ids,
            head: composer.head(method, params),
            body: |traceparent: Option<&str>| {
                let meta = Meta { progress_token: self.spec.wants_progress.then_some(id), traceparent };
                Some(composer.call(method, id, params, meta))
            },
            handler: &handler,
            due,
        };
        let sending = async {
            let first = self.sender.send(lane, draft).await;
            let last = self.resume(lane, composer, &handler, first).await;
            calls.end();
            Sent { due: first.due, is_timed: first.is_timed, ..last }
        };
        let (sent, ()) = tokio::join!(sending, calls.answer(&self.sender, composer));
        let before = BeforeAnswer { progress: handler.progress.get(), server_calls: calls.count.get() };
        self.record(lane, (sent.due, sent.end), sent.took(), (handler.code.get(), before));
        let next = handler.next_cursor.take();
        // Without sessions, the end of the connection says it.
        if lane.error().is_some_and(ErrorClass::is_timeout) && composer.revision.has_sessions() {
            self.cancel(composer, id).await;
        }
        // Answers to the server and the cancellation took their time; it belongs to no request.
        (Instant::now(), next)
    }

    /// Reads on where a stream ended before its answer: a server may end it as soon as an event had an id. Returns when the
    /// last of these requests ended, at first the one that was sent.
    async fn resume(
        &self,
        lane: &mut Lane,
        composer: Composer<'_>,
        handler: &CallHandler<'_, '_, '_>,
        mut sent: Sent,
    ) -> Sent {
        let user = self.sender.user;
        let steps = &user.run.scenario.flow.steps;
        let timeout = steps.request(self.ids.0).map_or(Duration::ZERO, |request| request.spec.timeout);
        let end = sent.due + timeout;
        while let Some((id, pause)) = handler.rest(lane.error()) {
            if Instant::now() + pause >= end || think(user, pause).await == Ended::Halted {
                lane.set_answer(Some(ErrorClass::RpcNoAnswer), b"");
                break;
            }
            let mut head = composer.head(McpMethod::Resume, b"");
            head.extend_from_slice(&[b"Last-Event-ID: ", &id[..], b"\r\n"].concat());
            let draft = Draft {
                ids: (self.sender.rows.resume, 0),
                head,
                body: |_: Option<&str>| None,
                handler,
                due: Instant::now(),
            };
            sent = self.sender.send(lane, draft).await;
        }
        sent
    }

    /// Notifies the server that an answer is waited for no longer.
    async fn cancel(&self, composer: Composer<'_>, id: u64) {
        let handler = Exchange::accepted();
        let params = json!({ "requestId": id, "reason": "it timed out" });
        let draft = Draft {
            ids: (self.sender.rows.cancel, 0),
            head: composer.head(McpMethod::Cancel, b""),
            body: |_: Option<&str>| Some(compose::notification(McpMethod::Cancel, Some(params))),
            handler: &handler,
            due: Instant::now(),
        };
        self.sender.send(&mut Lane::default(), draft).await;
    }
}

impl CallHandler<'_, '_, '_> {
    /// Where the stream is to be read on, and after which pause, if it ended early or broke off.
    fn rest(&self, error: Option<ErrorClass>) -> Option<(Vec<u8>, Duration)> {
        let is_unfinished = self.is_cut.take() || error == Some(ErrorClass::Body);
        self.last_event.take().filter(|_| is_unfinished)
    }
}

impl ResponseHandler for CallHandler<'_, '_, '_> {
    fn judge(&self, response: &Response<'_>, by_status: Option<Failure>) -> Option<Failure> {
        if self.has_session && by_status.is_some() && result::is_expired(response.status, response.body) {
            return Some(ErrorClass::McpSessionExpired.into());
        }
        let (outcomes, failure) = self.answering.judge(response.body, by_status);
        self.code.set(outcomes.first().and_then(|outcome| outcome.code));
        let is_unanswered = failure.as_ref().is_some_and(|failure| failure.class == ErrorClass::RpcNoAnswer);
        if is_unanswered && self.last_event.borrow().is_some() {
            self.is_cut.set(true);
            return None;
        }
        if failure.is_some() || self.code.get().is_some() {
            return failure;
        }
        let Read { failure, next_cursor } = result::read(self.step.spec.method, response.body);
        if let Some(member) = self.step.spec.method.items().filter(|_| failure.is_none()) {
            self.step.list.borrow_mut().take(response.body, (member, next_cursor.is_none()));
        }
        self.next_cursor.replace(next_cursor);
        failure.map(Into::into)
    }

    fn missed(&self, response: &Response<'_>) -> Option<String> {
        match self.step.list.borrow().joined() {
            _ if self.next_cursor.borrow().is_some() || self.is_cut.get() => None,
            Some(list) => self.step.missed(&Response { body: &list, ..*response }),
            None => self.step.missed(response),
        }
    }

    fn events(&self) -> Option<&dyn EventConsumer> {
        None
    }

    fn messages(&self) -> Option<&dyn MessageConsumer> {
        Some(self)
    }
}

impl MessageConsumer for CallHandler<'_, '_, '_> {
    fn opened(&self) {
        self.answering.opened();
    }

    fn message(&self, data: &str) -> Taken {
        self.answering.take(data, |message| match message {
            Incoming::Notification(method) if method == PROGRESS => self.progress.set(self.progress.get() + 1),
            Incoming::Call(method, id) => self.calls.push(method, id),
            Incoming::Notification(_) | Incoming::Answer(_) => {}
        })
    }

    fn is_batch(&self) -> bool {
        false
    }

    fn ended_after(&self, id: &[u8], retry: Option<Duration>) {
        let is_usable = self.step.session.opened().is_some() && (1..=MAX_EVENT_ID).contains(&id.len());
        let is_line = id.iter().all(|byte| !byte.is_ascii_control());
        self.last_event.replace((is_usable && is_line).then(|| (id.to_vec(), retry.unwrap_or(PAUSE))));
    }
}
