//! Ends sessions: by a step, at the end of the user, or because the server forgot them.

use std::rc::Rc;

use tokio::time::Instant;

use super::{
    super::{
        flow_task::User,
        sending::{Draft, Sent},
    },
    McpStep, Sender,
    opening::Exchange,
};
use crate::{
    language::Response,
    metric::catalogue::McpSessionMetric,
    plan::mcp::McpMethod,
    protocol::{
        Failure, Lane, ResponseHandler,
        jsonrpc::MessageConsumer,
        mcp::{Composer, McpSession, OpenSession},
        sse::reader::EventConsumer,
    },
};

/// Judges the answer to the request that ends a session.
struct EndHandler<'a, 's, 'f> {
    /// The step that ends it, if one does.
    step: Option<&'a McpStep<'s, 'f>>,
    exchange: Exchange,
}

/// Ends the sessions of a user that are open.
pub(in crate::executor) async fn end_sessions(user: &User) {
    for session in user.sessions.mcp.all() {
        let Some(open) = session.opened() else { continue };
        let head = open.head.borrow().clone();
        let sender = Sender::new(user, (open.rows, open.step.get()), session.address.origin, &head);
        let (mut lane, now) = (Lane::default(), Instant::now());
        // Boxed: a user without sessions should not carry it.
        Box::pin(end(&sender, &mut lane, (&session, &open), (None, now))).await;
    }
}

/// Ends a session, for a step or at the end of the user; returns when the user is free to go on.
pub(super) async fn end(
    sender: &Sender<'_>,
    lane: &mut Lane,
    (session, open): (&McpSession, &Rc<OpenSession>),
    (step, due): (Option<&McpStep<'_, '_>>, Instant),
) -> Instant {
    if !session.forget(open) {
        return due;
    }
    let (mut end, mut free) = (due, due);
    if open.id.is_some() {
        let composer = Composer { head: sender.head, revision: open.revision, session: open.id.as_deref() };
        let handler = EndHandler { step, exchange: Exchange::of_end() };
        let draft = Draft {
            ids: step.map_or((sender.rows.end, 0), |step| step.ids),
            head: composer.head(McpMethod::End, b""),
            body: |_: Option<&str>| None,
            handler: &handler,
            due,
        };
        Sent { end, free, .. } = sender.send(lane, draft).await;
    }
    record_end(sender, open, end);
    free
}

impl ResponseHandler for EndHandler<'_, '_, '_> {
    fn judge(&self, response: &Response<'_>, by_status: Option<Failure>) -> Option<Failure> {
        self.exchange.judge(response, by_status)
    }

    fn missed(&self, response: &Response<'_>) -> Option<String> {
        self.step.and_then(|step| step.missed(response))
    }

    fn events(&self) -> Option<&dyn EventConsumer> {
        None
    }

    fn messages(&self) -> Option<&dyn MessageConsumer> {
        self.exchange.messages()
    }
}

/// The server forgot a session: the next request opens another one.
pub(super) fn expired(sender: &Sender<'_>, session: &McpSession, open: &Rc<OpenSession>, at: Instant) {
    if session.forget(open) {
        record_end(sender, open, at);
    }
}

fn record_end(sender: &Sender<'_>, open: &OpenSession, at: Instant) {
    let run = &sender.user.run;
    let duration = at.saturating_duration_since(open.since).as_secs_f64();
    run.recorder.mcp_session(run.stage(at), open.rows.initialize, McpSessionMetric::Duration, duration, at);
}
