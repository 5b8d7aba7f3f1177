//! Tracing: every request carries a `traceparent` (W3C Trace Context), and those of a sampled iteration leave spans.
//!
//! An iteration is a trace. Whether it is sampled is decided at its begin and told to the target by flag 01, all others
//! carry flag 00, so that no backend behind the target is flooded. Each worker has its share of the cap and identities of
//! its own: nothing is shared on the path of a request. The random numbers are not the flow's: a traced run is the same
//! load.

use std::{
    cell::{Cell, RefCell},
    hash::{DefaultHasher, Hash, Hasher},
    sync::Arc,
};

use tokio::time::Instant;

use super::{desk::Desk, raw::nanoseconds, traced};
use crate::{
    metric::Span,
    plan::{Origin, Partition, Plan},
    protocol::{Attempt, Outgoing},
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
    /// Start of the run, Unix milliseconds.
    pub started_at_ms: i64,
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
    started_at_ns: u64,
    origins: Arc<[Origin]>,
}

impl Tracer {
    /// A tracer for one part of a run that began at `start`.
    #[must_use]
    pub fn new(sampling: Sampling, plan: &Plan, part: Partition, start: Instant) -> Self {
        let mut hasher = DefaultHasher::new();
        (sampling.seed, part.nth(0)).hash(&mut hasher);
        let share = part.share_of(sampling.max_per_second);
        Self {
            random: RefCell::new(fastrand::Rng::with_seed(hasher.finish())),
            threshold: threshold(sampling.ratio),
            share,
            budget: Cell::new((0, share)),
            start,
            started_at_ns: u64::try_from(sampling.started_at_ms).unwrap_or(0).saturating_mul(1_000_000),
            origins: plan.origins.clone().into(),
        }
    }

    /// An iteration begins that was due at `intended`.
    pub fn begin<'a>(&'a self, desk: &'a Desk, stage: usize, intended: Instant, began: Instant) -> Box<Trace<'a>> {
        let (id, root) = {
            let mut random = self.random.borrow_mut();
            (random.u128(1..), random.u64(1..))
        };
        let is_sampled = random_bits(id) >= self.threshold && self.spend(began);
        // Boxed, so that an idle user of a run without traces does not carry its size.
        Box::new(Trace {
            tracer: self,
            desk,
            stage,
            id,
            root,
            left: Cell::new(if is_sampled { MAX_SPANS_OF_TRACE } else { 0 }),
            is_sampled,
            intended,
            began,
            ended: None,
        })
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
pub struct Trace<'a> {
    tracer: &'a Tracer,
    desk: &'a Desk,
    stage: usize,
    id: u128,
    root: u64,
    is_sampled: bool,
    /// Requests that may still leave spans.
    left: Cell<u32>,
    intended: Instant,
    began: Instant,
    ended: Option<Instant>,
}

impl Trace<'_> {
    /// A request is about to be sent.
    #[must_use]
    pub fn request(&self, outgoing: &Outgoing<'_>) -> Box<TracedRequest> {
        let id = self.tracer.random.borrow_mut().u64(1..);
        let is_sampled = self.left.get() > 0;
        self.left.set(self.left.get().saturating_sub(1));
        let span = is_sampled.then(|| Box::new(self.span_of(id, outgoing)));
        Box::new(TracedRequest { header: traced::header(self.id, id, is_sampled), span })
    }

    #[cold]
    fn span_of(&self, id: u64, outgoing: &Outgoing<'_>) -> Span {
        let url = traced::url(self.tracer.origins.get(outgoing.spec.origin), outgoing.bytes);
        let user_agent = traced::user_agent(outgoing);
        Span { trace: self.id, id, parent: self.root, url, user_agent, ..Span::default() }
    }

    /// The iteration ran to its end.
    pub fn end(&mut self, at: Instant) {
        self.ended = Some(at);
    }

