//! The two loops in paused time: exact counts, no sleeping, no network (iterations that only think).

mod commands;
mod script;
mod table;

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    future::Future,
    rc::Rc,
    sync::Arc,
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    task::{LocalSet, spawn_local},
    time::{Instant, sleep},
};

use super::{
    budget::Budget,
    closed, open,
    pacer::Pacer,
    rows::Rows,
    scenario::{ScenarioRun, WorkerContext},
    scenario_recorder::ScenarioRecorder,
    shared::SharedScenario,
    vu_pool::{Pool, VuPool},
};
use crate::{
    control::{Control, StopReason},
    metric::{Labels, MetricDef, Record, RecordWriter, Recorder, Records, SeriesLimit, Value, record::RecordReader},
    plan::{
        Check, ClosedSchedule, ClosedShape, FlowPlan, HttpOptions, Op, OpenSchedule, OpenShape, Origin, Partition,
        Plan, Program, Request, RequestSpec, Scenario, Shape, Step, StepKind, StepTable, Wait, Wire, Work,
        check::Rule,
        program::Pause,
        schedule::{Stage, open::Spacing},
    },
    protocol::{Network, tls::Connector},
};

/// A flow that only waits.
fn thinking(time: Duration) -> FlowPlan {
    let ops = vec![Op::Think(Pause::Between(time, time)), Op::End];
    FlowPlan::compiled(StepTable::default(), Program { ops, ..Program::default() })
}

const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

pub(super) fn plan(shape: Shape, think: Duration, graceful_stop: Duration) -> Plan {
    let scenario = Scenario {
        name: "it".into(),
        executor: "any",
        shape,
        start: Duration::ZERO,
        graceful_stop,
        wait: Wait::None,
        flow: thinking(think),
        tags: Vec::new(),
    };
    Plan {
        name: "test".into(),
        scenarios: vec![scenario],
        origins: Vec::new(),
        thresholds: Vec::new(),
        left_out: Vec::new(),
        notes: Vec::new(),
        tags: Vec::new(),
        http: HttpOptions::default(),
        seed: 1,
        outputs: Vec::new(),
        baseline: None,
        targets: Vec::new(),
        traces: None,
        variables: BTreeMap::new(),
        metrics: [].into(),
        data: [].into(),
        setup: None,
        teardown: None,
        practice_target: None,
        environment: None,
        included: Vec::new(),
    }
}

pub(super) fn closed_shape(schedule: ClosedSchedule, shared_iterations: Option<u64>) -> Shape {
    let work = shared_iterations.map_or(Work::Endless, Work::Shared);
    Shape::Closed(ClosedShape { schedule, graceful_ramp_down: seconds(30), work, max_users: None })
}

fn open_shape(rate: f64, length: Duration, max_vus: u32) -> Shape {
    let schedule = OpenSchedule::constant(rate, length, Spacing::Even);
    Shape::Open(OpenShape { schedule, pre_allocated_vus: 0, max_vus, is_searched: false })
}

/// What a scenario left behind.
struct Left {
    counts: BTreeMap<String, f64>,
    series: Vec<(MetricDef, Labels, Value)>,
    due: u64,
    records: Records,
    ended: Duration,
}

impl Left {
    fn count(&self, metric: &str) -> u64 {
        self.counts.get(metric).map_or(0, |count| format!("{count}").parse().unwrap())
    }
}

/// Raw records, added up by the metric that counts them.
fn sums(records: &Records) -> BTreeMap<&'static str, u64> {
    let mut sums = BTreeMap::new();
    let mut reader = RecordReader::new(&records.bytes);
    while let Some((_, _, record)) = reader.read() {
        let mut add = |name, amount| *sums.entry(name).or_insert(0) += amount;
        match record {
            Record::Request { failed, .. } => {
                add("http_reqs", 1);
                add("http_errors", failed.into());
            }
            Record::Unsent { failed, .. } => {
                add("unsent", 1);
                add("http_errors", failed.into());
            }
            Record::Iteration { cut_off, sent, received, .. } => {
                add("iterations", (!cut_off).into());
                add("data_sent", sent);
                add("data_received", received);
            }
            Record::Check { passed } => add("checks passed", passed.into()),
            Record::Dropped { count } => add("dropped_iterations", count),
            Record::Sample { .. } => {}
        }
    }
    assert!(reader.is_at_end() && records.lost == 0);
    sums
}

