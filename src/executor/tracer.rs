//! Tracing: every request carries a `traceparent` (W3C Trace Context), and those of a sampled iteration leave spans.
//!
//! An iteration is a trace. Whether it is sampled is decided at its begin and shown to the target by flag 01, all others
//! carry flag 00, so that no tracing system behind the target is flooded. Each worker creates its own IDs; only iterations that
//! are selected share the cap. The random numbers are not the flow's: a traced run makes the same load.

use std::{
    cell::{Cell, RefCell},
    hash::{DefaultHasher, Hash, Hasher},
    rc::Rc,
    sync::Arc,
    time::Duration,
};

use tokio::time::Instant;

use super::{raw_records::nanoseconds, scenario::ScenarioRun, trace_budget::TraceBudget, traced};
use crate::{
    metric::Span,
    plan::Partition,
    protocol::{Attempt, Network, Outgoing},
};

/// Bits of a trace id that are random enough to decide by, as W3C and OpenTelemetry count them.
const RANDOM_BITS: u32 = 56;
/// Requests of a trace that leave spans; an iteration that never ends must not flood a collector.
const MAX_SPANS_OF_TRACE: u32 = 128;

/// What is sampled.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Sampling {
    /// Share of iterations, 0 to 1.
    pub ratio: f64,
    /// Most of them in a second, over all workers and segments.
    pub max_per_second: u64,
    /// From what identities are made: another one for each run.
    pub seed: u64,
}

/// Decides about the traces of one worker.
#[derive(Debug)]
pub(crate) struct Tracer {
    random: RefCell<fastrand::Rng>,
    /// Traces are sampled whose random bits are at least this.
    threshold: u64,
    /// Of all workers.
    budget: Arc<TraceBudget>,
    start: Instant,
    /// Unix nanoseconds.
    started_at_ns: u64,
}

impl Tracer {
    /// A tracer for one part of a run that began at `start`; `clock_at_start` is the wall clock then, since the Unix epoch.
    #[must_use]
    pub(crate) fn new(
        (sampling, budget): (Sampling, Arc<TraceBudget>),
        part: Partition,
        start: Instant,
        clock_at_start: Duration,
    ) -> Self {
        let mut hasher = DefaultHasher::new();
        (sampling.seed, part.nth(0)).hash(&mut hasher);
        Self {
            random: RefCell::new(fastrand::Rng::with_seed(hasher.finish())),
            threshold: threshold(sampling.ratio),
            budget,
            start,
            started_at_ns: nanoseconds(clock_at_start),
        }
    }

    /// Takes one trace in the second of a time; false when the cap is reached.
    fn spend(&self, time: Instant) -> bool {
        self.budget.take(time.saturating_duration_since(self.start).as_secs())
    }

    fn unix_ns(&self, time: Instant) -> u64 {
        self.started_at_ns.saturating_add(nanoseconds(time.saturating_duration_since(self.start)))
    }
}

/// Random bits from which on traces are sampled: a share of `ratio` of all there are.
fn threshold(ratio: f64) -> u64 {
    let all = 1_u64 << RANDOM_BITS;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of 2^56")]
    let kept = (ratio.clamp(0.0, 1.0) * all as f64).round() as u64;
    all - kept
}

/// The bits that decide: every sampler that sees this trace id decides alike.
#[expect(clippy::cast_possible_truncation, reason = "the last bits are meant")]
fn random_bits(trace: u128) -> u64 {
    trace as u64 & ((1 << RANDOM_BITS) - 1)
}

/// One iteration. Leaves its span when dropped, so that what is cut off leaves one, too.
#[derive(Debug)]
pub(crate) struct Trace {
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
    pub(crate) fn begin(run: &Rc<ScenarioRun>, stage: usize, intended: Instant, began: Instant) -> Option<Rc<Self>> {
        let mut trace = Self::of(run, intended, began)?;
        trace.stage = stage;
        trace.is_sampled = random_bits(trace.id) >= trace.tracer.threshold && trace.tracer.spend(began);
        trace.left.set(if trace.is_sampled { MAX_SPANS_OF_TRACE } else { 0 });
        Some(Rc::new(trace))
    }

    /// For requests that belong to no iteration; None in a run without traces.
    #[must_use]
    pub(crate) fn unsampled(run: &Rc<ScenarioRun>) -> Option<Rc<Self>> {
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

    /// A request is about to be sent.
    #[must_use]
    #[expect(clippy::unnecessary_box_returns, reason = "a user of a run without traces should not carry its size")]
    pub(crate) fn request(self: &Rc<Self>, outgoing: &Outgoing<'_>, network: &Network) -> Box<TracedRequest> {
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
    pub(crate) fn end(&self, at: Instant) {
        self.ended.set(Some(at));
    }
}

impl Drop for Trace {
    fn drop(&mut self) {
        if !self.is_sampled {
            return;
        }
        let since = |end: Instant, time| nanoseconds(end.saturating_duration_since(time));
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
        self.run.recorder.traced(self.stage, span);
    }
}

/// One request of a trace.
#[derive(Debug)]
pub(crate) struct TracedRequest {
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
    pub(crate) fn header(&self) -> &[u8] {
        &self.header
    }

    /// The value of the header.
    #[must_use]
    pub(crate) fn traceparent(&self) -> &str {
        self.header.get(traced::VALUE).and_then(|value| std::str::from_utf8(value).ok()).unwrap_or_default()
    }

    /// What an attempt leaves behind; None unless it is sampled.
    #[must_use]
    pub(crate) fn span(&self, attempt: &Attempt) -> Option<Span> {
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

/// A seed of identities: another run, or another process of it, other identities, also of the same profile and seed.
#[must_use]
pub(crate) fn seed_of(process: (&str, &str), seed: u64) -> u64 {
    let mut hasher = DefaultHasher::new();
    (process, seed).hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests;
