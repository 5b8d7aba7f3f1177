//! Records attempts, iterations and checks of a scenario in the worker's recorder.
//!
//! Takes the labels of each step from the step table and keeps, per step, the series it used last, so that recording a
//! request is a comparison and a dozen array writes.

pub(super) mod a2a;
mod agui;
mod jobs;
pub(super) mod mcp;
pub(super) mod rpc;
mod streams;

use std::{cell::RefCell, collections::HashMap, rc::Rc, time::Duration};

use tokio::time::Instant;

use super::{
    failure_reason::reason_of,
    raw_records::{Volume, nanoseconds, record_of},
};
use crate::{
    metric::{
        Labels, MetricDef, Record, Recorder, Sampled, Span,
        catalogue::{
            self, HTTP_FAMILY, HttpMetric as Http, ITERATION_FAMILY, IterationMetric, STAGE_ACTIVE, TARGET_RATE, VUS,
            VUS_MAX,
        },
        intended::coarse_bucket,
        recorder::Family,
        series_limit::Scope,
    },
    plan::{
        Scenario, Step, StepId, StepKind,
        flow::{DynamicLabels, Effect},
    },
    protocol::{Attempt, ErrorClass, NotProcessed},
};

static CHECK_FAMILY: [&MetricDef; 1] = [&catalogue::CHECKS];
static GROUP_FAMILY: [&MetricDef; 1] = [&catalogue::GROUP_DURATION];
static WIDTH_FAMILY: [&MetricDef; 1] = [&catalogue::PARALLEL_WIDTH];
static FAILURE_FAMILY: [&MetricDef; 1] = [&catalogue::ITERATION_FAILURES];
static RESENT_FAMILY: [&MetricDef; 1] = [&catalogue::RESENT_REQUESTS];
static INTERRUPTED_ITERATION_FAMILY: [&MetricDef; 1] = [&catalogue::INTERRUPTED_ITERATIONS];
/// The bytes of an interrupted request count like those of any other.
static INTERRUPTED_REQUEST_FAMILY: [&MetricDef; 3] =
    [&catalogue::INTERRUPTED_REQUESTS, &catalogue::DATA_SENT, &catalogue::DATA_RECEIVED];
static SCENARIO_FAMILY: [&MetricDef; 3] = [&VUS, &VUS_MAX, &TARGET_RATE];
static STAGE_FAMILY: [&MetricDef; 1] = [&STAGE_ACTIVE];

/// What distinguishes the series of one step: stage, status, class, variant of its labels.
type HttpKey = (usize, Option<u16>, Option<ErrorClass>, u32);
/// What distinguishes the series of samples: stage, step, variant of the labels, number of a metric that a flow defined.
type SampleKey = (usize, StepId, u32, Option<usize>);
/// Raw samples of times are in milliseconds, as in k6.
const MS_PER_SECOND: f64 = 1e3;
/// Characters of a reason that become a label.
const MAX_REASON: usize = 100;

/// Records for one scenario on one worker.
#[derive(Debug)]
pub(crate) struct ScenarioRecorder {
    recorder: Rc<RefCell<Recorder>>,
    index: u16,
    run_start: Instant,
    scenario: Scenario,
    labels: Labels,
    caches: RefCell<Caches>,
}

/// Most series of calls whose place is remembered: codes and names come from the server and from data.
const MAX_REMEMBERED: usize = 2_000;