    /// What an attempt leaves behind; None unless it is sampled.
    #[must_use]
    pub fn span(&self, request: &TracedRequest, attempt: &Attempt) -> Option<Span> {
        let span = request.span.as_ref()?;
        // Without a byte written there is no service time; the span then shows the waiting for a connection.
        let begin = if attempt.sent > 0 { attempt.send_begin.unwrap_or(attempt.end) } else { attempt.taken };
        Some(Span {
            start_unix_ns: self.tracer.unix_ns(begin),
            duration_ns: nanoseconds(attempt.end - begin),
            response_ns: nanoseconds(attempt.end - attempt.intended),
            is_observed: attempt.sent > 0,
            ..Span::clone(span)
        })
    }
}

impl Drop for Trace<'_> {
    fn drop(&mut self) {
        if !self.is_sampled {
            return;
        }
        let since = |end: Instant, moment| nanoseconds(end.saturating_duration_since(moment));
        let end = self.ended.unwrap_or_else(Instant::now);
        let span = Span {
            trace: self.id,
            id: self.root,
            start_unix_ns: self.tracer.unix_ns(self.began),
            duration_ns: since(end, self.began),
            response_ns: since(end, self.intended),
            is_observed: self.ended.is_some(),
            ..Span::default()
        };
        self.desk.traced(self.stage, span);
    }
}

/// One request of a trace.
#[derive(Debug)]
pub struct TracedRequest {
    header: [u8; traced::HEADER],
    /// What is known of its span before it is sent, if it is sampled. Boxed, because most are not.
    span: Option<Box<Span>>,
}

