//! Sampling, identities and what traces leave behind.

use std::{collections::BTreeSet, sync::Arc};

use super::*;
use crate::{
    control::Control,
    executor::{
        scenario_recorder::ScenarioRecorder,
        shared::SharedScenario,
        tests::{closed_shape, plan, worker_context},
    },
    metric::Recorder,
    plan::{ClosedSchedule, Origin, RequestSpec, Step, StepId, StepKind, StepTable, Wire},
    protocol::Probe,
};

/// A step without labels.
fn some_step() -> StepId {
    let kind = StepKind::Group;
    StepTable::default().push(Step { name: "".into(), group: "".into(), tags: Vec::new(), kind })
}

fn sampling(ratio: f64, max_per_second: u64, seed: u64) -> Sampling {
    Sampling { ratio, max_per_second, seed }
}

struct Bench {
    start: Instant,
    recorder: Rc<RefCell<Recorder>>,
    run: Rc<ScenarioRun>,
}

impl Bench {
    fn new(sampling: Sampling, part: Partition) -> Self {
        let shape = closed_shape(ClosedSchedule::constant(1, Duration::from_secs(1)), None);
        let mut plan = plan(shape, Duration::ZERO, Duration::ZERO);
        plan.origins = vec![Origin { tls: false, host: "h".into(), port: 80 }];
        let recorder = Rc::new(RefCell::new(Recorder::default()));
        let mut worker_context = worker_context(&plan, part, &Control::new(1));
        let start = worker_context.start;
        let budget = Arc::new(TraceBudget::new(sampling.max_per_second));
        let tracer = Tracer::new((sampling, budget), part, start, Duration::from_secs(1_700_000_000));
        worker_context.tracer = Some(Rc::new(tracer));
        let scenario = plan.scenarios[0].clone();
        let scenario_recorder = ScenarioRecorder::new(scenario.clone(), 0, recorder.clone(), start);
        let shared = Arc::new(SharedScenario::new(part));
        Self { start, recorder, run: ScenarioRun::new(scenario, 0, scenario_recorder, &worker_context, shared) }
    }

    fn at(&self, millis: u64) -> Instant {
        self.start + Duration::from_millis(millis)
    }

    fn begin(&self, intended: u64, began: u64) -> Rc<Trace> {
        Trace::begin(&self.run, 0, self.at(intended), self.at(began)).unwrap()
    }

    /// Iterations at even times, in so many milliseconds; how many of each second were sampled.
    fn sampled(&self, iterations: u64, millis: u64) -> Vec<usize> {
        let mut seconds = vec![0; usize::try_from(millis / 1_000).unwrap() + 1];
        for number in 0..iterations {
            let offset = millis * number / iterations;
            let trace = self.begin(offset, offset);
            seconds[usize::try_from(offset / 1_000).unwrap()] += usize::from(trace.is_sampled);
        }
        seconds
    }

    fn spans(&self) -> Vec<Span> {
        self.recorder.borrow_mut().flush(0, 1, false, 0.0).spans.kept
    }

    /// A request that was due at 10 ms, written at 20 and answered at 50; returns its header.
    fn send(&self, trace: &Rc<Trace>, spec: &RequestSpec) -> String {
        let traced = trace.request(&Outgoing::constant(spec), &self.run.network);
        let record = |attempt: &Attempt| {
            let attempt = Attempt { end: self.at(50), ..attempt.clone() };
            self.run.recorder.attempt(0, (some_step(), 0), &attempt, traced.span(&attempt));
        };
        let mut probe = Probe::new(self.at(10), self.at(20), &record);
        probe.begin_send(true);
        probe.wrote(10);
        let _end = probe.finish(None);
        String::from_utf8(traced.header().to_vec()).unwrap()
    }
}

#[test]
fn the_share_is_kept_and_decided_by_the_trace_id() {
    for ratio in [0.0, 0.01, 0.3, 1.0] {
        let bench = Bench::new(sampling(ratio, 1_000_000, 7), Partition::WHOLE);
        let sampled: usize = bench.sampled(10_000, 10_000).iter().sum();
        // Six standard deviations; the seed is fixed.
        let bound = 6.0 * (10_000.0 * ratio * (1.0 - ratio)).sqrt();
        assert!((sampled as f64 - 10_000.0 * ratio).abs() <= bound, "{sampled} of {ratio}");
    }
    // OpenTelemetry's rule: the last 56 bits are at least the share that is turned down.
    assert_eq!((threshold(1.0), threshold(0.25), threshold(0.0)), (0, 3 << 54, 1 << 56));
    assert_eq!(random_bits(u128::MAX), (1 << 56) - 1);
}