/// A plan's only scenario on one worker, from now.
fn on_worker(plan: &Plan, recorder: &Rc<RefCell<Recorder>>, part: Partition, control: &Control) -> Rc<ScenarioRun> {
    let worker_context = worker_context(plan, part, control);
    let scenario = plan.scenarios[0].clone();
    let scenario_recorder = ScenarioRecorder::new(scenario.clone(), 0, recorder.clone(), worker_context.start);
    let shared = Arc::new(SharedScenario::new(part));
    ScenarioRun::new(scenario, 0, scenario_recorder, &worker_context, shared)
}

/// A worker's part of a plan, from now.
pub(super) fn worker_context(plan: &Plan, part: Partition, control: &Control) -> WorkerContext {
    WorkerContext {
        worker: 0,
        start: Instant::now(),
        clock_at_start: Duration::ZERO,
        part,
        seed: plan.seed,
        resumed_at: Instant::now(),
        interruptions: 0,
        network: Rc::new(Network::new(&plan.origins, plan.http.clone(), Connector::new(false, &plan.http).unwrap())),
        buffers: Rc::default(),
        given: [].into(),
        rows: Arc::new(Rows::new(plan, part, Arc::default())),
        control: control.clone(),
        tracer: None,
    }
}

/// Runs a plan's only scenario on one worker, with something beside it.
async fn conduct<F: Future<Output = ()> + 'static>(
    plan: Plan,
    beside: impl FnOnce(Control, Rc<ScenarioRun>) -> F,
) -> Left {
    let start = Instant::now();
    let recorder = Rc::new(RefCell::new(Recorder::new(plan.metrics.clone(), SeriesLimit::default())));
    recorder.borrow_mut().records = Some(RecordWriter::new(1));
    let control = Control::new(1);
    let run = on_worker(&plan, &recorder, Partition::WHOLE, &control);
    let subscriber = control.subscribe();
    spawn_local(beside(control, run.clone()));
    match plan.scenarios[0].shape.clone() {
        Shape::Open(shape) => {
            let pool = Rc::new(VuPool::new(Pool::new(1, shape.max_vus), 0));
            open::run(run, shape, pool, subscriber, 0, Pacer::coarse()).await;
        }
        Shape::Closed(shape) => {
            let budget = Budget::new(shape.work, Partition::WHOLE, 1);
            closed::run(run, shape, budget, subscriber, 0).await;
        }
    }
    let ended = start.elapsed();
    let interval = recorder.borrow_mut().flush(0, 1, true, 0.0);
    let mut counts = BTreeMap::new();
    for ((metric, _), value) in interval.new_series.iter().zip(&interval.values) {
        if let Value::Counter(count) = value {
            *counts.entry(metric.name.to_string()).or_insert(0.0) += count;
        }
    }
    let series = interval.new_series.into_iter().zip(interval.values);
    let series = series.map(|((metric, labels), value)| (metric, labels, value)).collect();
    let due = interval.intended.iter().map(|cell| cell.due).sum();
    Left { counts, series, due, records: interval.records, ended }
}

async fn alone(plan: Plan) -> Left {
    LocalSet::new().run_until(conduct(plan, |control, _| async move { drop(control) })).await
}

#[tokio::test(start_paused = true)]
async fn closed_users_iterate_until_the_time_is_over() {
    let shape = closed_shape(ClosedSchedule::constant(3, millis(9_500)), None);
    let left = alone(plan(shape, seconds(1), seconds(30))).await;
    assert_eq!((left.count("iterations"), left.due), (30, 30));
    assert_eq!(left.ended.as_secs(), 10, "the last iterations end within the graceful stop");
}

