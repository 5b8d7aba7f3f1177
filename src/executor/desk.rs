//! The desk: where a scenario's attempts, iterations and checks are put down in the worker's recorder.
//!
//! Knows the labels of each step and keeps, per step, the series it used last, so that recording a request is a
//! comparison and a dozen array writes.

use std::{cell::RefCell, collections::HashMap, rc::Rc, time::Duration};

use tokio::time::Instant;

use super::raw::{Volume, nanoseconds, record_of};
use crate::{
    metric::{
        Labels, MetricDef, Record, Recorder, Span,
        catalogue::{
            self, HTTP_FAMILY, HttpMetric as Http, ITERATION_FAMILY, IterationMetric, STAGE_ACTIVE, TARGET_RATE, VUS,
            VUS_MAX,
        },
        intended::coarse_bucket,
        recorder::Family,
    },
    plan::{Op, Plan, RequestSpec, Scenario},
    protocol::{Attempt, ErrorClass},
};

static CHECK_FAMILY: [&MetricDef; 1] = [&catalogue::CHECKS];
static SCENARIO_FAMILY: [&MetricDef; 3] = [&VUS, &VUS_MAX, &TARGET_RATE];
static STAGE_FAMILY: [&MetricDef; 1] = [&STAGE_ACTIVE];

/// What distinguishes the series of one step.
type HttpKey = (usize, Option<u16>, Option<ErrorClass>);

/// Records for one scenario on one worker.
#[derive(Debug)]
pub struct Desk {
    recorder: Rc<RefCell<Recorder>>,
    index: u16,
    run_start: Instant,
    scenario: Scenario,
    labels: Labels,
    caches: RefCell<Caches>,
}

#[derive(Debug, Default)]
struct Caches {
    last_http: Vec<Option<(HttpKey, Family)>>,
    http: HashMap<(usize, HttpKey), Family>,
    iterations: Vec<Option<Family>>,
    checks: HashMap<(usize, usize, usize), Family>,
}

impl Desk {
    /// A desk for scenario `index` of a plan.
    #[must_use]
    pub fn new(plan: &Plan, index: usize, recorder: Rc<RefCell<Recorder>>, run_start: Instant) -> Self {
        let scenario = plan.scenarios[index].clone();
        let labels = Labels::new([("scenario", scenario.name.as_str())]).with(scenario.tags.iter().cloned());
        let caches = Caches {
            last_http: vec![None; scenario.program.ops.len()],
            iterations: vec![None; scenario.stages().len().max(1)],
            ..Caches::default()
        };
        let index = u16::try_from(index).unwrap_or(u16::MAX);
        Self { recorder, index, run_start, scenario, labels, caches: RefCell::new(caches) }
    }

    fn second_of(&self, moment: Instant) -> u32 {
        u32::try_from(self.since_start(moment).as_secs()).unwrap_or(u32::MAX)
    }

    fn since_start(&self, moment: Instant) -> Duration {
        moment.saturating_duration_since(self.run_start)
    }

    fn stage_label(&self, stage: usize) -> &str {
        self.scenario.stages().get(stage).map_or("", |mark| mark.label.as_str())
    }

    /// An iteration was due: the offered load, as executed.
    pub fn due(&self, intended: Instant) {
        let second = self.second_of(intended);
        self.recorder.borrow_mut().intended.at(second, self.index).due += 1;
    }

    /// Iterations could not be started.
    pub fn dropped(&self, stage: usize, intended: Instant, count: u64) {
        let family = self.iteration_family(stage);
        let second = self.second_of(intended);
        let mut recorder = self.recorder.borrow_mut();
        recorder.add(family, IterationMetric::Dropped as usize, count as f64);
        recorder.intended.at(second, self.index).dropped += count;
        recorder.record(family, || (self.since_start(intended), Record::Dropped { count }));
    }

    /// A user took an arrival up, so many seconds late.
    pub fn lag(&self, stage: usize, seconds: f64) {
        let family = self.iteration_family(stage);
        self.recorder.borrow_mut().observe(family, IterationMetric::ScheduleLag as usize, seconds);
    }

