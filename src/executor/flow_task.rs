//! Performs the effects of a flow, one after another. Branches of a parallel block and detached steps are flow tasks of the
//! same user.
//!
//! ```text
//!  iteration ──●── send ── fork ─┬─ branch 0 ─┬─ join ── think ── … ──●── end
//!                                ├─ branch 1 ─┤                       │
//!                                └─ branch 2 ─┘    detached ──────────┘ (joined at the end)
//! ```

use std::{
    cell::{Cell, RefCell},
    pin::Pin,
    rc::Rc,
    time::Duration,
};

use tokio::{
    task::JoinSet,
    time::{Instant, sleep},
};

use super::{
    a2a, mcp,
    pace::Pace,
    raw_records::Volume,
    response_handler::Handler,
    response_tags::{Untagged, tags_of},
    rows::NoRow,
    rpc_recorder::RpcRecorder,
    scenario::ScenarioRun,
    settled, socket_reopened,
    stream_recorder::StreamRecorder,
    tracer::{Trace, TracedRequest},
};
use crate::{
    language::Response,
    plan::{
        Flow, Request, Shape, StepId,
        flow::{Effect, FlowContext},
        rendering::{Rendered, Unrenderable},
    },
    protocol::{Attempt, Lane, Outgoing, Probe, Sessions},
};

/// State that all flow tasks of a user share.
#[derive(Debug)]
pub(crate) struct User {
    /// The scenario it belongs to.
    pub run: Rc<ScenarioRun>,
    /// Its connections, by protocol.
    pub sessions: Sessions,
    /// Bytes of the iteration so far.
    pub volume: Cell<Volume>,
    /// The trace of the iteration, if it has one.
    pub trace: RefCell<Option<Rc<Trace>>>,
    /// Requests in flight, and the most at once since the innermost parallel block began.
    in_flight: Cell<(u32, u32)>,
    /// What it is doing.
    pub phase: Cell<UserPhase>,
}

/// What a user is doing, where steps behave differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum UserPhase {
    /// An iteration, or `on_start`.
    #[default]
    Iterating,
    /// An iteration of which a step failed: it is counted once, whatever other branches do.
    Failed,
    /// `on_stop`: a halt of the run does not end it, only the graceful stop.
    Stopping,
}

impl User {
    /// State of a user without connections.
    #[must_use]
    pub(crate) fn new(run: Rc<ScenarioRun>) -> Self {
        let (sessions, volume, trace, in_flight, phase) = Default::default();
        Self { run, sessions, volume, trace, in_flight, phase }
    }

    /// Whether no further step is to be begun.
    pub(super) fn is_halted(&self) -> bool {
        self.run.is_halted() && self.phase.get() != UserPhase::Stopping
    }

    /// Counts an iteration that ended early.
    pub(super) fn fail(&self, reason: &str, at: Instant) -> Ended {
        match self.phase.get() {
            UserPhase::Iterating => {
                self.phase.set(UserPhase::Failed);
                self.run.recorder.failed(self.run.stage(at), reason);
            }
            UserPhase::Failed => {}
            UserPhase::Stopping => {
                self.run.report(format!("{}: `on_stop` ended early: {reason}", self.run.scenario.name));
            }
        }
        Ended::Failed(reason.to_owned())
    }

    /// How a request ended the flow: it could not be made, or a step for an event of its stream ended more than the
    /// stream.
    fn ended_by(&self, sent: Result<Option<Ended>, Unrenderable>, at: Instant) -> Option<Ended> {
        match sent {
            Ok(ended) => ended,
            Err(reason) => Some(self.fail(&reason.to_string(), at)),
        }
    }

    /// Ends the flow by an effect.
    pub(super) fn end(&self, effect: Effect, at: Instant) -> Ended {
        match effect {
            Effect::Fail(reason) => self.fail(&reason, at),
            Effect::Abort(reason) => {
                self.run.abort(&reason);
                Ended::Halted
            }
            _ => Ended::Left,
        }
    }

    /// The trace context of a request.
    pub(super) fn traced(&self, outgoing: &Outgoing<'_>) -> Option<Box<TracedRequest>> {
        Some(self.trace.borrow().as_ref()?.request(outgoing, &self.run.network))
    }
}

/// Why a step without a request that is to be sent ends the iteration.
const NO_REQUEST: &str = "the step has no request";

