//! Tracing: every request carries a `traceparent` (W3C Trace Context), and those of a sampled iteration leave spans.
//!
//! An iteration is a trace. Whether it is sampled is decided at its begin and told to the target by flag 01, all others
//! carry flag 00, so that no backend behind the target is flooded. Each worker has its share of the cap and identities of
//! its own: nothing is shared on the path of a request. The random numbers are not the flow's: a traced run is the same
//! load.

use std::{
    cell::{Cell, RefCell},
    hash::{DefaultHasher, Hash, Hasher},
    rc::Rc,
    time::Duration,
};

use tokio::time::Instant;

use super::{raw::nanoseconds, scenario::ScenarioRun, traced};
use crate::{
    metric::Span,
    plan::Partition,
    protocol::{Attempt, Network, Outgoing},
};

/// Bits of a trace id that are random enough to decide by, as W3C and OpenTelemetry count them.
const RANDOM_BITS: u32 = 56;
/// Requests of a trace that leave spans; an iteration that never ends must not flood a backend.
const MAX_SPANS_OF_TRACE: u32 = 128;

/// What is sampled.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sampling {
    /// Share of iterations, 0 to 1.
    pub ratio: f64,
    /// Most of them in a second, over all workers.
    pub max_per_second: u64,
    /// From what identities are made: another one for each run.
    pub seed: u64,
}

/// Decides about the traces of one worker.
#[derive(Debug)]
pub struct Tracer {
    random: RefCell<fastrand::Rng>,
    /// Traces are sampled whose random bits are at least this.
    threshold: u64,
    /// This worker's share of the cap.
    share: u64,
    /// The second of the run that is spent from, and what is left of its share.
    budget: Cell<(u64, u64)>,
    start: Instant,
    /// Unix nanoseconds.
    started_at_ns: u64,
}

impl Tracer {
    /// A tracer for one part of a run that began at `start`; `clock_at_start` is the wall clock then, since the Unix epoch.
    #[must_use]
    pub fn new(sampling: Sampling, part: Partition, start: Instant, clock_at_start: Duration) -> Self {
        let mut hasher = DefaultHasher::new();
        (sampling.seed, part.nth(0)).hash(&mut hasher);
        let share = part.share_of(sampling.max_per_second);
        Self {
            random: RefCell::new(fastrand::Rng::with_seed(hasher.finish())),
            threshold: threshold(sampling.ratio),
            share,
            budget: Cell::new((0, share)),
            start,
            started_at_ns: nanoseconds(clock_at_start),
        }
    }

    /// Takes one trace off the share of the second of a moment; false when it is used up.
    fn spend(&self, moment: Instant) -> bool {
        let second = moment.saturating_duration_since(self.start).as_secs();
        let (known, left) = self.budget.get();
        let left = if second == known { left } else { self.share };
        self.budget.set((second, left.saturating_sub(1)));
        left > 0
    }

    fn unix_ns(&self, moment: Instant) -> u64 {
        self.started_at_ns.saturating_add(nanoseconds(moment.saturating_duration_since(self.start)))
    }
}

/// Random bits from which on traces are sampled: a share of `ratio` of all there are.
fn threshold(ratio: f64) -> u64 {
    let all = 1_u64 << RANDOM_BITS;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of 2^56")]
    let kept = (ratio.clamp(0.0, 1.0) * all as f64).round() as u64;
    all - kept
}

/// The bits that decide: the same for whoever decides by the same trace id.
#[expect(clippy::cast_possible_truncation, reason = "the last bits are meant")]
fn random_bits(trace: u128) -> u64 {
    trace as u64 & ((1 << RANDOM_BITS) - 1)
}

/// One iteration. Leaves its span when dropped, so that what is cut off leaves one, too.
#[derive(Debug)]
pub struct Trace {
    tracer: Rc<Tracer>,
    run: Rc<ScenarioRun>,
    stage: usize,
    id: u128,
    root: u64,
    is_sampled: bool,
    /// Requests that may still leave spans.
    left: Cell<u32>,
    intended: Instant,
    began: Instant,
    ended: Cell<Option<Instant>>,
}