#[derive(Debug, Default)]
struct Caches {
    last_http: Vec<Option<(HttpKey, Family)>>,
    http: HashMap<(StepId, HttpKey), Family>,
    iterations: Vec<Option<Family>>,
    /// Checks, groups and metrics: the series, and the number of the metric.
    samples: HashMap<SampleKey, (Family, usize)>,
    /// Streams and answers.
    streams: HashMap<streams::StreamKey, Family>,
    /// What a step counts by a word of a closed list.
    words: HashMap<(streams::StreamKey, &'static str), Family>,
    /// Calls of JSON-RPC.
    calls: HashMap<rpc::CallKey, Family>,
    /// Requests of A2A.
    a2a: HashMap<a2a::A2aKey, Family>,
    /// Requests of MCP.
    mcp: HashMap<mcp::McpKey, Family>,
    /// Computed labels by step; their numbers begin with 1.
    variants: HashMap<(StepId, DynamicLabels), u32>,
    variations: Vec<DynamicLabels>,
}

impl ScenarioRecorder {
    /// Records for a scenario of a plan; `index` is its position, or one past the last for setup and teardown.
    #[must_use]
    pub(crate) fn new(scenario: Scenario, index: usize, recorder: Rc<RefCell<Recorder>>, run_start: Instant) -> Self {
        let labels = Labels::new([("scenario", scenario.name.as_str())]).with(scenario.tags.iter().cloned());
        let caches = Caches {
            last_http: vec![None; scenario.flow.steps.iter().len()],
            iterations: vec![None; scenario.stages().len().max(1)],
            ..Caches::default()
        };
        let index = u16::try_from(index).unwrap_or(u16::MAX);
        Self { recorder, index, run_start, scenario, labels, caches: RefCell::new(caches) }
    }

    fn second_of(&self, time: Instant) -> u32 {
        u32::try_from(self.since_start(time).as_secs()).unwrap_or(u32::MAX)
    }

    /// Time since the start of the run, or zero before it.
    #[must_use]
    pub(crate) fn since_start(&self, time: Instant) -> Duration {
        time.saturating_duration_since(self.run_start)
    }

    /// Time since the start of the run, for raw records of what carries no time itself.
    fn now(&self) -> Duration {
        self.since_start(Instant::now())
    }

    fn stage_label(&self, stage: usize) -> &str {
        self.scenario.stages().get(stage).map_or("", |mark| mark.label.as_str())
    }

    /// The labels of everything that a step records, with its computed tags.
    fn step_labels(&self, stage: usize, row: &Step, computed: &[(String, String)]) -> Labels {
        let own = [("stage", self.stage_label(stage)), ("group", &*row.group)];
        self.labels.with(row.tags.iter().chain(computed).cloned()).with(own)
    }

    /// The labels of what is counted by a reason, which may come from outside.
    fn reason_labels(&self, stage: usize, reason: &str) -> Labels {
        self.labels.with([("stage", self.stage_label(stage)), ("reason", &truncated(reason))])
    }

    /// Records that an iteration was due: the offered load.
    pub(crate) fn due(&self, intended: Instant) {
        let second = self.second_of(intended);
        self.recorder.borrow_mut().intended.at(second, self.index).due += 1;
    }

    /// Records iterations that could not be started.
    pub(crate) fn dropped(&self, stage: usize, intended: Instant, count: u64) {
        let family = self.iteration_family(stage);
        let second = self.second_of(intended);
        let mut recorder = self.recorder.borrow_mut();
        recorder.add(family, IterationMetric::Dropped as usize, count as f64);
        recorder.intended.at(second, self.index).dropped += count;
        recorder.record(family, || (self.since_start(intended), Record::Dropped { count }));
    }

    /// Records by how many seconds a user took up an arrival late.
    pub(crate) fn lag(&self, stage: usize, seconds: f64) {
        let family = self.iteration_family(stage);
        let mut recorder = self.recorder.borrow_mut();
        recorder.observe(family, IterationMetric::ScheduleLag as usize, seconds);
        recorder.record(family, || (self.now(), Record::sample(Sampled::ScheduleLag, seconds * MS_PER_SECOND)));
    }

