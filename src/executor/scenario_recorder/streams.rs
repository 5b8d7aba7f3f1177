//! Records event streams and the answers of language models in them.

use tokio::time::Instant;

use super::{super::failure_reason::in_words, ScenarioRecorder, truncated};
use crate::{
    metric::{
        Labels, MetricDef,
        catalogue::{self, ANSWER_FAMILY, AnswerMetric, SOCKET_FAMILY, STREAM_FAMILY, SocketMetric, StreamMetric},
        recorder::Family,
    },
    plan::{StepId, flow::DynamicLabels},
    protocol::Failure,
};

static GOODPUT_FAMILY: [&MetricDef; 1] = [&catalogue::LLM_GOODPUT];
static FINISH_FAMILY: [&MetricDef; 1] = [&catalogue::LLM_FINISH_REASONS];
static SOCKET_ERROR_FAMILY: [&MetricDef; 1] = [&catalogue::WS_ERRORS];
static CLOSE_FAMILY: [&MetricDef; 1] = [&catalogue::WS_CLOSES];
static SOCKETS_OPEN_FAMILY: [&MetricDef; 1] = [&catalogue::WS_SOCKETS_OPEN];
static OPEN_FAMILY: [&MetricDef; 1] = [&catalogue::SSE_STREAMS_OPEN];