#[tokio::test(start_paused = true)]
async fn iterations_past_the_graceful_stop_are_cut_off_and_not_counted() {
    let shape = closed_shape(ClosedSchedule::constant(2, seconds(1)), None);
    let left = alone(plan(shape, seconds(60), seconds(2))).await;
    assert_eq!((left.count("iterations"), left.ended.as_secs()), (0, 3));
}

#[tokio::test(start_paused = true)]
async fn users_follow_the_ramp() {
    let stage = |length, target| Stage { duration: seconds(length), target };
    let schedule = ClosedSchedule::ramping(0, vec![stage(4, 4.0), stage(4, 4.0), stage(4, 0.0)]);
    let expected = schedule.clone();
    let left = LocalSet::new()
        .run_until(conduct(plan(closed_shape(schedule, None), millis(10), seconds(5)), |control, run| async move {
            sleep(millis(500)).await;
            for second in 0..12 {
                let offset = seconds(second) + millis(500);
                assert_eq!(run.made.get(), u64::from(expected.users_at(offset)), "at {offset:?}");
                sleep(seconds(1)).await;
            }
            drop(control);
        }))
        .await;
    assert!(left.count("iterations") > 2_000);
}

#[tokio::test(start_paused = true)]
async fn a_ramped_down_user_is_cut_off_after_its_grace() {
    let stage = |length, target| Stage { duration: seconds(length), target };
    let schedule = ClosedSchedule::ramping(2, vec![stage(1, 2.0), stage(0, 0.0), stage(20, 0.0)]);
    let shape =
        Shape::Closed(ClosedShape { schedule, graceful_ramp_down: seconds(3), work: Work::Endless, max_users: None });
    let left = LocalSet::new()
        .run_until(conduct(plan(shape, seconds(60), seconds(5)), |control, run| async move {
            sleep(millis(3_900)).await;
            assert_eq!(run.made.get(), 2);
            sleep(millis(200)).await;
            assert_eq!(run.made.get(), 0);
            drop(control);
        }))
        .await;
    assert_eq!(left.count("iterations"), 0);
}

#[tokio::test(start_paused = true)]
async fn shared_iterations_end_the_scenario_and_the_rest_is_dropped() {
    let whole = closed_shape(ClosedSchedule::constant(4, seconds(600)), Some(10));
    let left = alone(plan(whole, seconds(1), seconds(30))).await;
    assert_eq!((left.count("iterations"), left.ended.as_secs()), (10, 3));
    let short = closed_shape(ClosedSchedule::constant(4, millis(1_500)), Some(10));
    let left = alone(plan(short, seconds(1), seconds(30))).await;
    assert_eq!((left.count("iterations"), left.count("dropped_iterations")), (8, 2));
}

#[tokio::test(start_paused = true)]
async fn the_grace_of_shared_iterations_counts_from_the_end_of_their_time() {
    let shape = closed_shape(ClosedSchedule::constant(1, seconds(600)), Some(1));
    let left = alone(plan(shape, seconds(60), seconds(1))).await;
    assert_eq!((left.count("iterations"), left.ended.as_secs()), (1, 60));
}

#[tokio::test(start_paused = true)]
async fn a_rate_commanded_before_the_start_does_not_start_the_scenario() {
    let mut plan = plan(open_shape(1.0, seconds(10), 50), millis(10), seconds(30));
    plan.scenarios[0].start = seconds(10);
    let left = LocalSet::new()
        .run_until(conduct(plan, |control, _| async move {
            sleep(seconds(1)).await;
            control.update(|state| state.rates[0] = Some(2.0));
            sleep(seconds(60)).await;
        }))
        .await;
    assert_eq!((left.due, left.ended.as_secs()), (20, 20));
}

#[tokio::test(start_paused = true)]
async fn a_rate_commanded_after_the_last_arrival_is_followed() {
    let left = LocalSet::new()
        .run_until(conduct(plan(open_shape(0.1, seconds(20), 50), millis(10), seconds(30)), |control, _| async move {
            sleep(seconds(15)).await;
            control.update(|state| state.rates[0] = Some(10.0));
            sleep(seconds(60)).await;
        }))
        .await;
    assert!((51..=53).contains(&left.due), "{}", left.due);
}