    /// An iteration ran to its end. `arrival` is its intended start in an open scenario.
    pub fn iteration(&self, stage: usize, began: Instant, arrival: Option<Instant>, end: Instant, volume: Volume) {
        let family = self.iteration_family(stage);
        let mut recorder = self.recorder.borrow_mut();
        recorder.add(family, IterationMetric::Iterations as usize, 1.0);
        recorder.observe(family, IterationMetric::Duration as usize, (end - began).as_secs_f64());
        if let Some(arrival) = arrival {
            recorder.observe(family, IterationMetric::ResponseTime as usize, (end - arrival).as_secs_f64());
        }
        let Volume { sent, received } = volume;
        recorder.record(family, || {
            let duration = nanoseconds(end - began);
            (self.since_start(end), Record::Iteration { cut_off: false, duration, sent, received })
        });
    }

    /// An iteration was cut off. No metric counts it, but its bytes have a place among the raw records.
    pub fn cut_off(&self, stage: usize, end: Instant, volume: Volume) {
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

    /// A check was looked at, of a response that came at `at`.
    pub fn check(&self, stage: usize, op: usize, check: usize, passed: bool, at: Instant) {
        let mut caches = self.caches.borrow_mut();
        let family = *caches.checks.entry((stage, op, check)).or_insert_with(|| {
            let Some(Op::Send(request, checks)) = self.scenario.program.ops.get(op) else {
                return self.recorder.borrow_mut().family(&CHECK_FAMILY, &self.labels, &[]);
            };
            let own = [("stage", self.stage_label(stage)), ("name", &request.name), ("check", &checks[check].name)];
            let labels = self.labels.with(request.tags.iter().cloned()).with(own);
            self.recorder.borrow_mut().family(&CHECK_FAMILY, &labels, &[])
        });
        let mut recorder = self.recorder.borrow_mut();
        recorder.rate(family, 0, passed);
        recorder.record(family, || (self.since_start(at), Record::Check { passed }));
    }

    /// The iteration of a sampled trace ended, or was cut off.
    pub fn traced(&self, stage: usize, span: Span) {
        let family = self.iteration_family(stage);
        let metrics = (IterationMetric::Duration as usize, IterationMetric::ResponseTime as usize);
        self.recorder.borrow_mut().span(family, metrics, span);
    }

    /// An attempt ended, with its span if it is sampled.
    pub fn attempt(&self, stage: usize, op: usize, request: &RequestSpec, attempt: &Attempt, span: Option<Span>) {
        let family = self.http_family((stage, attempt.status, attempt.error), op, request);
        let second = self.second_of(attempt.intended);
        let mut recorder = self.recorder.borrow_mut();
        let recorder = &mut *recorder;
        let failed = attempt.error.is_some();
        recorder.rate(family, Http::Failed as usize, failed);
        let cell = recorder.intended.at(second, self.index);
        if failed {
            cell.failed += 1;
        } else {
            cell.passed += 1;
        }
        // A failure before the first byte has no time of its own, unless it *is* the time that ran out.
        let timed = attempt.sent > 0 || attempt.error.is_some_and(ErrorClass::is_timeout);
        let response_time = (attempt.end - attempt.intended).as_secs_f64();
        if timed {
            cell.response_times[coarse_bucket(response_time)] += 1;
            recorder.observe(family, Http::ResponseTime as usize, response_time);
        }
        if failed {
            recorder.add(family, Http::Errors as usize, 1.0);
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

    fn http_family(&self, key: HttpKey, op: usize, request: &RequestSpec) -> Family {
        let mut caches = self.caches.borrow_mut();
        if let Some(Some((known, family))) = caches.last_http.get(op)
            && *known == key
        {
            return *family;
        }
        let family = *caches.http.entry((op, key)).or_insert_with(|| {
            let labels = self.http_labels(key, request);
            self.recorder.borrow_mut().family(&HTTP_FAMILY, &labels, &["status"])
        });
        if let Some(slot) = caches.last_http.get_mut(op) {
            *slot = Some((key, family));
        }
        family
    }

    fn http_labels(&self, (stage, status, error): HttpKey, request: &RequestSpec) -> Labels {
        let status = status.map(|status| status.to_string()).unwrap_or_default();
        let own = [
            ("stage", self.stage_label(stage)),
            ("name", &request.name),
            ("method", &request.method),
            ("status", &status),
            ("expected_response", if error.is_none() { "true" } else { "false" }),
            ("error_class", error.map_or("", ErrorClass::label)),
        ];
        self.labels.with(request.tags.iter().cloned()).with(own)
    }

    /// The state of the scenario, once a second: users running, users made, arrivals wanted, the stage.
    pub fn state(&self, vus: u64, vus_max: u64, target_rate: Option<f64>, stage: Option<usize>) {
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
