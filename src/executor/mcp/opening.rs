//! Opens a session: finds out the revision, and initializes.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use tokio::time::Instant;

use super::McpStep;
use crate::{
    executor::{
        scenario_recorder::mcp::{BeforeAnswer, McpKey},
        sending::{Draft, Sent},
    },
    language::Response,
    metric::catalogue::McpSessionMetric,
    plan::{
        StepId,
        mcp::{McpMethod, Revision},
        rpc::RpcSpec,
    },
    protocol::{
        ErrorClass, Failure, Lane, ResponseHandler,
        jsonrpc::{Answering, Call, Calls, MessageConsumer, Taken},
        mcp::{Composer, Meta, OpenSession, compose, opening},
        sse::reader::EventConsumer,
    },
};

/// The revision of a request, its session if it has one, and when the request is due.
type Prepared = (Revision, Option<Rc<OpenSession>>, Instant);

/// No error code is a success when a session is opened.
static NO_CODES: RpcSpec = RpcSpec { limited: Vec::new(), allowed: Vec::new() };

/// Judges the answers to requests that open, keep and end a session.
pub(super) struct Exchange {
    method: McpMethod,
    answering: Answering<'static>,
    code: Cell<Option<i64>>,
    /// What the answer says.
    revision: Cell<Option<Revision>>,
    session: RefCell<Option<Box<str>>>,
}

impl Exchange {
    fn new(method: McpMethod, calls: Calls) -> Self {
        Self {
            method,
            answering: Answering::of(&NO_CODES, calls),
            code: Cell::default(),
            revision: Cell::default(),
            session: RefCell::default(),
        }
    }

    fn of_call(method: McpMethod, id: u64) -> Self {
        let call = Call { method: method.as_str().to_owned(), id: Some(id.into()) };
        Self::new(method, Calls { calls: vec![call], is_batch: false })
    }

    /// For a message without an answer: the server accepts it, or not.
    pub(super) fn accepted() -> Self {
        Self::new(McpMethod::Reply, Calls::default())
    }

    /// For the end of a session.
    pub(super) fn of_end() -> Self {
        Self::new(McpMethod::End, Calls::default())
    }

    fn discovered(&self, response: &Response<'_>, by_status: Option<Failure>) -> Option<Failure> {
        // A server that has sessions may refuse the question in any way, but not the user.
        if matches!(response.status, Some(401 | 403 | 407 | 429 | 500..)) {
            return by_status;
        }
        match opening::discovered(response.body) {
            Ok(revision) => {
                self.revision.set(Some(revision));
                None
            }
            Err(failure) => Some(failure),
        }
    }

    fn initialized(&self, response: &Response<'_>, by_status: Option<Failure>) -> Option<Failure> {
        let (outcomes, failure) = self.answering.judge(response.body, by_status);
        self.code.set(outcomes.first().and_then(|outcome| outcome.code));
        if failure.is_some() {
            return failure;
        }
        match opening::agreed(response.body) {
            Ok(revision) => {
                self.revision.set(Some(revision));
                self.session.replace(opening::session_id(response.head).map(Into::into));
                None
            }
            Err(failure) => Some(failure),
        }
    }
}

impl ResponseHandler for Exchange {
    fn judge(&self, response: &Response<'_>, by_status: Option<Failure>) -> Option<Failure> {
        match self.method {
            McpMethod::Discover => self.discovered(response, by_status),
            McpMethod::Initialize => self.initialized(response, by_status),
            // A server may not allow it, or may have ended the session by itself.
            McpMethod::End if matches!(response.status, Some(400 | 404 | 405)) => None,
            _ => by_status,
        }
    }

    fn missed(&self, _: &Response<'_>) -> Option<String> {
        None
    }

    fn events(&self) -> Option<&dyn EventConsumer> {
        None
    }

    fn messages(&self) -> Option<&dyn MessageConsumer> {
        Some(self)
    }
}

impl MessageConsumer for Exchange {
    fn opened(&self) {
        self.answering.opened();
    }

    fn message(&self, data: &str) -> Taken {
        self.answering.take(data, drop)
    }

    fn is_batch(&self) -> bool {
        false
    }
}