    /// Records an iteration that ran to its end. `arrival` is its intended start in an open scenario.
    pub(crate) fn iteration(
        &self,
        stage: usize,
        began: Instant,
        arrival: Option<Instant>,
        end: Instant,
        volume: Volume,
    ) {
        let family = self.iteration_family(stage);
        let mut recorder = self.recorder.borrow_mut();
        recorder.add(family, IterationMetric::Iterations as usize, 1.0);
        recorder.observe(family, IterationMetric::Duration as usize, (end - began).as_secs_f64());
        if let Some(arrival) = arrival {
            recorder.observe(family, IterationMetric::ResponseTime as usize, (end - arrival).as_secs_f64());
            recorder.record(family, || {
                let value = (end - arrival).as_secs_f64() * MS_PER_SECOND;
                (self.since_start(end), Record::sample(Sampled::IterationResponseTime, value))
            });
        }
        let Volume { sent, received } = volume;
        recorder.record(family, || {
            let duration = nanoseconds(end - began);
            (self.since_start(end), Record::Iteration { cut_off: false, duration, sent, received })
        });
    }

    /// Records an iteration that was cut off.
    pub(crate) fn interrupted_iteration(&self, stage: usize, end: Instant) {
        let labels = self.labels.with([("stage", self.stage_label(stage))]);
        let mut recorder = self.recorder.borrow_mut();
        let family = recorder.family(&INTERRUPTED_ITERATION_FAMILY, &labels, &[]);
        recorder.observation(family, 0, 1.0, || self.since_start(end));
    }

    /// Writes the bytes of a user that was cut off into the raw records, which have them with its iterations.
    pub(crate) fn cut_off_bytes(&self, stage: usize, end: Instant, volume: Volume) {
        if self.recorder.borrow().records.is_none() {
            return;
        }
        let family = self.iteration_family(stage);
        let Volume { sent, received } = volume;
        self.recorder.borrow_mut().record(family, || {
            (self.since_start(end), Record::Iteration { cut_off: true, duration: 0, sent, received })
        });
    }

    fn iteration_family(&self, stage: usize) -> Family {
        let mut caches = self.caches.borrow_mut();
        if let Some(Some(family)) = caches.iterations.get(stage) {
            return *family;
        }
        let labels = self.labels.with([("stage", self.stage_label(stage))]);
        let family = self.recorder.borrow_mut().family(&ITERATION_FAMILY, &labels, &[]);
        if let Some(slot) = caches.iterations.get_mut(stage) {
            *slot = Some(family);
        }
        family
    }

    /// The number of a set of labels that were computed: from 1, in order of appearance. Past the limit of the run new ones
    /// are folded into `other` and counted; what thresholds name is kept.
    pub(crate) fn variant(&self, step: StepId, labels: DynamicLabels) -> u32 {
        let mut caches = self.caches.borrow_mut();
        let caches = &mut *caches;
        let mut key = (step, labels);
        if let Some(known) = caches.variants.get(&key) {
            return *known;
        }
        let next = caches.variations.len();
        let mut recorder = self.recorder.borrow_mut();
        if !recorder.limit().admit(Scope::Scenario(self.index), &key, true) {
            let folded = key.1.clone().folded(|name, value| recorder.limit().is_selected_by_threshold(name, value));
            if folded != key.1 {
                recorder.count_folded();
                key.1 = folded;
            }
        }
        drop(recorder);
        *caches.variants.entry(key).or_insert_with_key(|(_, labels)| {
            caches.variations.push(labels.clone());
            u32::try_from(next + 1).unwrap_or(u32::MAX)
        })
    }

    /// The number of the labels of a variant with further tags.
    pub(crate) fn tagged_variant(&self, step: StepId, variant: u32, tags: Vec<(String, String)>) -> u32 {
        if tags.is_empty() {
            return variant;
        }
        let known = variant.checked_sub(1).and_then(|at| self.caches.borrow().variations.get(at as usize).cloned());
        let mut labels = known.unwrap_or_default();
        labels.tags.extend(tags);
        self.variant(step, labels)
    }

