//! Worker threads: each has a runtime, a recorder and connections of its own, runs its share of every scenario, and
//! hands an interval over once a second.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    sync::Arc,
    time::Duration,
};

use rustix::time::{ClockId, clock_gettime};
use tokio::{
    runtime::{Builder, LocalOptions},
    sync::mpsc,
    task::spawn_local,
    time::{Instant, sleep_until},
};

use super::{
    budget::Budget,
    closed, open,
    pacer::Pacer,
    resumed::Resumed,
    rows::Rows,
    scenario::{ScenarioRun, WorkerContext},
    scenario_recorder::ScenarioRecorder,
    settle,
    shared::SharedScenario,
    trace_budget::TraceBudget,
    tracer::{Sampling, Tracer},
    vu_pool::{Pool, VuPool},
};
use crate::{
    control::{Control, ControlSubscriber},
    language::Value,
    metric::{
        Labels, MetricDef, RecordWriter, Recorder, SeriesLimit, WorkerInterval,
        catalogue::{GENERATOR_HELD_BACK, GENERATOR_OPEN_SOCKETS},
    },
    plan::{Partition, Plan, Shape},
    protocol::{Network, RateLimit, tls::Connector},
};

static WORKER_FAMILY: [&MetricDef; 1] = [&GENERATOR_OPEN_SOCKETS];
static HELD_BACK_FAMILY: [&MetricDef; 1] = [&GENERATOR_HELD_BACK];
/// Intervals a worker may be ahead of the coordinator; past it the worker's next interval is longer, and nothing is lost.
const INTERVALS_AHEAD: usize = 4;
/// Tasks between looks at the sockets: low, so that a timer under load fires on time (tokio's default is 61).
const EVENT_INTERVAL: u32 = 31;

/// Why the load could not be started.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StartError {
    /// TLS can't be set up.
    #[error("TLS can't be set up")]
    Tls(#[from] rustls::Error),
    /// A thread or its runtime could not be made.
    #[error("a worker thread could not be started")]
    Thread(#[from] std::io::Error),
}

/// Why a worker ended early.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WorkerError {
    #[error("worker {worker}: {error}")]
    Failed { worker: usize, error: std::io::Error },
    #[error("worker {worker} failed with a panic, which is a defect of loadagent")]
    Panicked { worker: usize },
}

/// The worker threads of a run.
#[derive(Debug)]
pub(crate) struct WorkerPool {
    threads: Vec<std::thread::JoinHandle<std::io::Result<()>>>,
}

/// What telemetry receives.
#[derive(Debug)]
pub(crate) struct Traffic {
    /// Intervals of all workers; ends when the last worker has ended.
    pub intervals: mpsc::Receiver<WorkerInterval>,
    /// The threads, to be joined after that.
    pub pool: WorkerPool,
}

impl Traffic {
    /// Traffic of a load that was not started: only the interval of setup.
    #[must_use]
    pub(crate) fn without_load(recorded: Option<WorkerInterval>) -> Self {
        let (sender, intervals) = mpsc::channel(1);
        recorded.into_iter().for_each(|interval| drop(sender.try_send(interval)));
        Self { intervals, pool: WorkerPool { threads: Vec::new() } }
    }
}

/// State of one scenario that workers share.
#[derive(Clone)]
struct Shared {
    scenario: Arc<SharedScenario>,
    limit: SharedLimit,
}

/// What bounds an open or a closed scenario over all workers.
#[derive(Clone)]
enum SharedLimit {
    Open(Arc<Pool>),
    Closed(Budget),
}

/// The arguments of a worker; they can be sent to its thread.
struct Assignment {
    worker: usize,
    plan: Arc<Plan>,
    part: Partition,
    start: Instant,
    /// Since when this process takes part, from the start, and how often the run was interrupted.
    resumed: (Duration, u64),
    /// Writer of raw records, if an output needs them.
    records: Option<RecordWriter>,
    series_limit: SeriesLimit,
    traces: Option<(Sampling, Arc<TraceBudget>)>,
    tls: Connector,
    shared: Vec<Shared>,
    rows: Arc<Rows>,
    limit: Option<Arc<RateLimit>>,
    subscriber: ControlSubscriber,
    sender: mpsc::Sender<WorkerInterval>,
    control: Control,
    clock_at_start: Duration,
    given: Arc<[(String, Value)]>,
}