impl McpStep<'_, '_> {
    /// What the request needs before it is sent: the revision that the server speaks, and a session if that has them.
    ///
    /// # Errors
    /// Why there is none, and since when that is known.
    pub(super) async fn prepare(&self, lane: &mut Lane, due: Instant) -> Result<Prepared, (ErrorClass, Instant)> {
        if let Some(open) = self.session.opened() {
            return Ok((open.revision, Some(open), due));
        }
        if let Some(revision) = self.known_revision().filter(|revision| !revision.has_sessions()) {
            return Ok((revision, None, due));
        }
        let (opening, due) = match self.session.opening.try_lock() {
            Ok(opening) => (opening, due),
            // The wait for another branch belongs to no request.
            Err(_) => (self.session.opening.lock().await, Instant::now()),
        };
        if let Some(open) = self.session.opened() {
            return Ok((open.revision, Some(open), due));
        }
        let (revision, due) = match self.known_revision() {
            Some(revision) => (revision, due),
            None => self.discover(lane, due).await?,
        };
        let prepared =
            if revision.has_sessions() { self.open(lane, revision, due).await? } else { (revision, None, due) };
        drop(opening);
        Ok(prepared)
    }

    fn known_revision(&self) -> Option<Revision> {
        self.spec.revision.or_else(|| self.sender.user.run.mcp_revisions.of(&self.session.address))
    }

    /// Asks the server which revisions it speaks.
    async fn discover(&self, lane: &mut Lane, due: Instant) -> Result<(Revision, Instant), (ErrorClass, Instant)> {
        let revision = Revision::R2026_07_28;
        let (id, composer) = (self.session.next_id(), Composer { head: self.sender.head, revision, session: None });
        let handler = Exchange::of_call(McpMethod::Discover, id);
        let draft = Draft {
            ids: (self.sender.rows.discover, 0),
            head: composer.head(McpMethod::Discover, b"{}"),
            body: |traceparent: Option<&str>| {
                Some(composer.call(McpMethod::Discover, id, b"{}", Meta { traceparent, ..Meta::default() }))
            },
            handler: &handler,
            due,
        };
        let sent = self.sender.send(lane, draft).await;
        if let Some(error) = lane.error() {
            return Err((error, sent.end));
        }
        let found = handler.revision.get().unwrap_or(Revision::NEWEST_WITH_SESSIONS);
        self.sender.user.run.mcp_revisions.learn(&self.session.address, found);
        if !found.has_sessions() {
            self.record_opening(lane, (McpMethod::Discover, self.sender.rows.discover), None, &sent);
        }
        Ok((found, sent.free))
    }

    /// Opens a session.
    async fn open(&self, lane: &mut Lane, revision: Revision, due: Instant) -> Result<Prepared, (ErrorClass, Instant)> {
        let rows = self.sender.rows;
        let id = self.session.next_id();
        let composer = Composer { head: self.sender.head, revision, session: None };
        let handler = Exchange::of_call(McpMethod::Initialize, id);
        let params = compose::initialize(revision);
        let draft = Draft {
            ids: (rows.initialize, 0),
            head: composer.head(McpMethod::Initialize, &params),
            body: |traceparent: Option<&str>| {
                Some(composer.call(McpMethod::Initialize, id, &params, Meta { traceparent, ..Meta::default() }))
            },
            handler: &handler,
            due,
        };
        let sent = self.sender.send(lane, draft).await;
        let code = handler.code.get();
        self.record_opening(lane, (McpMethod::Initialize, rows.initialize), code, &sent);
        if let Some(error) = lane.error() {
            return Err((error, sent.end));
        }
        let begun = sent.due;
        let (revision, session) = (handler.revision.get().unwrap_or(revision), handler.session.take());
        let composer = Composer { revision, session: session.as_deref(), ..composer };
        let handler = Exchange::accepted();
        let draft = Draft {
            ids: (rows.initialized, 0),
            head: composer.head(McpMethod::Initialized, b""),
            body: |_: Option<&str>| Some(compose::notification(McpMethod::Initialized, None)),
            handler: &handler,
            due: sent.end,
        };
        let sent = self.sender.send(lane, draft).await;
        if let Some(error) = lane.error() {
            return Err((error, sent.end));
        }
        let recorder = &self.sender.user.run.recorder;
        let (stage, since) = (self.sender.user.run.stage(begun), sent.end.saturating_duration_since(begun));
        recorder.mcp_session(stage, rows.initialize, McpSessionMetric::Sessions, 1.0, sent.end);
        recorder.mcp_session(stage, rows.initialize, McpSessionMetric::Opening, since.as_secs_f64(), sent.end);
        let head = RefCell::default();
        let open = self.session.open(OpenSession {
            revision,
            id: session,
            since: sent.end,
            head,
            rows,
            step: self.ids.0.into(),
        });
        Ok((revision, Some(open), sent.free))
    }

    fn record_opening(&self, lane: &Lane, (method, row): (McpMethod, StepId), code: Option<i64>, sent: &Sent) {
        let run = &self.sender.user.run;
        let (tool, error) = (String::new(), lane.error());
        let key = McpKey { stage: run.stage(sent.due), step: (row, 0), method, tool, code, error };
        run.recorder.mcp_request(key, sent.took(), BeforeAnswer::default(), sent.end);
    }
}