    /// Records a check, a sample of a metric, or the end of a group or a job.
    pub(crate) fn sample(&self, stage: usize, effect: &Effect, at: Instant) {
        let (step, labels, dynamic) = match effect {
            Effect::Check { step, labels, .. } | Effect::Elapsed { step, labels, .. } => (*step, labels, None),
            Effect::Metric { step, labels, metric, .. } => (*step, labels, metric.as_ref()),
            Effect::Job { step, end } => return self.job(stage, *step, end, at),
            _ => return,
        };
        let variant = labels.clone().map_or(0, |labels| self.variant(step, *labels));
        let metric = match dynamic.map(|metric| self.recorder.borrow_mut().dynamic_metric(metric)) {
            // There are too many; the recorder counted it.
            Some(None) => return,
            found => found.flatten(),
        };
        let Some((family, metric)) = self.sample_family((stage, step, variant, metric)) else { return };
        let mut recorder = self.recorder.borrow_mut();
        match effect {
            Effect::Check { passed, .. } => {
                recorder.rate(family, 0, *passed);
                recorder.record(family, || (self.since_start(at), Record::Check { passed: *passed }));
            }
            // A span of time has seconds already.
            Effect::Elapsed { took, .. } => {
                recorder.observe(family, 0, took.as_secs_f64());
                let value = took.as_secs_f64() * MS_PER_SECOND;
                recorder.record(family, || (self.since_start(at), Record::sample(Sampled::First, value)));
            }
            Effect::Metric { value, .. } => recorder.user_sample(family, metric, *value, || self.since_start(at)),
            _ => {}
        }
    }

    /// The series of a sample, and the number of its metric if it is one of the profile or of a flow.
    fn sample_family(&self, key: SampleKey) -> Option<(Family, usize)> {
        let (stage, id, variant, dynamic) = key;
        let mut caches = self.caches.borrow_mut();
        let caches = &mut *caches;
        if let Some(known) = caches.samples.get(&key) {
            return Some(*known);
        }
        let variation = variant.checked_sub(1).and_then(|at| caches.variations.get(at as usize)).cloned();
        let DynamicLabels { name, tags, .. } = variation.unwrap_or_default();
        let step = self.scenario.flow.steps.get(id)?;
        let labels = self.step_labels(stage, step, &tags);
        let mut from_data: Vec<&str> = tags.iter().map(|(name, _)| &**name).collect();
        let mut recorder = self.recorder.borrow_mut();
        let found = match &step.kind {
            StepKind::Check(check) => {
                let shown = name.as_deref().unwrap_or(check);
                let labels = labels.with([("name", &*step.name), ("check", shown)]);
                from_data.push("check");
                (recorder.family(&CHECK_FAMILY, &labels, &from_data), 0)
            }
            StepKind::Group => (recorder.family(&GROUP_FAMILY, &labels, &from_data), 0),
            StepKind::Metric(planned) => {
                let metric = dynamic.unwrap_or(*planned);
                (recorder.user_family(metric, &labels, &from_data)?, metric)
            }
            _ => return None,
        };
        caches.samples.insert(key, found);
        Some(found)
    }

    /// Records an iteration that ended early.
    pub(crate) fn failed(&self, stage: usize, reason: &str) {
        let labels = self.reason_labels(stage, reason);
        let mut recorder = self.recorder.borrow_mut();
        let family = recorder.family(&FAILURE_FAMILY, &labels, &["reason"]);
        recorder.add(family, 0, 1.0);
        recorder.record(family, || (self.now(), Record::sample(Sampled::First, 1.0)));
    }

    /// Records the most requests that a parallel block had in flight.
    pub(crate) fn width(&self, stage: usize, step: StepId, width: u32) {
        let group = self.scenario.flow.steps.get(step).map_or("", |step| &step.group);
        let labels = self.labels.with([("stage", self.stage_label(stage)), ("group", group)]);
        let mut recorder = self.recorder.borrow_mut();
        let family = recorder.family(&WIDTH_FAMILY, &labels, &[]);
        recorder.observe(family, 0, f64::from(width));
        recorder.record(family, || (self.now(), Record::sample(Sampled::First, f64::from(width))));
    }