/// Time from a request of a closed user that could not be sent (refused, no address, no TLS) to its next one: where no
/// response is waited for, nothing else would pace it.
const UNSENT_PAUSE: Duration = Duration::from_millis(100);

/// How long a user of a closed scenario pauses after such a request, which took some of it already.
pub(super) fn unsent_pause(run: &ScenarioRun, is_unsent: bool, took: Duration) -> Option<Duration> {
    let pauses = is_unsent && matches!(run.scenario.shape, Shape::Closed(_));
    pauses.then(|| UNSENT_PAUSE.saturating_sub(took))
}

/// The request of a step, rendered into a buffer, and the clock that its flow saw. It is due when the flow is ready, unless
/// it is sent `again`.
///
/// # Errors
/// When a value is missing or invalid, or there are too many servers.
pub(super) fn render<'r>(
    run: &ScenarioRun,
    (flow, lane): (&mut Flow, &Lane),
    request: &'r Request,
    again: bool,
    pace: &mut Pace,
    rendered: &'r mut Rendered,
) -> Result<(Duration, Outgoing<'r>), Unrenderable> {
    let context = run.context(lane.response(), pace.taken);
    let (clock, is_rendered) = (context.clock, flow.render(request, &context, rendered)?);
    let mut outgoing = Outgoing::constant(&request.spec);
    if is_rendered {
        // Rendering took its time; it belongs to no request.
        pace.stale = true;
        pace.refresh();
        outgoing = outgoing.with(rendered, &run.network).ok_or(Unrenderable::TooManyServers)?;
    }
    if !again {
        pace.due = pace.ready;
    }
    Ok((clock, outgoing))
}

/// Counts a request in flight for as long as it lives.
pub(super) struct InFlight<'a>(&'a User);

impl<'a> InFlight<'a> {
    pub(super) fn new(user: &'a User) -> Self {
        let (now, most) = user.in_flight.get();
        user.in_flight.set((now + 1, most.max(now + 1)));
        Self(user)
    }
}

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        let (now, most) = self.0.in_flight.get();
        self.0.in_flight.set((now - 1, most));
    }
}

/// How a flow task ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Ended {
    /// After its last step.
    Completed,
    /// Early, with the reason: a step failed.
    Failed(String),
    /// Early, and its user ends with it.
    Left,
    /// Early, for want of a row; its user ends with it.
    NoRow(NoRow),
    /// The run ended first.
    Halted,
}

/// A flow that is being performed.
#[derive(Debug)]
pub(crate) struct FlowTask {
    pub flow: Flow,
    lane: Lane,
}

impl FlowTask {
    /// A task before its first effect.
    #[must_use]
    pub(crate) fn new(flow: Flow) -> Self {
        Self { flow, lane: Lane::default() }
    }

