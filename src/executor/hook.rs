//! Setup and teardown: one user, one iteration, before or after all others, on a thread of its own.

use std::{cell::RefCell, convert::Infallible, future, rc::Rc, sync::Arc, time::Duration};

use tokio::{
    runtime::{Builder, LocalOptions},
    time::{Instant, timeout},
};

use super::{
    StartError,
    flow_task::{Ended, FlowTask, User},
    mcp,
    rows::Rows,
    scenario::{ScenarioRun, WorkerContext},
    scenario_recorder::ScenarioRecorder,
    shared::SharedScenario,
    worker::thread_cpu_seconds,
};
use crate::{
    control::{Control, ControlSubscriber, StopReason},
    language::{IterationId, Value},
    metric::{RecordWriter, Recorder, SeriesLimit, WorkerInterval},
    plan::{Flow, Partition, Plan, Scenario, flow::Entry},
    protocol::{Network, RateLimit, tls::Connector},
};

/// The result of a hook.
#[derive(Debug)]
pub(crate) struct HookRun {
    pub recorded: WorkerInterval,
    /// Variables it set, by name.
    pub left: Arc<[(String, Value)]>,
    /// Why it ended early, if it did.
    pub failure: Option<String>,
}

/// When and where a hook runs.
#[derive(Debug)]
pub(crate) struct HookContext {
    /// Its recorder's number, past those of the workers.
    pub worker: usize,
    /// Time zero of the run.
    pub start: Instant,
    /// Wall clock at time zero, since the Unix epoch.
    pub clock_at_start: Duration,
    /// The second of the run that its interval belongs to.
    pub tick: u64,
    /// Number of raw recorders, workers included; None without raw records.
    pub recorders: Option<usize>,
    /// The limit of series, shared with the workers.
    pub limit: SeriesLimit,
    /// Variables set before, by name.
    pub given: Arc<[(String, Value)]>,
}

/// Runs setup or teardown to its end; blocks the calling thread.
///
/// # Errors
/// When TLS or a runtime can't be set up.
pub(crate) fn run(
    plan: &Plan,
    scenario: &Scenario,
    control: &Control,
    context: &HookContext,
) -> Result<HookRun, StartError> {
    let tls = Connector::new(plan.origins.iter().any(|origin| origin.tls), &plan.http)?;
    let runtime = Builder::new_current_thread().enable_all().build_local(LocalOptions::default())?;
    Ok(runtime.block_on(async {
        let mut recorder = Recorder::new(plan.metrics.clone(), context.limit.clone());
        recorder.records = context.recorders.map(RecordWriter::new);
        let recorder = Rc::new(RefCell::new(recorder));
        let limit = plan.max_rate().map(|rate| Arc::new(RateLimit::new(rate)));
        let network = Network::new(&plan.origins, plan.http.clone(), tls).limited(limit);
        let worker_context = WorkerContext {
            worker: context.worker,
            start: context.start,
            clock_at_start: context.clock_at_start,
            part: Partition::WHOLE,
            seed: plan.seed,
            resumed_at: context.start,
            interruptions: 0,
            network: Rc::new(network),
            buffers: Rc::default(),
            given: context.given.clone(),
            rows: Arc::new(Rows::new(plan, Partition::WHOLE, Arc::default())),
            control: control.clone(),
            // Setup and teardown belong to no iteration of the load.
            tracer: None,
        };
        let shared = Arc::new(SharedScenario::new(Partition::WHOLE));
        let index = plan.scenarios.len();
        let scenario_recorder = ScenarioRecorder::new(scenario.clone(), index, recorder.clone(), context.start);
        let run = ScenarioRun::new(scenario.clone(), index, scenario_recorder, &worker_context, shared);
        let random = fastrand::Rng::with_seed(plan.seed);
        let mut flow = Flow::new(&scenario.flow, &run.given, random, IterationId::default());
        flow.enter(Entry::Iteration);
        let mut task = FlowTask::new(flow);
        let (user, now) = (Rc::new(User::new(run.clone())), Instant::now());
        let ended = tokio::select! {
            ended = timeout(scenario.duration(), task.run(&user, now, now)) => ended.ok().map(|(ended, _)| ended),
            never = halt_on_stop(&run, control.subscribe()) => match never {},
        };
        mcp::end_sessions(&user).await;
        let failure = match ended {
            Some(Ended::Completed | Ended::Left) => None,
            Some(Ended::Failed(reason)) => Some(reason),
            Some(Ended::NoRow(_)) => Some("no row of the data is left".to_owned()),
            Some(Ended::Halted) => Some(match control.current().stop {
                Some(StopReason::Aborted(text)) => text.to_string(),
                _ => "it was stopped by a signal or the control API".to_owned(),
            }),
            None => Some(format!("it took longer than {:?}", scenario.duration())),
        };
        let left = task.flow.variables().into();
        let cpu = thread_cpu_seconds();
        let interval = recorder.borrow_mut().flush(context.worker, context.tick, true, cpu);
        HookRun { recorded: interval, left, failure }
    }))
}

/// A stop ends it after the request in flight.
async fn halt_on_stop(run: &ScenarioRun, mut subscriber: ControlSubscriber) -> Infallible {
    while subscriber.state().stop.is_none() {
        subscriber.changed().await;
    }
    run.halt();
    future::pending().await
}