impl Trace {
    /// An iteration begins that was due at `intended`; None in a run without traces.
    #[must_use]
    pub fn begin(run: &Rc<ScenarioRun>, stage: usize, intended: Instant, began: Instant) -> Option<Rc<Self>> {
        let mut trace = Self::of(run, intended, began)?;
        trace.stage = stage;
        trace.is_sampled = random_bits(trace.id) >= trace.tracer.threshold && trace.tracer.spend(began);
        trace.left.set(if trace.is_sampled { MAX_SPANS_OF_TRACE } else { 0 });
        Some(Rc::new(trace))
    }

    /// For requests that belong to no iteration; None in a run without traces.
    #[must_use]
    pub fn unsampled(run: &Rc<ScenarioRun>) -> Option<Rc<Self>> {
        Self::of(run, run.start, run.start).map(Rc::new)
    }

    fn of(run: &Rc<ScenarioRun>, intended: Instant, began: Instant) -> Option<Self> {
        let tracer = run.tracer.clone()?;
        let (id, root) = {
            let mut random = tracer.random.borrow_mut();
            (random.u128(1..), random.u64(1..))
        };
        let (run, left, ended) = (run.clone(), Cell::default(), Cell::default());
        Some(Self { tracer, run, stage: 0, id, root, is_sampled: false, left, intended, began, ended })
    }

    /// A request is about to be sent. Boxed, so that an idle user of a run without traces does not carry its size.
    #[must_use]
    pub fn request(self: &Rc<Self>, outgoing: &Outgoing<'_>, network: &Network) -> Box<TracedRequest> {
        let id = self.tracer.random.borrow_mut().u64(1..);
        let is_sampled = self.left.get() > 0;
        self.left.set(self.left.get().saturating_sub(1));
        let span = is_sampled.then(|| Box::new(self.span_of(id, outgoing, network)));
        let (header, attempts) = (traced::header(self.id, id, is_sampled), Cell::default());
        Box::new(TracedRequest { header, trace: self.clone(), span, attempts })
    }

    #[cold]
    fn span_of(&self, id: u64, outgoing: &Outgoing<'_>, network: &Network) -> Span {
        let url = traced::url(network.server(outgoing.origin).as_deref(), outgoing.bytes);
        let user_agent = traced::user_agent(outgoing);
        Span { trace: self.id, id, parent: self.root, url, user_agent, ..Span::default() }
    }

    /// The iteration ran to its end.
    pub fn end(&self, at: Instant) {
        self.ended.set(Some(at));
    }
}

impl Drop for Trace {
    fn drop(&mut self) {
        if !self.is_sampled {
            return;
        }
        let since = |end: Instant, moment| nanoseconds(end.saturating_duration_since(moment));
        let end = self.ended.get().unwrap_or_else(Instant::now);
        let span = Span {
            trace: self.id,
            id: self.root,
            start_unix_ns: self.tracer.unix_ns(self.began),
            duration_ns: since(end, self.began),
            response_ns: since(end, self.intended),
            is_observed: self.ended.get().is_some(),
            ..Span::default()
        };
        self.run.desk.traced(self.stage, span);
    }
}

/// One request of a trace.
#[derive(Debug)]
pub struct TracedRequest {
    header: [u8; traced::HEADER],
    trace: Rc<Trace>,
    /// What is known of its span before it is sent, if it is sampled. Boxed, because most are not.
    span: Option<Box<Span>>,
    /// Attempts so far: redirects and answers to challenges are attempts of their own.
    attempts: Cell<u32>,
}

impl TracedRequest {
    /// The header line, with its line end.
    #[must_use]
    pub fn header(&self) -> &[u8] {
        &self.header
    }

    /// What an attempt leaves behind; None unless it is sampled.
    #[must_use]
    pub fn span(&self, attempt: &Attempt) -> Option<Span> {
        let mut span = Span::clone(self.span.as_ref()?);
        span.resends = self.attempts.replace(self.attempts.get() + 1);
        if span.resends > 0 {
            // Where it went this time is not known here.
            (span.id, span.url) = (self.trace.tracer.random.borrow_mut().u64(1..), String::new());
        }
        // Without a byte written there is no service time; the span then shows the waiting for a connection.
        let begin = if attempt.sent > 0 { attempt.send_begin.unwrap_or(attempt.end) } else { attempt.taken };
        Some(Span {
            start_unix_ns: self.trace.tracer.unix_ns(begin),
            duration_ns: nanoseconds(attempt.end - begin),
            response_ns: nanoseconds(attempt.end - attempt.intended),
            is_observed: attempt.sent > 0,
            ..span
        })
    }
}

