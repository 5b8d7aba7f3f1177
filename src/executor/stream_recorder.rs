//! Measures the event stream of one request, runs the profile's steps for each event, and records.
//!
//! Dropped before its end, it records what a cut-off stream has shown: its age is a lower bound of the times that it
//! has not shown yet, so it counts as such and is never left out.

use std::{
    cell::{Cell, RefCell},
    ops::ControlFlow,
    rc::Rc,
    time::Duration,
};

use tokio::time::Instant;

use super::scenario::ScenarioRun;
use crate::{
    language::{Response, Value},
    metric::catalogue::{AnswerMetric, StreamMetric},
    plan::{
        Flow, StepId,
        event_stream::{EventStreamSpec, Goodput},
        flow::Effect,
    },
    protocol::{
        agui::RunMeasure,
        sse::{
            measure::{Answer, Piece, StreamMeasure, Tokens},
            reader::{EventConsumer, StreamEvent},
        },
    },
};

/// How a stream ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// As it should.
    Whole,
    /// With a failure.
    Failed,
    /// Cut off by loadagent.
    CutOff,
}

/// The stream of one request.
pub(super) struct StreamRecorder<'a> {
    pub run: &'a Rc<ScenarioRun>,
    pub spec: &'a EventStreamSpec,
    /// The user's flow, whose steps for events run here.
    pub flow: &'a RefCell<&'a mut Flow>,
    pub step: StepId,
    pub variant: u32,
    pub stage: usize,
    /// When the request was due.
    intended: Cell<Instant>,
    measure: RefCell<StreamMeasure>,
    /// Events, those before a reconnection included.
    events: Cell<u64>,
    /// How often it was opened.
    opened: Cell<u64>,
    is_open: Cell<bool>,
    /// The effect of a step for an event that ends more than the stream.
    effect: RefCell<Option<Effect>>,
    /// The runs of an agent in it.
    pub runs: Option<RefCell<Box<RunMeasure>>>,
}

impl<'a> StreamRecorder<'a> {
    pub(super) fn new(
        run: &'a Rc<ScenarioRun>,
        spec: &'a EventStreamSpec,
        flow: &'a RefCell<&'a mut Flow>,
        (step, variant): (StepId, u32),
        (stage, intended): (usize, Instant),
    ) -> Self {
        let (events, opened, is_open, effect) = Default::default();
        let (measure, intended) = (RefCell::new(new_measure(spec)), Cell::new(intended));
        let runs = spec.layout.is_run().then(RefCell::default);
        Self { run, spec, flow, step, variant, stage, intended, measure, events, opened, is_open, effect, runs }
    }

    /// The effect of a step for an event that ends more than the stream.
    pub(super) fn take_effect(&self) -> Option<Effect> {
        self.effect.take()
    }

    /// What was measured, for expressions; times are in milliseconds from the intended start.
    pub(super) fn values(&self) -> Value {
        let measure = self.measure.borrow();
        let time = |at: Option<Instant>| at.map_or(Value::Null, |at| milliseconds(self.since_due(at)));
        let mut values = vec![
            ("events", self.events.get().into()),
            ("first_event", time(measure.first_event)),
            ("last_event", time(measure.last_event)),
            ("longest_gap", milliseconds(measure.longest_gap)),
        ];
        if let Some(answer) = &measure.answer {
            let reported = |tokens: Option<u64>| tokens.map_or(Value::Null, Value::from);
            values.extend([
                ("first_token", time(answer.first_token)),
                ("last_token", time(answer.last_token)),
                ("inter_token_latency", answer.inter_token_latency().map_or(Value::Null, milliseconds)),
                ("chunks", answer.chunks.into()),
                ("input_tokens", reported(answer.usage.input)),
                ("output_tokens", reported(answer.usage.output)),
                ("finish_reason", answer.finish_reason.as_deref().map_or(Value::Null, Value::from)),
            ]);
        }
        if let Some(runs) = &self.runs {
            values.push(("outcome", runs.borrow().outcome.map_or(Value::Null, Value::from)));
        }
        Value::Map(values.into_iter().map(|(name, value)| (name.into(), value)).collect())
    }

