//! One thread of a user's doing: performs the effects of a flow, one after another. Branches of a parallel block and
//! detached steps are strands of the same user.
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
    raw::Volume,
    rows::NoRow,
    scenario::ScenarioRun,
    settled,
    tracer::{Trace, TracedRequest},
};
use crate::{
    language::Response,
    plan::{
        Flow, Program,
        flow::Effect,
        program::{Parallel, Send},
        rendering::Unrenderable,
    },
    protocol::{Attempt, Lane, Outgoing, Probe, Sessions},
};

/// What all strands of a user share.
#[derive(Debug)]
pub struct User {
    /// The scenario it belongs to.
    pub run: Rc<ScenarioRun>,
    /// Its connections, by protocol.
    pub sessions: Sessions,
    /// Bytes of the iteration so far.
    pub volume: Cell<Volume>,
    /// The trace of the iteration, if it has one.
    pub trace: RefCell<Option<Rc<Trace>>>,
    /// Requests in flight, and the most there were at once since somebody began to look.
    in_flight: Cell<(u32, u32)>,
}

impl User {
    /// A user without connections.
    #[must_use]
    pub fn new(run: Rc<ScenarioRun>) -> Self {
        let (sessions, volume, trace) = Default::default();
        Self { run, sessions, volume, trace, in_flight: Cell::default() }
    }

    fn traced(&self, outgoing: &Outgoing<'_>) -> Option<Box<TracedRequest>> {
        Some(self.trace.borrow().as_ref()?.request(outgoing, &self.run.network))
    }
}

/// Counts a request in flight for as long as it lives.
struct Flight<'a>(&'a User);

impl<'a> Flight<'a> {
    fn new(user: &'a User) -> Self {
        let (now, most) = user.in_flight.get();
        user.in_flight.set((now + 1, most.max(now + 1)));
        Self(user)
    }
}

impl Drop for Flight<'_> {
    fn drop(&mut self) {
        let (now, most) = self.0.in_flight.get();
        self.0.in_flight.set((now - 1, most));
    }
}

/// How a strand ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    /// At its end.
    Well,
    /// Early, and why: a step could not be done, or failed on purpose.
    Failed(String),
    /// Early, and its user ends with it.
    Left,
    /// Early, for want of a row; its user ends with it.
    NoRow(NoRow),
    /// The run ended first.
    Halted,
}

/// A flow and what it needs to be performed.
#[derive(Debug)]
pub struct FlowTask {
    /// The flow.
    pub flow: Flow,
    lane: Lane,
}

/// The moments that requests are measured from.
#[derive(Debug, Clone, Copy)]
struct Pace {
    /// The next request is due since.
    ready: Instant,
    /// The last thing ended at.
    taken: Instant,
    /// Whether something was done since that took time.
    stale: bool,
    /// The request before was due since.
    due: Instant,
}

impl Pace {
    fn at(moment: Instant) -> Self {
        Self { ready: moment, taken: moment, stale: false, due: moment }
    }

    /// The clock is read again only if something was done since the last reading.
    fn refresh(&mut self) {
        if std::mem::take(&mut self.stale) {
            *self = Self { due: self.due, ..Self::at(Instant::now()) };
        }
    }
}

impl FlowTask {
    /// A strand that has done nothing.
    #[must_use]
    pub fn new(flow: Flow) -> Self {
        Self { flow, lane: Lane::default() }
    }

    /// Performs the flow from its position to the end of the entry. `intended` is when its first request was due, `began`
    /// is now. Gives the time of the end as well.
    pub async fn run(&mut self, user: &Rc<User>, intended: Instant, began: Instant) -> (Ended, Instant) {
        let run = &user.run;
        let program: &Program = run.program();
        let mut pace = Pace { ready: intended, taken: began, stale: false, due: intended };
        let mut detached: Option<JoinSet<Instant>> = None;
        let ended = loop {
            let scene = run.scene(self.lane.response(), pace.taken);
            match self.flow.next(program, &scene) {
                Effect::Send { op, send, again } => {
                    if let Err(reason) = self.send(user, op, send, again, &mut pace).await {
                        break failed(run, &reason.to_string(), pace.taken);
                    }
                }
                Effect::Think(time) => {
                    think(run, time).await;
                    pace = Pace { due: pace.due, ..Pace::at(Instant::now()) };
                }
                Effect::Parallel(parallel) => {
                    pace.refresh();
                    match self.fork(user, parallel, pace.taken).await {
                        Ok((_, Some(none))) => break Ended::NoRow(none),
                        Ok((at, None)) => pace = Pace { due: pace.due, ..Pace::at(at) },
                        Err(reason) => break failed(run, &reason.to_string(), pace.taken),
                    }
                }
                Effect::Detach { after, body } => {
                    let branch = self.flow.branch(body, None);
                    detached.get_or_insert_default().spawn_local(later(user.clone(), branch, after));
                }
                Effect::Yield => tokio::task::yield_now().await,
                Effect::Fail(reason) => break failed(run, &reason, pace.taken),
                Effect::Abort(reason) => {
                    run.abort(&reason);
                    break Ended::Halted;
                }
                Effect::Row { data, into } => {
                    let number = self.flow.who.vu.saturating_sub(1);
                    match run.rows.next(data, number, &mut self.flow.random) {
                        Ok(row) => self.flow.put(into, row),
                        Err(none) => break Ended::NoRow(none),
                    }
                    pace.stale = true;
                }
                Effect::Leave => break Ended::Left,
                Effect::Done => break Ended::Well,
                sample => {
                    run.desk.sample(run.stage(pace.taken), sample, pace.taken);
                    pace.stale = true;
                }
            }
            if run.is_halted() {
                break Ended::Halted;
            }
        };
        pace.refresh();
        let mut end = pace.taken;
        while let Some(joined) = match &mut detached {
            Some(strands) => strands.join_next().await,
            None => None,
        } {
            end = end.max(settled(joined).unwrap_or(end));
        }
        (ended, end)
    }