/// Options of a pool.
#[derive(Debug)]
pub(crate) struct PoolConfig {
    /// Number of threads.
    pub workers: usize,
    /// The share of the work of all threads together.
    pub segment: Partition,
    /// Time zero of the run.
    pub start: Instant,
    /// Wall clock at time zero, since the Unix epoch.
    pub clock_at_start: Duration,
    /// Number of raw recorders, setup and teardown included; None without raw records.
    pub recorders: Option<usize>,
    /// The limit of series, shared with setup and teardown.
    pub series_limit: SeriesLimit,
    /// Sampling of traces, if tracing is on.
    pub traces: Option<Sampling>,
    /// Variables that setup set.
    pub given: Arc<[(String, Value)]>,
    /// The interval of setup, delivered before the first one as if of another worker.
    pub recorded: Option<WorkerInterval>,
    /// Where the run goes on.
    pub resumed: Resumed,
}

impl WorkerPool {
    /// Starts the threads.
    ///
    /// # Errors
    /// When TLS or a thread can't be set up.
    pub(crate) fn start(plan: &Arc<Plan>, control: &Control, config: PoolConfig) -> Result<Traffic, StartError> {
        let PoolConfig { workers, segment, start, clock_at_start, recorders, series_limit, .. } = config;
        let PoolConfig { traces, given, recorded, resumed, .. } = config;
        let connector = Connector::new(plan.origins.iter().any(|origin| origin.tls), &plan.http)?;
        let (sender, intervals) = mpsc::channel(INTERVALS_AHEAD * workers + 1);
        // The channel is empty and has capacity for them.
        recorded.into_iter().for_each(|interval| drop(sender.try_send(interval)));
        let scenarios = plan.scenarios.iter().enumerate();
        let shared: Vec<_> =
            scenarios.map(|(index, scenario)| share(&scenario.shape, (workers, segment), index, &resumed)).collect();
        let rows = Arc::new(Rows::new(plan, segment, resumed.taken.clone()));
        let limit = plan.max_rate().map(|rate| Arc::new(RateLimit::new(rate * segment.fraction())));
        let traces =
            traces.map(|sampling| (sampling, Arc::new(TraceBudget::new(segment.share_of(sampling.max_per_second)))));
        let mut threads = Vec::with_capacity(workers);
        for worker in 0..workers {
            let assignment = Assignment {
                worker,
                plan: plan.clone(),
                part: segment.divided(worker as u64, workers as u64),
                start,
                resumed: (resumed.since, resumed.interruptions),
                records: recorders.map(RecordWriter::new),
                series_limit: series_limit.clone(),
                traces: traces.clone(),
                tls: connector.clone(),
                shared: shared.clone(),
                rows: rows.clone(),
                limit: limit.clone(),
                subscriber: control.subscribe(),
                sender: sender.clone(),
                control: control.clone(),
                clock_at_start,
                given: given.clone(),
            };
            let thread = std::thread::Builder::new().name(format!("worker-{worker}"));
            threads.push(thread.spawn(move || {
                let mut runtime = Builder::new_current_thread();
                runtime.enable_all().event_interval(EVENT_INTERVAL);
                runtime.build_local(LocalOptions::default())?.block_on(assignment.run());
                Ok(())
            })?);
        }
        Ok(Traffic { intervals, pool: Self { threads } })
    }

    /// Waits for the threads.
    ///
    /// # Errors
    /// The names of threads that failed, and why.
    pub(crate) fn join(self) -> Result<(), WorkerError> {
        for (worker, thread) in self.threads.into_iter().enumerate() {
            match thread.join() {
                Ok(Ok(())) => {}
                Ok(Err(error)) => return Err(WorkerError::Failed { worker, error }),
                Err(_) => return Err(WorkerError::Panicked { worker }),
            }
        }
        Ok(())
    }
}

fn share(shape: &Shape, (workers, segment): (usize, Partition), index: usize, resumed: &Resumed) -> Shared {
    let limit = match shape {
        Shape::Open(open) => {
            let max_vus = segment.share_of(open.max_vus.into());
            SharedLimit::Open(Pool::new(workers, u32::try_from(max_vus).unwrap_or(u32::MAX)))
        }
        Shape::Closed(closed) => {
            let budget = Budget::new(closed.work, segment, workers);
            let (done, users) = (resumed.done.get(index), segment.share_of(closed.schedule.peak().into()));
            SharedLimit::Closed(done.map_or(budget.clone(), |done| budget.after(*done, users)))
        }
    };
    Shared { scenario: Arc::new(SharedScenario::continuing(segment, index, resumed.taken.clone())), limit }
}