    pub(super) fn since_due(&self, at: Instant) -> Duration {
        at.saturating_duration_since(self.intended.get())
    }

    fn observe_stream(&self, metric: StreamMetric, value: f64, at: Instant) {
        self.run.recorder.stream(self.stage, (self.step, self.variant), metric, value, at);
    }

    fn observe_answer(&self, metric: AnswerMetric, value: f64, at: Instant) {
        self.run.recorder.record_llm(self.stage, (self.step, self.variant), metric, value, at);
    }

    /// Runs the steps for an event; their samples are recorded at once.
    fn perform(&self, response: Response<'_>, at: Instant) -> ControlFlow<()> {
        let Some(position) = self.spec.on_event else { return ControlFlow::Continue(()) };
        let mut flow = self.flow.borrow_mut();
        let resumed = flow.call(position);
        let context = self.run.context(response, at);
        let ended = loop {
            match flow.next(&context) {
                Effect::Done => break ControlFlow::Continue(()),
                Effect::Yield => {}
                sample @ (Effect::Check { .. } | Effect::Metric { .. } | Effect::Elapsed { .. } | Effect::Log(_)) => {
                    self.run.note(self.stage, &sample, at);
                }
                last => {
                    self.effect.replace(Some(last));
                    break ControlFlow::Break(());
                }
            }
        };
        flow.call(resumed);
        ended
    }

    /// Records what is known only at the end.
    fn record(&self, end: Instant, how: End) {
        let measure = self.measure.borrow();
        let since = |at: Instant| self.since_due(at).as_secs_f64();
        if measure.first_event.is_none() && how == End::CutOff {
            self.observe_stream(StreamMetric::TimeToFirstEvent, since(end), end);
        }
        if let Some(gap) = measure.longest_gap_until(end) {
            self.observe_stream(StreamMetric::LongestGap, gap.as_secs_f64(), end);
        }
        self.observe_stream(StreamMetric::Duration, since(end), end);
        self.record_run(end, how);
        let Some(answer) = &measure.answer else { return };
        if answer.first_token.is_none() && how == End::CutOff {
            self.observe_answer(AnswerMetric::TimeToFirstToken, since(end), end);
        }
        self.record_usage(answer, end);
        let is_whole = how == End::Whole && (answer.finish_reason.is_some() || !self.spec.layout.has_finish_reason());
        if is_whole {
            self.record_latencies(answer, end);
        }
        if self.spec.goodput.is_set() {
            let good = is_whole && self.is_good(answer);
            self.run.recorder.goodput(self.stage, (self.step, self.variant), good, end);
        }
    }

    fn record_usage(&self, answer: &Answer, end: Instant) {
        let add = |metric: AnswerMetric, tokens: Option<u64>| {
            if let Some(tokens) = tokens {
                self.observe_answer(metric, tokens as f64, end);
            }
        };
        add(AnswerMetric::InputTokens, answer.usage.input);
        add(AnswerMetric::CachedTokens, answer.usage.cached);
        add(AnswerMetric::ReasoningTokens, answer.usage.reasoning);
        let tokens = answer.output_tokens();
        add(AnswerMetric::OutputTokens, Some(tokens.count()));
        if let Tokens::Chunks(_) = tokens {
            self.observe_answer(AnswerMetric::UsageMissing, 1.0, end);
        }
        if let Some(reason) = &answer.finish_reason {
            self.run.recorder.finish_reason(self.stage, reason, end);
        }
    }

    fn record_latencies(&self, answer: &Answer, end: Instant) {
        let observe = |metric: AnswerMetric, time: Option<Duration>| {
            if let Some(time) = time {
                self.observe_answer(metric, time.as_secs_f64(), end);
            }
        };
        observe(AnswerMetric::InterTokenLatency, answer.inter_token_latency());
        observe(AnswerMetric::TimePerOutputToken, answer.time_per_output_token(self.intended.get()));
        observe(AnswerMetric::RequestLatency, answer.last_token.map(|last| self.since_due(last)));
    }