    /// Records the root span of a sampled trace.
    pub(crate) fn traced(&self, stage: usize, span: Span) {
        let family = self.iteration_family(stage);
        let metrics = (IterationMetric::Duration as usize, IterationMetric::ResponseTime as usize);
        self.recorder.borrow_mut().span(family, metrics, span);
    }

    /// Records an attempt, with its span if it is sampled.
    pub(crate) fn attempt(&self, stage: usize, (step, variant): (StepId, u32), attempt: &Attempt, span: Option<Span>) {
        if attempt.resent.iter().any(|times| *times > 0) {
            self.resent(stage, attempt);
        }
        if attempt.error == Some(ErrorClass::Cancelled) {
            return self.interrupted(stage, (step, variant), attempt, span);
        }
        let family = self.http_family((stage, attempt.status, attempt.error, variant), step);
        let second = self.second_of(attempt.intended);
        let mut recorder = self.recorder.borrow_mut();
        let recorder = &mut *recorder;
        let failed = attempt.error.is_some_and(ErrorClass::is_failure);
        recorder.rate(family, Http::Failed as usize, failed);
        let cell = recorder.intended.at(second, self.index);
        if failed {
            cell.failed += 1;
        } else {
            cell.passed += 1;
        }
        let timed = attempt.is_timed();
        let response_time = (attempt.end - attempt.intended).as_secs_f64();
        if timed {
            cell.response_times[coarse_bucket(response_time)] += 1;
            recorder.observe(family, Http::ResponseTime as usize, response_time);
        }
        if failed {
            recorder.failure(family, Http::Errors as usize, || (self.since_start(attempt.end), reason_of(attempt)));
        }
        let send_begin = attempt.send_begin.unwrap_or(attempt.end);
        recorder.observe(family, Http::Blocked as usize, (send_begin - attempt.taken).as_secs_f64());
        recorder.observe(family, Http::Connecting as usize, attempt.connecting);
        recorder.observe(family, Http::TlsHandshaking as usize, attempt.tls_handshaking);
        recorder.record(family, || (self.since_start(attempt.end), record_of(attempt)));
        if let Some(span) = span {
            recorder.span(family, (Http::Duration as usize, Http::ResponseTime as usize), span);
        }
        if attempt.sent == 0 {
            return;
        }
        recorder.add(family, Http::Reqs as usize, 1.0);
        recorder.add(family, Http::DataSent as usize, attempt.sent as f64);
        recorder.add(family, Http::DataReceived as usize, attempt.received as f64);
        let send_end = attempt.send_end.unwrap_or(attempt.end);
        let first_byte = attempt.first_byte.unwrap_or(attempt.end);
        recorder.observe(family, Http::Sending as usize, (send_end - send_begin).as_secs_f64());
        recorder.observe(family, Http::Waiting as usize, (first_byte - send_end).as_secs_f64());
        recorder.observe(family, Http::Receiving as usize, (attempt.end - first_byte).as_secs_f64());
        recorder.observe(family, Http::Duration as usize, (attempt.end - send_begin).as_secs_f64());
    }

    /// Counts how often an attempt was sent again, by the signal of the server.
    #[cold]
    fn resent(&self, stage: usize, attempt: &Attempt) {
        let mut recorder = self.recorder.borrow_mut();
        for (how, times) in NotProcessed::ALL.into_iter().zip(attempt.resent).filter(|(_, times)| *times > 0) {
            let labels = self.reason_labels(stage, how.label());
            let family = recorder.family(&RESENT_FAMILY, &labels, &[]);
            recorder.observation(family, 0, f64::from(times), || self.since_start(attempt.end));
        }
    }