/// A seed of identities: another run, other identities, also of the same profile and seed.
#[must_use]
pub fn seed_of(run_id: &str, seed: u64) -> u64 {
    let mut hasher = DefaultHasher::new();
    (run_id, seed).hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::{
        control::Control,
        executor::{
            scenario_recorder::ScenarioRecorder,
            tests::{closed_shape, floor, plan},
        },
        metric::Recorder,
        plan::{ClosedSchedule, Origin, RequestSpec, Wire},
        protocol::Probe,
    };

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
            let mut floor = floor(&plan, part, &Control::new(1));
            let start = floor.start;
            let tracer = Tracer::new(sampling, part, start, Duration::from_secs(1_700_000_000));
            floor.tracer = Some(Rc::new(tracer));
            let scenario = plan.scenarios[0].clone();
            let desk = ScenarioRecorder::new(&plan, scenario.clone(), 0, recorder.clone(), start);
            Self { start, recorder, run: ScenarioRun::new(scenario, 0, desk, &floor) }
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
            self.recorder.borrow_mut().hand_over(0, 1, false, 0.0).spans.kept
        }

        /// A request that was due at 10 ms, written at 20 and answered at 50; gives its header.
        fn send(&self, trace: &Rc<Trace>, spec: &RequestSpec) -> String {
            let traced = trace.request(&Outgoing::constant(spec), &self.run.network);
            let record = |attempt: &Attempt| {
                let attempt = Attempt { end: self.at(50), ..attempt.clone() };
                self.run.desk.attempt(0, (0, 0), spec, &attempt, traced.span(&attempt));
            };
            let mut probe = Probe::new(self.at(10), self.at(20), &record);
            probe.begin_send(true);
            probe.wrote(10);
            drop(probe);
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
    fn all_workers_together_keep_the_cap_in_every_second() {
        for max in [1, 7, 50] {
            let mut all = [0; 6];
            for worker in 0..3 {
                let own = Bench::new(sampling(1.0, max, 7), Partition::new(worker, 3)).sampled(5_000, 5_000);
                all.iter_mut().zip(own).for_each(|(sum, own)| *sum += own);
            }
            assert_eq!(all[..5], [usize::try_from(max).unwrap(); 5]);
        }
    }

    #[test]
    fn identities_are_those_of_the_run_and_the_worker() {
        let of = |seed, worker| {
            let bench = Bench::new(sampling(0.0, 1, seed), Partition::new(worker, 2));
            (0..100).map(|_| bench.begin(0, 0).id).collect::<BTreeSet<_>>()
        };
        let (one, other) = (seed_of("a", 1), seed_of("b", 1));
        assert_eq!(of(one, 0), of(one, 0));
        let all = [of(one, 0), of(one, 1), of(other, 0), of(seed_of("a", 2), 0)];
        assert_eq!(all.into_iter().flatten().collect::<BTreeSet<_>>().len(), 400);
    }

    #[test]
    fn requests_and_their_iteration_leave_one_tree() {
        let bench = Bench::new(sampling(1.0, 1, 7), Partition::WHOLE);
        let wire = Wire::new(b"GET /a?b=c HTTP/1.1\r\nUser-Agent: me\r\n", b"");
        let spec = RequestSpec { name: "GET /a".into(), method: "GET".into(), wire, ..RequestSpec::default() };
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
        let record = |attempt: &Attempt| bench.run.desk.attempt(0, (0, 0), &spec, attempt, traced.span(attempt));
        (0..2).for_each(|_| drop(Probe::new(bench.start, bench.start, &record)));
        let spans = bench.spans();
        let told: Vec<_> = spans.iter().map(|span| (span.resends, span.url.is_empty(), span.parent)).collect();
        assert_eq!(told, [(0, false, trace.root), (1, true, trace.root)]);
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
}