#[tokio::test(start_paused = true)]
async fn every_arrival_is_started_when_users_suffice() {
    let left = alone(plan(open_shape(100.0, seconds(10), 50), millis(50), seconds(30))).await;
    assert_eq!((left.due, left.count("iterations"), left.count("dropped_iterations")), (1_000, 1_000, 0));
}

#[tokio::test(start_paused = true)]
async fn arrivals_without_a_free_user_are_dropped_and_counted() {
    let left = alone(plan(open_shape(10.0, seconds(5), 2), millis(950), seconds(30))).await;
    assert_eq!(left.due, 50);
    assert_eq!((left.count("iterations"), left.count("dropped_iterations")), (10, 40));
    let sums = sums(&left.records);
    assert_eq!((sums["iterations"], sums["dropped_iterations"]), (10, 40));
}

#[tokio::test(start_paused = true)]
async fn a_stop_ends_thinking_at_once() {
    for shape in [closed_shape(ClosedSchedule::constant(5, seconds(600)), None), open_shape(10.0, seconds(600), 500)] {
        let left = LocalSet::new()
            .run_until(conduct(plan(shape, seconds(30), seconds(30)), |control, _| async move {
                sleep(millis(2_500)).await;
                control.stop(StopReason::Outside);
                sleep(seconds(60)).await;
            }))
            .await;
        assert_eq!((left.count("iterations"), left.ended.as_secs()), (0, 2));
    }
}

#[tokio::test(start_paused = true)]
async fn a_pause_begins_nothing() {
    for shape in [closed_shape(ClosedSchedule::constant(1, millis(9_500)), None), open_shape(1.0, seconds(10), 5)] {
        let left = LocalSet::new()
            .run_until(conduct(plan(shape, millis(1_000), seconds(30)), |control, _| async move {
                sleep(millis(2_500)).await;
                control.update(|state| state.paused = true);
                sleep(seconds(4)).await;
                control.update(|state| state.paused = false);
                sleep(seconds(60)).await;
            }))
            .await;
        assert!((6..=7).contains(&left.count("iterations")), "{}", left.count("iterations"));
    }
}

#[tokio::test(start_paused = true)]
async fn users_and_rates_follow_live_commands() {
    let shape = closed_shape(ClosedSchedule::constant(1, millis(9_500)), None);
    let left = LocalSet::new()
        .run_until(conduct(plan(shape, seconds(1), seconds(30)), |control, _| async move {
            sleep(millis(4_500)).await;
            control.update(|state| state.users[0] = Some(3));
            sleep(seconds(60)).await;
        }))
        .await;
    assert_eq!(left.count("iterations"), 10 + 5 + 5);

    let left = LocalSet::new()
        .run_until(conduct(
            plan(open_shape(10.0, seconds(10), 500), millis(10), seconds(30)),
            |control, _| async move {
                sleep(millis(4_950)).await;
                control.update(|state| state.rates[0] = Some(100.0));
                sleep(seconds(60)).await;
                assert_eq!(control.take_events().kept.len(), 1);
            },
        ))
        .await;
    assert!((550..=560).contains(&left.due), "{}", left.due);
    assert_eq!(left.due, left.count("iterations"));
}

#[tokio::test(start_paused = true)]
async fn the_target_rate_is_recorded_once_however_many_workers_make_it() {
    let plan = plan(open_shape(60.0, seconds(10), 5), millis(10), seconds(30));
    let mut seen = 0.0;
    for worker in 0..3 {
        let recorder = Rc::new(RefCell::new(Recorder::default()));
        let run = on_worker(&plan, &recorder, Partition::new(worker, 3), &Control::new(1));
        run.target_rate.set(Some(60.0));
        run.record_state(Instant::now());
        let interval = recorder.borrow_mut().flush(0, 1, true, 0.0);
        for ((metric, _), value) in interval.new_series.iter().zip(&interval.values) {
            if let (true, Value::Gauge(Some(rate))) = (metric.name == "target_rate", value) {
                seen += rate;
            }
        }
    }
    assert!((seen - 60.0_f64).abs() < 1e-9, "{seen}");
}

