//! Performs requests of A2A: finds the agent by its card, sends the request, and follows its task to the end.
//!
//! ```text
//!  perform ─▶ find ─▶ call ─────────────▶ (pause ─▶ call: GetTask) ─▶ record the task
//!               └ the card, once a scenario   └ until the task is over
//! ```
//!
//! All requests have the head of the step's own, so that its authentication and its headers hold for them, too.

mod call;
mod finding;

use std::{
    cell::{Cell, RefCell},
    time::Duration,
};

use tokio::time::Instant;

use super::{
    flow_task::{Ended, InFlight, User, render, think},
    pace::Pace,
    scenario_recorder::a2a::A2aKey,
    sending::{self, resume},
};
use crate::{
    language::{Expr, Response, Value},
    metric::catalogue::A2aTaskMetric,
    plan::{
        Flow, Request, StepId,
        a2a::{A2aMethod, A2aRows, A2aSpec, TaskState},
        rendering::Unrenderable,
    },
    protocol::{
        ErrorClass, Failure, Lane,
        a2a::{TaskWatch, compose},
    },
};

/// Sends the requests of a step.
type Sender<'a> = sending::Sender<'a, A2aRows>;

/// A step that is being performed.
struct A2aStep<'a, 'f> {
    sender: Sender<'a>,
    spec: &'a A2aSpec,
    ids: (StepId, u32),
    flow: RefCell<&'f mut Flow>,
    /// The condition of `expect`.
    demands: Option<&'a Expr>,
    /// The wall clock when the step began.
    clock: Duration,
    /// What the step says: a message, or the id of a task.
    message: &'a [u8],
    /// When its request was due: when the step was, or as soon as the agent was found.
    due: Cell<Instant>,
    watch: RefCell<TaskWatch>,
    /// Events of streams.
    events: Cell<u64>,
    polls: Cell<u64>,
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
    let Some((spec, rows)) = request.spec.a2a.as_deref().and_then(|spec| Some((spec, spec.rows?))) else {
        return Ok(None);
    };
    let mut rendered = run.buffers.take();
    let (clock, outgoing) = render(run, (&mut *flow, &*lane), request, again, pace, &mut rendered)?;
    let begun = pace.taken;
    let in_flight = InFlight::new(user);
    let step = A2aStep {
        sender: Sender::new(user, (rows, ids.0), outgoing.origin, outgoing.head()),
        spec,
        ids,
        flow: RefCell::new(flow),
        demands: request.demands.as_ref(),
        clock,
        message: outgoing.body(),
        due: Cell::new(pace.due),
        watch: RefCell::default(),
        events: Cell::default(),
        polls: Cell::default(),
    };
    let over = step.perform(lane).await;
    step.put_result();
    let is_unsent = step.sender.is_unsent.get();
    drop((step, in_flight));
    run.buffers.give_back(rendered);
    resume(user, pace, over.at, is_unsent, begun).await;
    Ok(over.ended)
}

impl A2aStep<'_, '_> {
    async fn perform(&self, lane: &mut Lane) -> Over {
        let (agent, due) = match self.find(lane).await {
            Ok(found) => found,
            Err((error, at)) => {
                // The request was never sent, and yet it is what the user waited for.
                lane.set_answer(Some(error), b"");
                self.record(lane, (self.spec.method, self.ids), (self.due.get(), at), None, None);
                return Over { at: Instant::now(), ended: None };
            }
        };
        self.due.set(due);
        let params = compose::params((self.spec.method, agent.version), self.message, self.spec.poll.is_some());
        let answered = self.call(lane, (self.spec.method, self.ids), &agent, &params, (due, false)).await;
        let over = self.follow(lane, &agent, answered).await;
        self.record_task(lane, over.at);
        over
    }

    /// Asks for the state of the task until it is over.
    async fn follow(&self, lane: &mut Lane, agent: &finding::Agent, mut at: Instant) -> Over {
        let Some(poll) = self.spec.poll else { return Over { at, ended: None } };
        let limit = at + self.spec.max_time;
        let mut next = at;
        while lane.error().is_none() && !self.is_over() {
            let Some(task) = self.watch.borrow().task.clone() else { break };
            // By the clock, so that slow answers do not move the questions.
            next = (next + poll).min(limit).max(at);
            let is_last = next >= limit;
            if think(self.sender.user, next.saturating_duration_since(Instant::now())).await == Ended::Halted {
                return Over { at: Instant::now(), ended: Some(Ended::Halted) };
            }
            self.polls.set(self.polls.get() + 1);
            let row = (A2aMethod::Get, (self.sender.rows.get, 0));
            at = self.call(lane, row, agent, &compose::of_task(&task), (Instant::now(), is_last)).await;
            if is_last {
                break;
            }
        }
        Over { at, ended: None }
    }

