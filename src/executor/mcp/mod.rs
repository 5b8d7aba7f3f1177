//! Performs requests of MCP: opens the session that they need, answers the server meanwhile, and ends what is open.
//!
//! ```text
//!  perform ─▶ prepare ──────────────▶ call ──────▶ (next page) ─▶ record
//!               └ discover, initialize  └ calls of the server are answered beside it
//!  the end of the user ─▶ end_sessions
//! ```
//!
//! All requests have the head of the step's own, so that its authentication and its headers hold for them, too.

mod call;
mod ending;
mod opening;
mod pages;
mod server_calls;

use std::{cell::RefCell, rc::Rc, time::Duration};

use tokio::time::Instant;

pub(super) use self::ending::end_sessions;
use self::pages::Pages;
use super::{
    flow_task::{Ended, InFlight, User, render},
    pace::Pace,
    scenario_recorder::mcp::{BeforeAnswer, McpKey},
    sending::{self, resume},
};
use crate::{
    language::{Expr, Response},
    plan::{
        Flow, Request, StepId,
        mcp::{McpMethod, McpRows, McpSpec},
        rendering::Unrenderable,
    },
    protocol::{
        ErrorClass, Lane, head_lines,
        mcp::{Composer, McpSession, compose},
    },
};

/// Most pages of a list: a server that always has another one must not hold a user for ever.
const MAX_PAGES: usize = 1_000;
/// Longest label of a tool.
const MAX_TOOL: usize = 100;

/// Sends the requests of a step.
type Sender<'a> = sending::Sender<'a, McpRows>;

/// A step that is being performed.
struct McpStep<'a, 'f> {
    sender: Sender<'a>,
    spec: &'a McpSpec,
    ids: (StepId, u32),
    flow: RefCell<&'f mut Flow>,
    /// The condition of `expect`.
    demands: Option<&'a Expr>,
    /// The wall clock when the step began.
    clock: Duration,
    /// Parameters of the request, a JSON object.
    params: &'a [u8],
    session: Rc<McpSession>,
    /// What a list has so far.
    list: RefCell<Pages>,
}

/// How a step was over.
struct Over {
    at: Instant,
    /// Whether the user goes on.
    ended: Option<Ended>,
}

/// Performs the request of a step.
///
/// # Errors
/// When it can't be rendered.
pub(super) async fn perform(
    user: &User,
    (flow, lane): (&mut Flow, &mut Lane),
    ids: (StepId, u32),
    request: &Request,
    again: bool,
    pace: &mut Pace,
) -> Result<Option<Ended>, Unrenderable> {
    let run = &user.run;
    let Some((spec, rows)) = request.spec.mcp.as_deref().and_then(|spec| Some((spec, spec.rows?))) else {
        return Ok(None);
    };
    let mut rendered = run.buffers.take();
    let (clock, outgoing) = render(run, (&mut *flow, &*lane), request, again, pace, &mut rendered)?;
    let begun = pace.taken;
    let in_flight = InFlight::new(user);
    let session = user.sessions.mcp.with(outgoing.origin, head_lines::target_text(outgoing.bytes));
    let sender = Sender::new(user, (rows, ids.0), outgoing.origin, outgoing.head());
    let step = McpStep {
        sender,
        spec,
        ids,
        flow: RefCell::new(flow),
        demands: request.demands.as_ref(),
        clock,
        params: outgoing.body(),
        session,
        list: RefCell::default(),
    };
    let over = step.perform(lane, pace.due).await;
    let is_unsent = step.sender.is_unsent.get();
    drop((step, in_flight));
    run.buffers.give_back(rendered);
    resume(user, pace, over.at, is_unsent, begun).await;
    Ok(over.ended)
}

impl McpStep<'_, '_> {
    async fn perform(&self, lane: &mut Lane, due: Instant) -> Over {
        if self.spec.method == McpMethod::End {
            let at = match self.session.opened() {
                Some(open) => ending::end(&self.sender, lane, (&self.session, &open), (Some(self), due)).await,
                None => due,
            };
            return Over { at, ended: None };
        }
        match self.prepare(lane, due).await {
            Err((error, at)) => {
                // The request was never sent, and yet it is what the user waited for.
                lane.set_answer(Some(error), b"");
                self.record(lane, (due, at), None, (None, BeforeAnswer::default()));
                Over { at: Instant::now(), ended: None }
            }
            Ok((revision, open, due)) => {
                let id = open.as_ref().and_then(|open| open.id.as_deref());
                let composer = Composer { head: self.sender.head, revision, session: id };
                if let Some(open) = &open {
                    open.step.set(self.ids.0);
                    open.head.borrow_mut().clear();
                    open.head.borrow_mut().extend_from_slice(self.sender.head);
                }
                let over = self.pages(lane, composer, due).await;
                if let (Some(ErrorClass::McpSessionExpired), Some(open)) = (lane.error(), &open) {
                    ending::expired(&self.sender, &self.session, open, over.at);
                }
                over
            }
        }
    }

    /// Sends the request; of a list, until its last page.
    async fn pages(&self, lane: &mut Lane, composer: Composer<'_>, mut due: Instant) -> Over {
        let mut params = self.params.to_vec();
        for page in 1.. {
            let (at, next) = self.call(lane, composer, &params, due).await;
            let fail = |why: &str| Over { at, ended: Some(self.sender.user.fail(why, at)) };
            if self.list.borrow().is_too_large() {
                return fail("a list of MCP has more than 8 MiB");
            }
            let Some(cursor) = next.filter(|_| lane.error().is_none()) else {
                let joined = self.list.borrow().joined();
                if let Some(joined) = joined.filter(|_| matches!(lane.error(), None | Some(ErrorClass::Content))) {
                    lane.set_answer(lane.error(), &joined);
                }
                return Over { at, ended: None };
            };
            if page == MAX_PAGES {
                return fail("a list of MCP has more than 1000 pages");
            }
            if self.sender.user.is_halted() {
                return Over { at, ended: Some(Ended::Halted) };
            }
            params = compose::at_cursor(self.params, &cursor);
            due = at;
        }
        Over { at: due, ended: None }
    }

    /// The condition of `expect` that an answer does not meet.
    fn missed(&self, response: &Response<'_>) -> Option<String> {
        self.flow.borrow().missed(self.demands, response, self.clock)
    }

    /// Records the request of the step, by how the lane says that it ended.
    fn record(
        &self,
        lane: &Lane,
        (due, at): (Instant, Instant),
        took: Option<Duration>,
        (code, before): (Option<i64>, BeforeAnswer),
    ) {
        let named = match self.spec.method {
            McpMethod::CallTool => compose::text_member(self.params, "name").unwrap_or_default(),
            _ => "".into(),
        };
        let key = McpKey {
            stage: self.sender.user.run.stage(due),
            step: self.ids,
            method: self.spec.method,
            tool: named.chars().take(MAX_TOOL).collect(),
            code,
            error: lane.error(),
        };
        self.sender.user.run.recorder.mcp_request(key, took, before, at);
    }
}