    /// Counts a request that was cut off by loadagent: it is no result of the target.
    fn interrupted(&self, stage: usize, (step, variant): (StepId, u32), attempt: &Attempt, span: Option<Span>) {
        let labels = self.labels.with([("stage", self.stage_label(stage))]);
        let mut recorder = self.recorder.borrow_mut();
        let family = recorder.family(&INTERRUPTED_REQUEST_FAMILY, &labels, &[]);
        recorder.observation(family, 0, 1.0, || self.since_start(attempt.end));
        recorder.add(family, 1, attempt.sent as f64);
        recorder.add(family, 2, attempt.received as f64);
        drop(recorder);
        if let Some(span) = span {
            let family = self.http_family((stage, attempt.status, attempt.error, variant), step);
            let metrics = (Http::Duration as usize, Http::ResponseTime as usize);
            self.recorder.borrow_mut().span(family, metrics, Span { is_observed: false, ..span });
        }
    }

    fn http_family(&self, key: HttpKey, step: StepId) -> Family {
        let mut caches = self.caches.borrow_mut();
        let caches = &mut *caches;
        if let Some(Some((known, family))) = caches.last_http.get(step.index())
            && *known == key
        {
            return *family;
        }
        let family = *caches.http.entry((step, key)).or_insert_with(|| {
            let variation = key.3.checked_sub(1).and_then(|at| caches.variations.get(at as usize));
            let labels = self.http_labels(key, step, variation);
            let mut from_data = vec!["status"];
            if let Some(variation) = variation {
                from_data.extend(variation.name.as_ref().map(|_| "name"));
                from_data.extend(variation.method.as_ref().map(|_| "method"));
                from_data.extend(variation.tags.iter().map(|(name, _)| &**name));
            }
            self.recorder.borrow_mut().family(&HTTP_FAMILY, &labels, &from_data)
        });
        if let Some(slot) = caches.last_http.get_mut(step.index()) {
            *slot = Some((key, family));
        }
        family
    }

    fn http_labels(
        &self,
        (stage, status, error, _): HttpKey,
        step: StepId,
        variation: Option<&DynamicLabels>,
    ) -> Labels {
        let Some(row) = self.scenario.flow.steps.get(step) else { return self.labels.clone() };
        let dynamic = |label: fn(&DynamicLabels) -> Option<&String>| variation.and_then(label).map(String::as_str);
        let planned = row.request().map_or("", |request| &request.spec.method);
        let status = status.map(|status| status.to_string()).unwrap_or_default();
        let own = [
            ("name", dynamic(|labels| labels.name.as_ref()).unwrap_or(&row.name)),
            ("method", dynamic(|labels| labels.method.as_ref()).unwrap_or(planned)),
            ("status", &status),
            ("expected_response", if error.is_none_or(|class| !class.is_failure()) { "true" } else { "false" }),
            ("error_class", error.map_or("", ErrorClass::label)),
        ];
        let computed = variation.map_or(&[][..], |labels| &labels.tags);
        self.step_labels(stage, row, computed).with(own)
    }

    /// Records the gauges of the scenario once a second: active users, existing users, target rate, stage.
    pub(crate) fn state(&self, vus: u64, vus_max: u64, target_rate: Option<f64>, stage: Option<usize>) {
        let mut recorder = self.recorder.borrow_mut();
        let family = recorder.family(&SCENARIO_FAMILY, &self.labels, &[]);
        recorder.set(family, 0, vus as f64);
        recorder.set(family, 1, vus_max as f64);
        if let Some(rate) = target_rate {
            recorder.set(family, 2, rate);
        }
        if self.scenario.stages().len() > 1 {
            for (number, mark) in self.scenario.stages().iter().enumerate() {
                let labels = self.labels.with([("stage", mark.label.as_str())]);
                let family = recorder.family(&STAGE_FAMILY, &labels, &[]);
                recorder.set(family, 0, f64::from(u8::from(stage == Some(number))));
            }
        }
    }
}

/// A reason, as long as a label may be.
fn truncated(reason: &str) -> String {
    reason.chars().take(MAX_REASON).collect()
}

#[cfg(test)]
mod tests;