    async fn send(
        &mut self,
        user: &User,
        op: usize,
        send: &Send,
        again: bool,
        pace: &mut Pace,
    ) -> Result<(), Unrenderable> {
        let run = &user.run;
        pace.refresh();
        let scene = run.scene(self.lane.response(), pace.taken);
        let mut rendered = run.buffers.take();
        let mut outgoing = Outgoing::constant(&send.request);
        if self.flow.render(send, &scene, &mut rendered)? {
            // Rendering took its time; it belongs to no request.
            pace.stale = true;
            pace.refresh();
            outgoing = outgoing.with(&rendered, &run.network).ok_or(Unrenderable::TooManyServers)?;
        }
        if !again {
            pace.due = pace.ready;
        }
        let stage = run.stage(pace.due);
        let variant = self.flow.labels(send, &scene)?.map_or(0, |labels| run.desk.variant(op, labels));
        let traced = user.traced(&outgoing);
        outgoing.extra = traced.as_ref().map_or(&[], |traced| traced.header());
        let volume = &user.volume;
        let record = |attempt: &Attempt| {
            let Volume { sent, received } = volume.get();
            volume.set(Volume { sent: sent + attempt.sent, received: received + attempt.received });
            let span = traced.as_ref().and_then(|traced| traced.span(attempt));
            run.desk.attempt(stage, (op, variant), &send.request, attempt, span);
        };
        let probe = Probe::new(pace.due, pace.taken, &record);
        let flight = Flight::new(user);
        let (demands, clock) = (send.demands.as_ref(), scene.clock);
        let flow = &self.flow;
        let fulfils = |response: &Response<'_>| demands.is_none_or(|demand| flow.fulfils(demand, response, clock));
        outgoing.demand = demands.is_some().then_some(&fulfils);
        let end = user.sessions.http.send(&mut self.lane, &run.network, outgoing, probe).await;
        drop(flight);
        run.buffers.give_back(rendered);
        *pace = Pace { due: pace.due, ..Pace::at(end) };
        Ok(())
    }

    /// Runs the branches of a block, as many at once as it allows, and takes over what they found. Gives the time of its
    /// end, and the row that a branch was in want of.
    async fn fork(
        &mut self,
        user: &Rc<User>,
        parallel: &Parallel,
        now: Instant,
    ) -> Result<(Instant, Option<NoRow>), Unrenderable> {
        let run = &user.run;
        let scene = run.scene(self.lane.response(), now);
        let (branches, width) = self.flow.widths(parallel, &scene)?;
        let mut flows = Vec::with_capacity(branches);
        for number in 0..branches {
            let entry = parallel.branches[number % parallel.branches.len()];
            flows.push((number, self.flow.branch(entry, parallel.index.map(|slot| (slot, number)))));
        }
        let (in_flight, most) = user.in_flight.get();
        user.in_flight.set((in_flight, in_flight));
        let mut waiting = flows.into_iter();
        let mut results: Vec<Option<Flow>> = vec![None; branches];
        let mut running: JoinSet<(usize, Ended, Flow)> = JoinSet::new();
        let mut end = now;
        let mut no_row = None;
        loop {
            while running.len() < width
                && let Some((number, flow)) = waiting.next()
            {
                running.spawn_local(branch(user.clone(), number, flow));
            }
            let Some(joined) = running.join_next().await else { break };
            end = Instant::now();
            if let Some((number, ended, flow)) = settled(joined) {
                results[number] = (ended == Ended::Well).then_some(flow);
                if let Ended::NoRow(none) = ended {
                    no_row = Some(none);
                }
            }
        }
        let (in_flight, reached) = user.in_flight.get();
        user.in_flight.set((in_flight, most.max(reached)));
        run.desk.width(run.stage(now), &parallel.group, reached);
        self.flow.join(parallel, results, &run.scene(Response::default(), end));
        Ok((end, no_row))
    }
}

/// Counts an iteration that ended early.
fn failed(run: &ScenarioRun, reason: &str, at: Instant) -> Ended {
    run.desk.failed(run.stage(at), reason);
    Ended::Failed(reason.to_owned())
}

/// Boxed, because a strand that forks contains itself.
fn branch(user: Rc<User>, number: usize, flow: Flow) -> Pin<Box<dyn Future<Output = (usize, Ended, Flow)>>> {
    Box::pin(async move {
        let mut strand = FlowTask::new(flow);
        let now = Instant::now();
        let (ended, _) = strand.run(&user, now, now).await;
        (number, ended, strand.flow)
    })
}

fn later(user: Rc<User>, flow: Flow, after: Duration) -> Pin<Box<dyn Future<Output = Instant>>> {
    Box::pin(async move {
        think(&user.run, after).await;
        let now = Instant::now();
        if user.run.is_halted() {
            return now;
        }
        let (_, end) = FlowTask::new(flow).run(&user, now, now).await;
        end
    })
}

/// Pauses; a halt ends the pause at once, because nothing will follow it.
pub async fn think(run: &ScenarioRun, time: Duration) {
    let end = Instant::now() + time;
    while !run.is_halted() && Instant::now() < end {
        tokio::select! {
            () = sleep(end - Instant::now()) => {}
            () = run.bell.notified() => {}
        }
    }
}
