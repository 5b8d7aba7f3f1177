//! What all users of a scenario on one worker share: its plan, its recorder, its counters and the signal to stop.

use std::{cell::Cell, rc::Rc, sync::Arc, time::Duration};

use tokio::{sync::Notify, time::Instant};

use super::{
    buffers::Buffers, resumed::mixed_seed, rows::Rows, scenario_recorder::ScenarioRecorder, shared::SharedScenario,
    tracer::Tracer,
};
use crate::{
    control::{Control, ControlEvent, EventKind, StopReason},
    language::{Response, Slot, Value},
    plan::{
        Partition, Scenario,
        flow::{Effect, FlowContext},
        mcp::Revision,
        schedule::stage_at,
    },
    protocol::{Network, a2a::Interface, known::Known},
    units::show_duration,
};

/// Messages of `log` steps that a scenario prints, over all workers.
const MAX_MESSAGES: u64 = 100;
/// Characters of a message.
const MAX_MESSAGE: usize = 1_000;

/// State that the scenarios of a worker share.
#[derive(Debug)]
pub(crate) struct WorkerContext {
    /// Which worker.
    pub worker: usize,
    /// Time zero of the run.
    pub start: Instant,
    /// Wall clock at time zero, since the Unix epoch.
    pub clock_at_start: Duration,
    /// This worker's share of the work.
    pub part: Partition,
    /// Seed of the run.
    pub seed: u64,
    /// When this process takes part; the start of the run, unless it goes on with it.
    pub resumed_at: Instant,
    /// How often the run was interrupted.
    pub interruptions: u64,
    pub network: Rc<Network>,
    pub buffers: Rc<Buffers>,
    /// Variables that setup set, by name.
    pub given: Arc<[(String, Value)]>,
    /// Rows for users.
    pub rows: Arc<Rows>,
    /// Receives the control command of a flow that stops the test.
    pub control: Control,
    /// Samples traces, if tracing is on.
    pub tracer: Option<Rc<Tracer>>,
}

/// One scenario on one worker.
#[derive(Debug)]
pub(crate) struct ScenarioRun {
    /// Position in the plan.
    pub index: usize,
    /// The scenario as planned.
    pub scenario: Scenario,
    /// When its schedule begins.
    pub start: Instant,
    /// This worker's share of it.
    pub part: Partition,
    /// Seed of the scenario's schedule.
    pub seed: u64,
    /// Seed of its users' random numbers, another one in each process of the run.
    pub user_seed: u64,
    /// Nothing is due before.
    pub resumed_at: Instant,
    /// Connections and buffers of the worker.
    pub network: Rc<Network>,
    pub recorder: ScenarioRecorder,
    /// Write buffers.
    pub buffers: Rc<Buffers>,
    /// Variables that setup set, for new users.
    pub given: Vec<(Slot, Value)>,
    /// Rows for users.
    pub rows: Arc<Rows>,
    /// Samples traces, if tracing is on.
    pub tracer: Option<Rc<Tracer>>,
    /// Whether a step reads an event stream.
    has_streams: bool,
    /// Whether a step opens a WebSocket.
    has_sockets: bool,
    /// Revisions that servers of MCP speak, as its users found out.
    pub mcp_revisions: Known<Revision>,
    /// Interfaces of agents, as their cards say.
    pub a2a_interfaces: Known<Interface>,
    /// What all workers share of it.
    pub shared: Arc<SharedScenario>,
    control: Control,
    worker: usize,
    /// The wall clock at the start of the run, since the Unix epoch.
    clock_at_start: Duration,
    /// Users in the middle of an iteration.
    pub running: Cell<u64>,
    /// Event streams that are open.
    pub streams_open: Cell<u64>,
    /// WebSockets that are open.
    pub sockets_open: Cell<u64>,
    /// Users that exist.
    pub made: Cell<u64>,
    /// Scheduled arrivals per second, over all workers.
    pub target_rate: Cell<Option<f64>>,
    /// Whether new iterations may begin.
    pub paused: Cell<bool>,
    /// Notified when a pause ends, or the run does.
    pub wakeup: Notify,
    halted: Cell<bool>,
    last_stage: Cell<usize>,
}

impl ScenarioRun {
    /// A scenario that has not started.
    #[must_use]
    pub(crate) fn new(
        scenario: Scenario,
        index: usize,
        recorder: ScenarioRecorder,
        context: &WorkerContext,
        shared: Arc<SharedScenario>,
    ) -> Rc<Self> {
        let has_streams = scenario.flow.steps.requests().any(|(_, request)| request.spec.events.is_some());
        let has_sockets = scenario.flow.steps.requests().any(|(_, request)| request.spec.websocket.is_some());
        Rc::new(Self {
            index,
            start: context.start + scenario.start,
            given: scenario.flow.slots_of(&context.given),
            has_streams,
            has_sockets,
            mcp_revisions: Known::default(),
            a2a_interfaces: Known::default(),
            scenario,
            part: context.part,
            seed: context.seed.wrapping_add(index as u64),
            user_seed: mixed_seed(context.seed.wrapping_add(index as u64), context.interruptions),
            resumed_at: context.resumed_at,
            network: context.network.clone(),
            recorder,
            buffers: context.buffers.clone(),
            rows: context.rows.clone(),
            tracer: context.tracer.clone(),
            shared,
            control: context.control.clone(),
            worker: context.worker,
            clock_at_start: context.clock_at_start,
            running: Cell::default(),
            streams_open: Cell::default(),
            sockets_open: Cell::default(),
            made: Cell::default(),
            target_rate: Cell::default(),
            paused: Cell::default(),
            wakeup: Notify::new(),
            halted: Cell::default(),
            last_stage: Cell::default(),
        })
    }