/// A server that answers whatever ends a head; it never answers `/hang`, and counts the requests that wait for it.
async fn answer_all(listener: TcpListener, waiting: Rc<Cell<u64>>) {
    while let Ok((mut stream, _)) = listener.accept().await {
        let waiting = waiting.clone();
        spawn_local(async move {
            let (mut head, mut byte) = (Vec::new(), [0]);
            while stream.read_exact(&mut byte).await.is_ok() {
                head.push(byte[0]);
                if !head.ends_with(b"\r\n\r\n") {
                    continue;
                }
                if head.starts_with(b"GET /hang") {
                    waiting.set(waiting.get() + 1);
                } else {
                    stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok").await.unwrap();
                }
                head.clear();
            }
        });
    }
}

fn row(name: &str, kind: StepKind) -> Step {
    Step { name: name.into(), group: "".into(), tags: Vec::new(), kind }
}

fn get(path: &str, origin: usize) -> Step {
    let spec = RequestSpec {
        method: "GET".into(),
        origin,
        wire: Wire::new(format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n").as_bytes(), b""),
        timeout: seconds(60),
        expected: [(200, 399)].into(),
        ..RequestSpec::default()
    };
    row(path, StepKind::Request(Box::new(Request { spec, ..Request::default() })))
}

#[tokio::test]
async fn raw_records_add_up_to_the_counters() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let ports = [listener.local_addr().unwrap().port(), closed.local_addr().unwrap().port()];
    drop(closed);
    let shape = closed_shape(ClosedSchedule::constant(3, seconds(600)), Some(20));
    let mut plan = plan(shape, seconds(0), seconds(30));
    plan.origins = ports.map(|port| Origin { tls: false, host: "127.0.0.1".into(), port }).into();
    let check = Check { named: None, rule: Rule::Status(vec![(200, 200)]) };
    let mut steps = StepTable::default();
    let first = steps.push(get("/", 0));
    let checked = steps.push(row("/", StepKind::Check("is 200".into())));
    let refused = steps.push(get("/refused", 1));
    let hang = steps.push(get("/hang", 0));
    let mut ops = vec![Op::Send(first, None), Op::Check(checked, Box::new(check)), Op::Send(refused, None)];
    let flow = |ops: &[Op]| FlowPlan::compiled(steps.clone(), Program { ops: ops.to_vec(), ..Program::default() });
    plan.scenarios[0].flow = flow(&ops);
    let mut hanging = plan.clone();
    ops.push(Op::Send(hang, None));
    hanging.scenarios[0].flow = flow(&ops);
    hanging.scenarios[0].graceful_stop = millis(0);
    LocalSet::new()
        .run_until(async {
            let waiting = Rc::new(Cell::new(0));
            spawn_local(answer_all(listener, waiting.clone()));
            let left = conduct(plan, |control, _| async move { drop(control) }).await;
            let raw = sums(&left.records);
            for name in ["http_reqs", "http_errors", "iterations", "data_sent", "data_received"] {
                assert_eq!(raw[name], left.count(name), "{name}");
            }
            assert_eq!((raw["http_reqs"], raw["unsent"], raw["checks passed"], raw["iterations"]), (20, 20, 20, 20));

            let left = conduct(hanging, |control, _| async move {
                while waiting.get() < 3 {
                    sleep(millis(1)).await;
                }
                control.stop(StopReason::Outside);
                sleep(seconds(60)).await;
            })
            .await;
            let raw = sums(&left.records);
            assert_eq!((raw["iterations"], raw["http_reqs"], left.count("http_reqs")), (0, 3, 3));
            assert_eq!(raw["data_sent"], left.count("data_sent"), "what was cut off was sent all the same");
            assert_eq!((left.count("interrupted_requests"), left.count("interrupted_iterations")), (3, 3));
            assert_eq!(left.count("http_errors"), 3, "only the refused ones");
        })
        .await;
}
