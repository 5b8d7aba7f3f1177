//! Ends sessions: by a step, at the end of the user, or because the server forgot them.

use std::rc::Rc;

use tokio::time::Instant;

use super::{
    super::flow_task::User,
    opening::Exchange,
    sending::{Draft, Sender},
};
use crate::{
    metric::catalogue::McpSessionMetric,
    plan::mcp::McpMethod,
    protocol::{
        Lane,
        mcp::{Composer, McpSession, OpenSession},
    },
};

/// Ends the sessions of a user that are open.
pub(in crate::executor) async fn end_sessions(user: &User) {
    for session in user.sessions.mcp.all() {
        let Some(open) = session.opened() else { continue };
        let head = open.head.borrow().clone();
        let sender = Sender::new(user, open.rows, session.address.origin, &head);
        let (mut lane, now) = (Lane::default(), Instant::now());
        // Boxed: a user without sessions should not carry it.
        Box::pin(end(&sender, &mut lane, (&session, &open), now)).await;
    }
}

/// Ends a session; returns when that was over.
pub(super) async fn end(
    sender: &Sender<'_>,
    lane: &mut Lane,
    (session, open): (&McpSession, &Rc<OpenSession>),
    due: Instant,
) -> Instant {
    if !session.forget(open) {
        return due;
    }
    let mut end = due;
    if open.id.is_some() {
        let composer = Composer { head: sender.head, revision: open.revision, session: open.id.as_deref() };
        let handler = Exchange::of_end();
        let draft = Draft {
            ids: (sender.rows.end, 0),
            head: composer.head(McpMethod::End, b""),
            body: |_: Option<&str>| None,
            handler: &handler,
            due,
        };
        end = sender.send(lane, draft).await.end;
    }
    record_end(sender, open, end);
    end
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