#[test]
fn every_second_keeps_the_cap() {
    for max in [1, 7, 50] {
        let sampled = Bench::new(sampling(1.0, max, 7), Partition::WHOLE).sampled(5_000, 5_000);
        assert_eq!(sampled[..5], [usize::try_from(max).unwrap(); 5]);
    }
}

#[test]
fn identities_are_those_of_the_run_and_the_worker() {
    let of = |seed, worker| {
        let bench = Bench::new(sampling(0.0, 1, seed), Partition::new(worker, 2));
        (0..100).map(|_| bench.begin(0, 0).id).collect::<BTreeSet<_>>()
    };
    let one = seed_of(("a", "i"), 1);
    assert_eq!(of(one, 0), of(one, 0));
    let others =
        [(("b", "i"), 1), (("a", "j"), 1), (("a", "i"), 2)].map(|(process, seed)| of(seed_of(process, seed), 0));
    let all = others.into_iter().chain([of(one, 0), of(one, 1)]);
    assert_eq!(all.flatten().collect::<BTreeSet<_>>().len(), 500);
}

#[test]
fn requests_and_their_iteration_leave_one_tree() {
    let bench = Bench::new(sampling(1.0, 1, 7), Partition::WHOLE);
    let wire = Wire::new(b"GET /a?b=c HTTP/1.1\r\nUser-Agent: me\r\n", b"");
    let spec = RequestSpec { method: "GET".into(), wire, ..RequestSpec::default() };
    let trace = bench.begin(10, 0);
    let header = bench.send(&trace, &spec);
    trace.end(bench.at(60));
    drop(trace);
    // The cap is used up.
    assert!(bench.send(&bench.begin(0, 0), &spec).ends_with("-00\r\n"));
    assert!(bench.send(&Trace::unsampled(&bench.run).unwrap(), &spec).ends_with("-00\r\n"));
    let spans = bench.spans();
    let [request, root] = &spans[..] else { panic!("{spans:?}") };
    assert_eq!(header, format!("traceparent: 00-{:032x}-{:016x}-01\r\n", request.trace, request.id));
    assert_eq!((request.parent, root.parent, root.trace), (root.id, 0, request.trace));
    assert_eq!((request.start_unix_ns, request.duration_ns), (1_700_000_000_020_000_000, 30_000_000));
    assert_eq!((request.response_ns, root.response_ns), (40_000_000, 50_000_000));
    assert_eq!((&*request.url, &*request.user_agent), ("http://h:80/a?b=REDACTED", "me"));
    assert!(request.is_observed && root.is_observed);
}

#[test]
fn an_attempt_that_follows_from_another_is_a_span_of_its_own() {
    let (bench, spec) = (Bench::new(sampling(1.0, 1, 7), Partition::WHOLE), RequestSpec::default());
    let trace = bench.begin(0, 0);
    let traced = trace.request(&Outgoing::constant(&spec), &bench.run.network);
    let record = |attempt: &Attempt| bench.run.recorder.attempt(0, (some_step(), 0), attempt, traced.span(attempt));
    (0..2).for_each(|_| drop(Probe::new(bench.start, bench.start, &record)));
    let spans = bench.spans();
    let left: Vec<_> = spans.iter().map(|span| (span.resends, span.url.is_empty(), span.parent)).collect();
    assert_eq!(left, [(0, false, trace.root), (1, true, trace.root)]);
    assert_ne!(spans[0].id, spans[1].id);
}

#[test]
fn an_iteration_without_end_leaves_so_many_spans_and_no_more() {
    let (bench, spec) = (Bench::new(sampling(1.0, 1, 7), Partition::WHOLE), RequestSpec::default());
    let trace = bench.begin(0, 0);
    let flagged = (0..300).filter(|_| bench.send(&trace, &spec).ends_with("-01\r\n")).count();
    drop(trace);
    let spans = bench.spans();
    assert_eq!((flagged, spans.len()), (MAX_SPANS_OF_TRACE as usize, MAX_SPANS_OF_TRACE as usize + 1));
    assert!(!spans.last().unwrap().is_observed, "it was cut off");
}