impl Assignment {
    async fn run(mut self) {
        let mut recorder = Recorder::new(self.plan.metrics.clone(), self.series_limit.clone());
        recorder.records = self.records.take();
        let recorder = Rc::new(RefCell::new(recorder));
        let network = Network::new(&self.plan.origins, self.plan.http.clone(), self.tls.clone());
        let network = Rc::new(network.limited(self.limit.clone()));
        let worker_context = WorkerContext {
            worker: self.worker,
            start: self.start,
            clock_at_start: self.clock_at_start,
            part: self.part,
            seed: self.plan.seed,
            resumed_at: self.start + self.resumed.0,
            interruptions: self.resumed.1,
            network: network.clone(),
            buffers: Rc::default(),
            given: self.given.clone(),
            rows: self.rows.clone(),
            control: self.control.clone(),
            tracer: self
                .traces
                .take()
                .map(|traces| Rc::new(Tracer::new(traces, self.part, self.start, self.clock_at_start))),
        };
        let mut runs = Vec::new();
        let mut executors = Vec::new();
        for (index, shared) in self.shared.iter().enumerate() {
            let scenario = self.plan.scenarios[index].clone();
            let scenario_recorder = ScenarioRecorder::new(scenario.clone(), index, recorder.clone(), self.start);
            let own = shared.scenario.clone();
            let run = ScenarioRun::new(scenario, index, scenario_recorder, &worker_context, own);
            runs.push(run.clone());
            let (subscriber, worker) = (self.subscriber.clone(), self.worker);
            executors.push(match (&self.plan.scenarios[index].shape, &shared.limit) {
                (Shape::Open(shape), SharedLimit::Open(pool)) => {
                    let pool = Rc::new(VuPool::new(pool.clone(), worker));
                    spawn_local(open::run(run, shape.clone(), pool, subscriber, worker, Pacer::new()))
                }
                (Shape::Closed(shape), SharedLimit::Closed(budget)) => {
                    spawn_local(closed::run(run, shape.clone(), budget.clone(), subscriber, worker))
                }
                _ => continue,
            });
        }
        let tick = self.resumed.0.as_secs();
        let mut flusher = IntervalFlusher {
            assignment: self,
            recorder,
            network,
            runs,
            tick,
            late: Cell::default(),
            cpu: Cell::default(),
        };
        for executor in executors {
            flusher.tick_until(executor).await;
        }
        flusher.final_flush().await;
    }
}

/// Hands intervals over.
struct IntervalFlusher {
    assignment: Assignment,
    recorder: Rc<RefCell<Recorder>>,
    network: Rc<Network>,
    runs: Vec<Rc<ScenarioRun>>,
    tick: u64,
    /// The most that its timer was late since the last interval.
    late: Cell<Duration>,
    /// CPU seconds of its thread at the last interval.
    cpu: Cell<f64>,
}

impl IntervalFlusher {
    async fn tick_until(&mut self, mut executor: tokio::task::JoinHandle<()>) {
        loop {
            let next = self.assignment.start + Duration::from_secs(self.tick + 1);
            tokio::select! {
                ended = &mut executor => return settle(ended),
                () = sleep_until(next) => {
                    // Seconds that a busy core slept through are one longer interval.
                    self.tick = (self.note_lateness(next) - self.assignment.start).as_secs();
                    if let Ok(permit) = self.assignment.sender.try_reserve() {
                        permit.send(self.interval(false));
                    }
                }
            }
        }
    }

    /// Gives the time at which a timer fired that was due at `next`.
    fn note_lateness(&self, next: Instant) -> Instant {
        let now = Instant::now();
        self.late.set(self.late.get().max(now.saturating_duration_since(next)));
        now
    }

    async fn final_flush(mut self) {
        self.tick += 1;
        // The last user may have woken up with it.
        self.note_lateness(self.assignment.start + Duration::from_secs(self.tick));
        let interval = self.interval(true);
        // The coordinator outlives the workers; if it is gone the run has failed already.
        drop(self.assignment.sender.send(interval).await);
    }

    fn interval(&self, last: bool) -> WorkerInterval {
        let now = Instant::now();
        self.runs.iter().for_each(|run| run.record_state(now));
        let mut recorder = self.recorder.borrow_mut();
        let family = recorder.family(&WORKER_FAMILY, &Labels::default(), &[]);
        recorder.set(family, 0, self.network.open_connections() as f64);
        let held_back = self.network.turn.take_held_back();
        if held_back > 0 {
            let family = recorder.family(&HELD_BACK_FAMILY, &Labels::default(), &[]);
            recorder.add(family, 0, held_back as f64);
        }
        let mut interval = recorder.flush(self.assignment.worker, self.tick, last, thread_cpu_seconds());
        interval.late = self.late.take();
        let computed = interval.cpu_seconds - self.cpu.replace(interval.cpu_seconds);
        interval.was_busy = computed > interval.late.as_secs_f64() * 0.5;
        interval
    }
}

pub(super) fn thread_cpu_seconds() -> f64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 * 1e-9
}