    /// Performs the flow from its position to the end of the entry. `intended` is when its first request was due, `began`
    /// is now. Also returns the time of the end.
    pub(crate) fn run(
        &mut self,
        user: &Rc<User>,
        intended: Instant,
        began: Instant,
    ) -> impl Future<Output = (Ended, Instant)> {
        let run = &user.run;
        let mut pace = Pace { ready: intended, taken: began, stale: false, due: intended };
        async move {
            let mut detached: Option<JoinSet<(Instant, Ended)>> = None;
            let mut ended = loop {
                // Not in the scrutinee: the context would live, and every user carry it, through the match.
                let context = run.context(self.lane.response(), pace.taken);
                let effect = self.flow.next(&FlowContext { due: run.recorder.since_start(pace.due), ..context });
                // What a response says is still recorded; an iteration that needs nothing more is whole.
                if effect.takes_time() && user.is_halted() {
                    break Ended::Halted;
                }
                match effect {
                    Effect::Send { step, request, mut labels, again } => {
                        if let Some(request) = &request {
                            labels.get_or_insert_default().method = Some(request.spec.method.clone());
                        }
                        // Rendering labels took its time; it belongs to no request.
                        pace.stale |= labels.is_some();
                        let variant = labels.map_or(0, |labels| run.recorder.variant(step, *labels));
                        let Some(request) = request.as_deref().or_else(|| run.scenario.flow.steps.request(step)) else {
                            break user.fail(NO_REQUEST, pace.taken);
                        };
                        if let Some(turn) = run.network.turn.later() {
                            if think(user, turn.saturating_duration_since(Instant::now())).await == Ended::Halted {
                                break Ended::Halted;
                            }
                            // The limit belongs to no request: it is due when it may be sent.
                            pace.resume_at(Instant::now());
                        }
                        let sent = self.send(user, (step, variant), request, again, &mut pace).await;
                        if let Some(ended) = user.ended_by(sent, pace.taken) {
                            break ended;
                        }
                    }
                    Effect::Think(time) => {
                        if think(user, time).await == Ended::Halted {
                            break Ended::Halted;
                        }
                        pace.resume_at(Instant::now());
                    }
                    Effect::Parallel { step, branches, width } => {
                        pace.refresh();
                        match self.fork(user, step, branches, width, pace.taken).await {
                            (at, Ended::Completed) => pace.resume_at(at),
                            (_, ended) => break ended,
                        }
                    }
                    Effect::Detach { after, branch } => {
                        detached.get_or_insert_default().spawn_local(later(user.clone(), branch, after));
                    }
                    Effect::Yield => tokio::task::yield_now().await,
                    Effect::Row { data, into } => {
                        match run.rows.next(data, self.flow.id().vu.saturating_sub(1), self.flow.random()) {
                            Ok(row) => self.flow.put(into, row),
                            Err(none) => break Ended::NoRow(none),
                        }
                        pace.stale = true;
                    }
                    last @ (Effect::Fail(_) | Effect::Abort(_) | Effect::Leave) => break user.end(last, pace.taken),
                    Effect::Done => break Ended::Completed,
                    sample => {
                        run.note(run.stage(pace.taken), &sample, pace.taken);
                        pace.stale = true;
                    }
                }
            };
            pace.refresh();
            let mut end = pace.taken;
            while let Some(joined) = match &mut detached {
                Some(branches) => branches.join_next().await,
                None => None,
            } {
                let Some((at, branch)) = settled(joined) else { continue };
                end = end.max(at);
                if branch == Ended::Halted && ended == Ended::Completed {
                    ended = Ended::Halted;
                }
            }
            (ended, end)
        }
    }

    fn send(
        &mut self,
        user: &User,
        (step, variant): (StepId, u32),
        request: &Request,
        again: bool,
        pace: &mut Pace,
    ) -> impl Future<Output = Result<Option<Ended>, Unrenderable>> {
        pace.refresh();
        let run = &user.run;
        async move {
            if request.spec.mcp.is_some() {
                // Boxed: only requests of MCP should carry it.
                let ids = (step, variant);
                return Box::pin(mcp::perform(user, (&mut self.flow, &mut self.lane), ids, request, again, pace)).await;
            }
            if request.spec.a2a.is_some() {
                let ids = (step, variant);
                return Box::pin(a2a::perform(user, (&mut self.flow, &mut self.lane), ids, request, again, pace)).await;
            }
            let mut rendered = run.buffers.take();
            let (clock, mut outgoing) = render(run, (&mut self.flow, &self.lane), request, again, pace, &mut rendered)?;
            let stage = run.stage(pace.due);
            let traced = user.traced(&outgoing);
            outgoing.extra = traced.as_ref().map_or(&[], |traced| traced.header());
            let volume = &user.volume;
            let (unsent, is_timed) = (Cell::new(false), Cell::new(false));
            let write = |attempt: &Attempt, variant: u32| {
                let span = traced.as_ref().and_then(|traced| traced.span(attempt));
                run.recorder.attempt(stage, (step, variant), attempt, span);
            };
            // Boxed: only requests with tags from the response should carry it.
            let untagged = (!request.response_tags.is_empty()).then(|| Box::new(Untagged::new(&write, variant)));
            let record = |attempt: &Attempt| {
                unsent.set(attempt.is_unsent());
                is_timed.set(attempt.is_timed());
                let Volume { sent, received } = volume.get();
                volume.set(Volume { sent: sent + attempt.sent, received: received + attempt.received });
                match &untagged {
                    Some(untagged) => untagged.hold(attempt),
                    None => write(attempt, variant),
                }
            };
            let begun = pace.taken;
            let mut probe = Probe::new(pace.due, begun, &record);
            let in_flight = InFlight::new(user);
            let flow = RefCell::new(&mut self.flow);
            // Boxed: only streams should carry it.
            let stream = request
                .spec
                .events
                .as_deref()
                .map(|spec| Box::new(StreamRecorder::new(run, spec, &flow, (step, variant), (stage, pace.due))));
            let rpc = request.spec.rpc.as_deref().map(|spec| Box::new(RpcRecorder::new(spec, outgoing.body())));
            let (demands, limits) = (request.demands.as_ref(), request.limits.as_ref());
            let handler = Handler { flow: &flow, demands, limits, clock, stream, rpc };
            outgoing.handler = handler.is_needed().then_some(&handler);
            let (end, mut ended) = match &request.spec.websocket {
                None => (user.sessions.http.send(&mut self.lane, &run.network, &outgoing, &mut probe).await, None),
                Some(spec) => {
                    let ids = (stage, (step, variant));
                    // Boxed: only sockets should carry it.
                    Box::pin(socket_reopened::perform(user, &flow, &mut self.lane, spec, ids, &outgoing, &mut probe))
                        .await
                }
            };
            if let Some(stream) = &handler.stream {
                self.lane.measured(stream.values());
                ended = stream.take_effect().map(|effect| user.end(effect, end));
            }
            if let Some(rpc) = &handler.rpc {
                rpc.record(run, (stage, (step, variant)), (pace.due, end), is_timed.get(), self.lane.error());
            }
            if let Some(untagged) = &untagged {
                let tags = tags_of(&request.response_tags, &flow.borrow(), &self.lane, clock);
                untagged.release(run.recorder.tagged_variant(step, variant, tags));
            }
            drop((in_flight, handler));
            run.buffers.give_back(rendered);
            pace.resume_at(end);
            if let Some(pause) = unsent_pause(run, unsent.get(), end.saturating_duration_since(begun)) {
                // Boxed, because it is rare: a user should not carry its future.
                Box::pin(think(user, pause)).await;
                pace.resume_at(Instant::now());
            }
            Ok(ended)
        }
    }