impl TracedRequest {
    /// The header line, with its line end.
    #[must_use]
    pub fn header(&self) -> &[u8] {
        &self.header
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
    use std::{collections::BTreeSet, rc::Rc, time::Duration};

    use super::*;
    use crate::{
        executor::tests::{closed_shape, plan},
        metric::Recorder,
        plan::{ClosedSchedule, RequestSpec, Wire},
        protocol::Probe,
    };

    fn sampling(ratio: f64, max_per_second: u64, seed: u64) -> Sampling {
        Sampling { ratio, max_per_second, seed, started_at_ms: 1_700_000_000_000 }
    }

    struct Bench {
        plan: Plan,
        start: Instant,
        recorder: Rc<RefCell<Recorder>>,
        desk: Desk,
    }

    impl Bench {
        fn new() -> Self {
            let shape = closed_shape(ClosedSchedule::constant(1, Duration::from_secs(1)), None);
            let mut plan = plan(shape, Duration::ZERO, Duration::ZERO);
            plan.origins = vec![Origin { tls: false, host: "h".into(), port: 80 }];
            let (start, recorder) = (Instant::now(), Rc::new(RefCell::new(Recorder::default())));
            let desk = Desk::new(&plan, 0, recorder.clone(), start);
            Self { plan, start, recorder, desk }
        }

        fn tracer(&self, sampling: Sampling, part: Partition) -> Tracer {
            Tracer::new(sampling, &self.plan, part, self.start)
        }

        /// Iterations at even times, in so many milliseconds; how many of each second were sampled.
        fn sampled(&self, tracer: &Tracer, iterations: u32, millis: u64) -> Vec<usize> {
            let mut seconds = vec![0; usize::try_from(millis / 1_000).unwrap() + 1];
            for number in 0..iterations {
                let offset = Duration::from_millis(millis) * number / iterations;
                let began = self.start + offset;
                let trace = tracer.begin(&self.desk, 0, began, began);
                seconds[usize::try_from(offset.as_secs()).unwrap()] += usize::from(trace.is_sampled);
            }
            seconds
        }

        fn spans(&self) -> Vec<Span> {
            self.recorder.borrow_mut().hand_over(0, 1, false, 0.0).spans.kept
        }
    }

    #[test]
    fn the_share_is_kept_and_decided_by_the_trace_id() {
        let bench = Bench::new();
        for ratio in [0.0, 0.01, 0.3, 1.0] {
            let tracer = bench.tracer(sampling(ratio, 1_000_000, 7), Partition::WHOLE);
            let sampled: usize = bench.sampled(&tracer, 10_000, 10_000).iter().sum();
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
        let bench = Bench::new();
        for max in [1, 7, 50] {
            let mut all = [0; 6];
            for worker in 0..3 {
                let tracer = bench.tracer(sampling(1.0, max, 7), Partition::new(worker, 3));
                let own = bench.sampled(&tracer, 5_000, 5_000);
                all.iter_mut().zip(own).for_each(|(sum, own)| *sum += own);
            }
            assert_eq!(all[..5], [usize::try_from(max).unwrap(); 5]);
        }
    }

    #[test]
    fn identities_are_those_of_the_run_and_the_worker() {
        let bench = Bench::new();
        let of = |seed, worker| {
            let tracer = bench.tracer(sampling(0.0, 1, seed), Partition::new(worker, 2));
            (0..100).map(|_| tracer.begin(&bench.desk, 0, bench.start, bench.start).id).collect::<BTreeSet<_>>()
        };
        let (one, other) = (seed_of("a", 1), seed_of("b", 1));
        assert_eq!(of(one, 0), of(one, 0));
        let all: BTreeSet<_> =
            [of(one, 0), of(one, 1), of(other, 0), of(seed_of("a", 2), 0)].into_iter().flatten().collect();
        assert_eq!(all.len(), 400);
    }

    /// A request that was written at 20 ms and answered at 50; its iteration was due at 10.
    fn send(bench: &Bench, trace: &Trace<'_>, spec: &RequestSpec) -> String {
        let at = |millis| bench.start + Duration::from_millis(millis);
        let traced = trace.request(&Outgoing::constant(spec));
        let (intended, taken) = (at(10), at(20));
        let record = |attempt: &Attempt| {
            let mut attempt = attempt.clone();
            attempt.end = at(50);
            bench.desk.attempt(0, 0, spec, &attempt, trace.span(&traced, &attempt));
        };
        let mut probe = Probe::new(intended, taken, &record);
        probe.begin_send(true);
        probe.wrote(10);
        drop(probe);
        String::from_utf8(traced.header().to_vec()).unwrap()
    }

    #[test]
    fn requests_and_their_iteration_leave_one_tree() {
        let bench = Bench::new();
        let wire = Wire::new(b"GET /a?b=c HTTP/1.1\r\nUser-Agent: me\r\n", b"");
        let spec = RequestSpec { name: "GET /a".into(), method: "GET".into(), wire, ..RequestSpec::default() };
        let tracer = bench.tracer(sampling(1.0, 1, 7), Partition::WHOLE);
        let mut trace = tracer.begin(&bench.desk, 0, bench.start + Duration::from_millis(10), bench.start);
        let header = send(&bench, &trace, &spec);
        trace.end(bench.start + Duration::from_millis(60));
        drop(trace);
        // The cap is used up.
        let unsampled = tracer.begin(&bench.desk, 0, bench.start, bench.start);
        assert!(send(&bench, &unsampled, &spec).ends_with("-00\r\n"));
        drop(unsampled);
        let spans = bench.spans();
        let [request, root] = &spans[..] else { panic!("{spans:?}") };
        assert_eq!(header, format!("traceparent: 00-{:032x}-{:016x}-01\r\n", request.trace, request.id));
        assert_eq!((request.parent, root.parent, root.trace), (root.id, 0, request.trace));
        assert_eq!((request.start_unix_ns, request.duration_ns), (1_700_000_000_020_000_000, 30_000_000));
        assert_eq!((request.response_ns, root.response_ns), (40_000_000, 50_000_000));
        assert_eq!((&*request.url, &*request.user_agent), ("http://h/a?b=REDACTED", "me"));
        assert!(request.is_observed && root.is_observed);
    }

    #[test]
    fn an_iteration_without_end_leaves_so_many_spans_and_no_more() {
        let bench = Bench::new();
        let (spec, tracer) = (RequestSpec::default(), bench.tracer(sampling(1.0, 1, 7), Partition::WHOLE));
        let trace = tracer.begin(&bench.desk, 0, bench.start, bench.start);
        let flagged = (0..300).filter(|_| send(&bench, &trace, &spec).ends_with("-01\r\n")).count();
        drop(trace);
        let spans = bench.spans();
        assert_eq!((flagged, spans.len()), (MAX_SPANS_OF_TRACE as usize, MAX_SPANS_OF_TRACE as usize + 1));
        assert!(!spans.last().unwrap().is_observed, "it was cut off");
    }
}