    /// Offset of a time from the scenario's start.
    #[must_use]
    pub(crate) fn offset(&self, time: Instant) -> Duration {
        time.saturating_duration_since(self.start)
    }

    /// The stage at a time. Times mostly come in order, so the last result is tried first.
    #[must_use]
    pub(crate) fn stage(&self, time: Instant) -> usize {
        let marks = self.scenario.stages();
        if marks.len() < 2 {
            return 0;
        }
        let offset = self.offset(time);
        let guess = self.last_stage.get();
        let begun = marks.get(guess).is_some_and(|mark| mark.start <= offset);
        let over = marks.get(guess + 1).is_some_and(|mark| mark.start <= offset);
        if begun && !over {
            return guess;
        }
        let stage = stage_at(marks, offset);
        self.last_stage.set(stage);
        stage
    }

    /// The evaluation context at a time.
    #[must_use]
    pub(crate) fn context<'a>(&self, response: Response<'a>, at: Instant) -> FlowContext<'a> {
        let now = self.recorder.since_start(at);
        FlowContext { response, due: now, now, clock: self.clock_at_start + now }
    }

    /// Ends the whole test.
    pub(crate) fn abort(&self, reason: &str) {
        self.report(format!("{} aborts the test: {reason}", self.scenario.name));
        let after = show_duration(self.recorder.since_start(Instant::now()));
        let text = format!("aborted after {after} by an `abort` step of {}: {reason}", self.scenario.name);
        self.control.stop(StopReason::Aborted(text.into()));
    }

    /// Ends the scenario because its rows are used up: no iteration starts any more, and none is counted dropped.
    pub(crate) fn run_out(&self, data: &str) {
        if self.shared.end() {
            self.report(format!("{}: the rows of `{data}` are used up; the scenario ends", self.scenario.name));
        }
        self.wakeup.notify_waiters();
    }

    /// Its loop is over: no command changes anything any more.
    pub(crate) fn end(&self) {
        self.control.end_scenario(self.index);
    }

    /// Its users have ended: it is active no more.
    pub(crate) fn finished(&self) {
        let planned = self.start + self.scenario.duration();
        // One that was over before this process began ended by its schedule.
        let end = if planned <= self.resumed_at { planned } else { Instant::now() };
        self.control.note_end(self.index, self.recorder.since_start(end));
    }

    /// Whether the scenario ended for want of rows.
    #[must_use]
    pub(crate) fn is_over(&self) -> bool {
        self.shared.is_over()
    }

    /// Records a sample, or prints a message.
    pub(crate) fn note(&self, stage: usize, effect: &Effect, at: Instant) {
        match effect {
            Effect::Log(text) => self.log(text),
            sample => self.recorder.sample(stage, sample, at),
        }
    }

    /// Prints a message of a step. A load makes as many as it makes iterations: the first ones are enough to see what
    /// happens.
    #[cold]
    fn log(&self, text: &str) {
        let number = self.shared.next_message_number();
        let name = &self.scenario.name;
        if number < MAX_MESSAGES {
            let text: String = text.chars().map(|c| if c == '\n' { ' ' } else { c }).take(MAX_MESSAGE).collect();
            self.report_as(EventKind::Message, format!("{name}: {text}"));
        } else if number == MAX_MESSAGES {
            let text = format!("{name}: further messages of `log` are left out, after {MAX_MESSAGES}");
            self.report_as(EventKind::Message, text);
        }
    }

    /// Reports an event of the run.
    pub(crate) fn report(&self, what: String) {
        self.report_as(EventKind::Scenario, what);
    }

    fn report_as(&self, kind: EventKind, what: String) {
        let at = self.recorder.since_start(Instant::now());
        self.control.subscribe().report(ControlEvent { at, worker: Some(self.worker), kind, what });
    }

    /// Random numbers for the pauses of a user.
    #[must_use]
    pub(crate) fn pause_random(&self, user: u64) -> fastrand::Rng {
        // Far from the seeds of flows, so that pauses and flows do not go hand in hand.
        fastrand::Rng::with_seed(!self.user_seed ^ (user + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15))
    }

    /// Ends everything after the requests in flight: no further step is begun.
    pub(crate) fn halt(&self) {
        self.halted.set(true);
        self.wakeup.notify_waiters();
    }

    /// Whether the run is halted.
    #[must_use]
    pub(crate) fn is_halted(&self) -> bool {
        self.halted.get()
    }

    /// Records the state of the scenario.
    pub(crate) fn record_state(&self, now: Instant) {
        let begun = now >= self.start;
        let over = self.offset(now) >= self.scenario.duration();
        let stage = (begun && !over).then(|| self.stage(now));
        // Gauges of workers add up, and a stage is active once: the first worker records it.
        let records_stage = self.part.nth(0) == 0;
        let target_rate = self.target_rate.get().map(|rate| rate * self.part.fraction());
        if begun {
            self.recorder.state(self.running.get(), self.made.get(), target_rate, stage.filter(|_| records_stage));
            if self.has_streams {
                self.recorder.streams_open(self.streams_open.get());
            }
            if self.has_sockets {
                self.recorder.sockets_open(self.sockets_open.get());
            }
        }
    }
}