    /// Runs the branches of a block, at most `width` of them at once, and merges the variables they set. Returns the
    /// time of its end, and how: completed although branches failed, unless one got no row or the run ended first.
    async fn fork(
        &mut self,
        user: &Rc<User>,
        step: StepId,
        branches: Vec<Flow>,
        width: usize,
        now: Instant,
    ) -> (Instant, Ended) {
        let run = &user.run;
        let (in_flight, most) = user.in_flight.get();
        user.in_flight.set((in_flight, in_flight));
        let mut results: Vec<Option<Flow>> = vec![None; branches.len()];
        let mut waiting = branches.into_iter().enumerate();
        let mut running: JoinSet<(usize, Ended, Flow)> = JoinSet::new();
        let mut end = now;
        let mut block = Ended::Completed;
        loop {
            while running.len() < width
                && let Some((number, flow)) = waiting.next()
            {
                running.spawn_local(branch(user.clone(), number, flow));
            }
            let Some(joined) = running.join_next().await else { break };
            end = Instant::now();
            if let Some((number, ended, flow)) = settled(joined) {
                results[number] = (ended == Ended::Completed).then_some(flow);
                if matches!(ended, Ended::NoRow(_) | Ended::Halted) && !matches!(block, Ended::NoRow(_)) {
                    block = ended;
                }
            }
        }
        let (in_flight, reached) = user.in_flight.get();
        user.in_flight.set((in_flight, most.max(reached)));
        run.recorder.width(run.stage(now), step, reached);
        self.flow.join(results, &run.context(Response::default(), end));
        (end, block)
    }
}

/// Boxed, because a task that forks contains itself.
fn branch(user: Rc<User>, number: usize, flow: Flow) -> Pin<Box<dyn Future<Output = (usize, Ended, Flow)>>> {
    Box::pin(async move {
        let mut task = FlowTask::new(flow);
        let now = Instant::now();
        let (ended, _) = task.run(&user, now, now).await;
        (number, ended, task.flow)
    })
}

fn later(user: Rc<User>, flow: Box<Flow>, after: Duration) -> Pin<Box<dyn Future<Output = (Instant, Ended)>>> {
    Box::pin(async move {
        let ended = think(&user, after).await;
        let now = Instant::now();
        if ended == Ended::Halted {
            return (now, ended);
        }
        let (ended, end) = FlowTask::new(*flow).run(&user, now, now).await;
        (end, ended)
    })
}

/// Pauses; a halt ends the pause at once.
pub(super) async fn think(user: &User, time: Duration) -> Ended {
    let end = Instant::now() + time;
    while Instant::now() < end {
        if user.is_halted() {
            return Ended::Halted;
        }
        tokio::select! {
            () = sleep(end - Instant::now()) => {}
            () = user.run.wakeup.notified() => {}
        }
    }
    Ended::Completed
}