    /// The condition of `expect` that an answer does not meet.
    fn missed(&self, response: &Response<'_>) -> Option<String> {
        self.flow.borrow().missed(self.demands, response, self.clock)
    }

    /// Records a request, by how the lane says that it ended.
    fn record(
        &self,
        lane: &Lane,
        (method, step): (A2aMethod, (StepId, u32)),
        (due, at): (Instant, Instant),
        took: Option<Duration>,
        code: Option<i64>,
    ) {
        let run = &self.sender.user.run;
        let key = A2aKey { stage: run.stage(due), step, method, code, error: lane.error() };
        run.recorder.a2a_request(key, took, at);
    }

    /// Records the task, as far as the step followed it.
    fn record_task(&self, lane: &Lane, at: Instant) {
        if !self.spec.follows_task() {
            return;
        }
        let (run, watch) = (&self.sender.user.run, self.watch.borrow());
        let (stage, recorder) = (run.stage(self.due.get()), &run.recorder);
        let Some(end) = watch.state().map(TaskState::as_str).or(watch.is_message.then_some("message")) else {
            return;
        };
        recorder.a2a_task(stage, self.ids, end, at);
        let is_open = !watch.is_over();
        // One that did not end was in its state for at least so long.
        if let (true, Some(state), Some(since)) = (is_open, watch.state(), watch.since()) {
            let age = at.saturating_duration_since(since).as_secs_f64();
            recorder.a2a_state(stage, self.ids, state.as_str(), age, at);
        }
        // Failures that come fast would look like speed.
        if is_open || lane.error().is_none() {
            let ended = watch.since().filter(|_| !is_open).unwrap_or(at);
            let took = ended.saturating_duration_since(self.due.get()).as_secs_f64();
            recorder.a2a_observe(stage, self.ids, A2aTaskMetric::Duration, took, at);
        }
        if self.spec.poll.is_some() {
            recorder.a2a_observe(stage, self.ids, A2aTaskMetric::Polls, self.polls.get() as f64, at);
        }
    }

    /// Sets the variable of the step.
    fn put_result(&self) {
        let Some(slot) = self.spec.result else { return };
        let watch = self.watch.borrow();
        let text = |text: Option<&str>| text.map_or(Value::Null, Value::from);
        let entries = [
            ("id", text(watch.task.as_deref())),
            ("context", text(watch.context.as_deref())),
            ("state", text(watch.state().map(TaskState::as_str))),
            ("text", Value::from(watch.text.as_str())),
            ("status_text", Value::from(watch.status_text.as_str())),
            ("events", self.events.get().into()),
            ("polls", self.polls.get().into()),
        ];
        let value = Value::Map(entries.into_iter().map(|(name, value)| (name.into(), value)).collect());
        self.flow.borrow_mut().put(slot, value);
    }

    /// What is wrong with the state that the task is in after an answer.
    fn verdict(&self, is_last: bool) -> Option<Failure> {
        let watch = self.watch.borrow();
        let state = watch.state().filter(|state| !self.spec.expects(*state))?;
        let goes_on = self.spec.poll.is_some() && !is_last;
        let class = match state {
            state if state.is_open() && goes_on => return None,
            state if state.is_open() => ErrorClass::A2aTaskOpen,
            TaskState::InputRequired | TaskState::AuthRequired => ErrorClass::A2aInputRequired,
            _ => ErrorClass::A2aTaskFailed,
        };
        let why = if watch.status_text.is_empty() { "" } else { ": " };
        Some(Failure::text(class, format!("the task is {}{why}{}", state.as_str(), watch.status_text)))
    }

    /// Whether the step has what it wants of its task.
    fn is_over(&self) -> bool {
        let watch = self.watch.borrow();
        watch.is_over() || watch.state().is_some_and(|state| self.spec.expects(state))
    }
}