/// What distinguishes the series of a stream: the first metric of the family, stage, step, variant of its labels.
pub(super) type StreamKey = (&'static str, usize, StepId, u32);

impl ScenarioRecorder {
    /// Records an observation of a stream.
    pub(crate) fn stream(&self, stage: usize, step: (StepId, u32), metric: StreamMetric, value: f64, at: Instant) {
        self.observe(&STREAM_FAMILY, (stage, step), metric as usize, value, at);
    }

    /// Records an observation of the answer of a language model.
    pub(crate) fn record_llm(&self, stage: usize, step: (StepId, u32), metric: AnswerMetric, value: f64, at: Instant) {
        self.observe(&ANSWER_FAMILY, (stage, step), metric as usize, value, at);
    }

    /// Records whether an answer was good.
    pub(crate) fn goodput(&self, stage: usize, step: (StepId, u32), is_good: bool, at: Instant) {
        self.observe(&GOODPUT_FAMILY, (stage, step), 0, f64::from(u8::from(is_good)), at);
    }

    /// Counts why an answer ended.
    pub(crate) fn finish_reason(&self, stage: usize, reason: &str, at: Instant) {
        self.count_reason(&FINISH_FAMILY, stage, reason, at);
    }

    /// Records an observation of a WebSocket.
    pub(crate) fn socket(&self, stage: usize, step: (StepId, u32), metric: SocketMetric, value: f64, at: Instant) {
        self.observe(&SOCKET_FAMILY, (stage, step), metric as usize, value, at);
    }

    /// Records bytes of a WebSocket; raw records have them with the iteration.
    pub(crate) fn socket_volume(&self, stage: usize, step: (StepId, u32), sent: u64, received: u64) {
        let family = self.stream_family(&SOCKET_FAMILY, stage, step);
        let mut recorder = self.recorder.borrow_mut();
        recorder.add(family, SocketMetric::DataSent as usize, sent as f64);
        recorder.add(family, SocketMetric::DataReceived as usize, received as f64);
    }

    /// Counts a WebSocket that failed after its handshake.
    pub(crate) fn socket_error(&self, stage: usize, step: (StepId, u32), failure: &Failure, at: Instant) {
        let family = self.step_reason_family(&SOCKET_ERROR_FAMILY, stage, step, failure.class.label());
        let mut recorder = self.recorder.borrow_mut();
        recorder.example(family, || (self.since_start(at), in_words(failure)));
        recorder.observation(family, 0, 1.0, || self.since_start(at));
    }

    /// Counts the close code of a WebSocket.
    pub(crate) fn close_code(&self, stage: usize, code: u16, at: Instant) {
        self.count_reason(&CLOSE_FAMILY, stage, &code.to_string(), at);
    }

    fn count_reason(&self, metrics: &'static [&'static MetricDef], stage: usize, reason: &str, at: Instant) {
        let labels = self.reason_labels(stage, reason);
        let mut recorder = self.recorder.borrow_mut();
        let family = recorder.family(metrics, &labels, &["reason"]);
        recorder.observation(family, 0, 1.0, || self.since_start(at));
    }

    /// Counts something of a step by a word of a closed list.
    pub(super) fn count_word(
        &self,
        metrics: &'static [&'static MetricDef],
        ids: (usize, (StepId, u32)),
        word: &'static str,
        at: Instant,
    ) {
        self.observe_word(metrics, ids, word, 1.0, at);
    }

    /// Records an observation of the first of some metrics, for a word of a closed list.
    pub(super) fn observe_word(
        &self,
        metrics: &'static [&'static MetricDef],
        (stage, step): (usize, (StepId, u32)),
        word: &'static str,
        value: f64,
        at: Instant,
    ) {
        let first = metrics.first().map_or("", |metric| &*metric.name);
        let key = ((first, stage, step.0, step.1), word);
        let known = self.caches.borrow().words.get(&key).copied();
        let family = known.unwrap_or_else(|| {
            let family = self.step_reason_family(metrics, stage, step, word);
            self.caches.borrow_mut().words.insert(key, family);
            family
        });
        self.recorder.borrow_mut().observation(family, 0, value, || self.since_start(at));
    }

    /// The series of what a step counts by reason.
    pub(super) fn step_reason_family(
        &self,
        metrics: &'static [&'static MetricDef],
        stage: usize,
        (step, variant): (StepId, u32),
        reason: &str,
    ) -> Family {
        let caches = self.caches.borrow();
        let variation = variant.checked_sub(1).and_then(|at| caches.variations.get(at as usize));
        let (labels, mut from_data) = self.named_step_labels(stage, step, variation);
        from_data.push("reason");
        let reason = truncated(reason);
        self.recorder.borrow_mut().family(metrics, &labels.with([("reason", &*reason)]), &from_data)
    }

    /// The labels of what a step measures beside its request, with its name, and which of them come from data.
    pub(super) fn named_step_labels<'v>(
        &self,
        stage: usize,
        step: StepId,
        variation: Option<&'v DynamicLabels>,
    ) -> (Labels, Vec<&'v str>) {
        let (name, tags) = variation.map_or((None, &[][..]), |it| (it.name.as_deref(), &it.tags));
        let mut from_data: Vec<&str> = tags.iter().map(|(name, _)| &**name).collect();
        from_data.extend(name.map(|_| "name"));
        let labels = self.scenario.flow.steps.get(step).map_or_else(
            || self.labels.clone(),
            |row| self.step_labels(stage, row, tags).with([("name", name.unwrap_or(&row.name))]),
        );
        (labels, from_data)
    }

    /// Records how many WebSockets are open.
    pub(crate) fn sockets_open(&self, count: u64) {
        let mut recorder = self.recorder.borrow_mut();
        let family = recorder.family(&SOCKETS_OPEN_FAMILY, &self.labels, &[]);
        recorder.set(family, 0, count as f64);
    }

    /// Records how many streams are open.
    pub(crate) fn streams_open(&self, count: u64) {
        let mut recorder = self.recorder.borrow_mut();
        let family = recorder.family(&OPEN_FAMILY, &self.labels, &[]);
        recorder.set(family, 0, count as f64);
    }

    pub(super) fn observe(
        &self,
        metrics: &'static [&'static MetricDef],
        (stage, step): (usize, (StepId, u32)),
        metric: usize,
        value: f64,
        at: Instant,
    ) {
        let family = self.stream_family(metrics, stage, step);
        self.recorder.borrow_mut().observation(family, metric, value, || self.since_start(at));
    }

    fn stream_family(
        &self,
        metrics: &'static [&'static MetricDef],
        stage: usize,
        (step, variant): (StepId, u32),
    ) -> Family {
        let first = metrics.first().map_or("", |metric| &*metric.name);
        let mut caches = self.caches.borrow_mut();
        let caches = &mut *caches;
        *caches.streams.entry((first, stage, step, variant)).or_insert_with(|| {
            let variation = variant.checked_sub(1).and_then(|at| caches.variations.get(at as usize));
            let (labels, from_data) = self.named_step_labels(stage, step, variation);
            self.recorder.borrow_mut().family(metrics, &labels, &from_data)
        })
    }
}