    /// Whether an answer keeps all limits; one that is not known is not kept.
    fn is_good(&self, answer: &Answer) -> bool {
        let Goodput { time_to_first_token, inter_token_latency, request_latency } = self.spec.goodput;
        let keeps = |limit: Option<Duration>, time: Option<Duration>| {
            limit.is_none_or(|limit| time.is_some_and(|time| time <= limit))
        };
        let since = |at: Option<Instant>| at.map(|at| self.since_due(at));
        keeps(time_to_first_token, since(answer.first_token))
            && keeps(inter_token_latency, answer.inter_token_latency())
            && keeps(request_latency, since(answer.last_token))
    }
}

impl EventConsumer for StreamRecorder<'_> {
    fn opened(&self, due: Instant, at: Instant) {
        self.run.streams_open.set(self.run.streams_open.get() + 1);
        self.is_open.set(true);
        if self.opened.replace(self.opened.get() + 1) > 0 {
            self.observe_stream(StreamMetric::Reconnects, 1.0, at);
            self.measure.replace(new_measure(self.spec));
            self.intended.set(due);
        }
    }

    fn event(&self, event: &StreamEvent<'_>) -> ControlFlow<()> {
        let StreamEvent { response, part, disorder, at } = event;
        let (gap, piece) = {
            let mut measure = self.measure.borrow_mut();
            let gap = measure.event(*at);
            (gap, measure.answer.as_mut().map_or(Piece::None, |answer| answer.part(part, *at)))
        };
        self.events.set(self.events.get() + 1);
        self.observe_stream(StreamMetric::Events, 1.0, *at);
        let since = self.since_due(*at);
        match gap {
            None => self.observe_stream(StreamMetric::TimeToFirstEvent, since.as_secs_f64(), *at),
            Some(gap) => self.observe_stream(StreamMetric::EventGap, gap.as_secs_f64(), *at),
        }
        match piece {
            Piece::None => {}
            Piece::First => self.observe_answer(AnswerMetric::TimeToFirstToken, since.as_secs_f64(), *at),
            Piece::Next(gap) => self.observe_answer(AnswerMetric::InterChunkLatency, gap.as_secs_f64(), *at),
        }
        if let Some(event) = &part.run {
            self.take_run_event(event, *disorder, *at);
        }
        let response = Response { duration: since, ..*response };
        self.perform(response, *at)?;
        if self.is_last(&response, *at) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    fn ended(&self, at: Instant, is_whole: bool) {
        self.close();
        self.record(at, if is_whole { End::Whole } else { End::Failed });
    }
}

impl StreamRecorder<'_> {
    /// Whether an event is the last one that the step wants.
    fn is_last(&self, response: &Response<'_>, at: Instant) -> bool {
        let EventStreamSpec { until, max_events, .. } = self.spec;
        max_events.is_some_and(|most| self.events.get() >= most)
            || until.as_ref().is_some_and(|until| {
                let clock = self.run.context(*response, at).clock;
                self.flow.borrow().fulfils(until, response, clock)
            })
    }

    fn close(&self) {
        self.is_open.set(false);
        self.run.streams_open.set(self.run.streams_open.get().saturating_sub(1));
    }
}

impl Drop for StreamRecorder<'_> {
    fn drop(&mut self) {
        if self.is_open.get() {
            self.close();
            self.record(Instant::now(), End::CutOff);
        }
    }
}

fn new_measure(spec: &EventStreamSpec) -> StreamMeasure {
    StreamMeasure { answer: spec.layout.is_llm().then(Box::default), ..StreamMeasure::default() }
}

fn milliseconds(time: Duration) -> Value {
    Value::Float(time.as_secs_f64() * 1e3)
}
