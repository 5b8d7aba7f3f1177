//! Records requests of A2A, and tasks.

use std::time::Duration;

use tokio::time::Instant;

use super::{MAX_REMEMBERED, ScenarioRecorder};
use crate::{
    metric::{
        MetricDef,
        catalogue::{self, A2A_FAMILY, A2A_TASK_FAMILY, A2aMetric, A2aTaskMetric},
        recorder::Family,
    },
    plan::{StepId, a2a::A2aMethod},
    protocol::ErrorClass,
};

static STATE_FAMILY: [&MetricDef; 1] = [&catalogue::A2A_TIME_IN_STATE];
static TASK_FAMILY: [&MetricDef; 1] = [&catalogue::A2A_TASKS];

/// What distinguishes the series of requests of A2A.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct A2aKey {
    pub stage: usize,
    /// The step, and the variant of its labels.
    pub step: (StepId, u32),
    pub method: A2aMethod,
    /// The code of an error.
    pub code: Option<i64>,
    pub error: Option<ErrorClass>,
}

impl ScenarioRecorder {
    /// Records a request of A2A that ended at a time, so long after it was due unless it was not sent.
    pub(crate) fn a2a_request(&self, key: A2aKey, took: Option<Duration>, at: Instant) {
        let failed = key.error.is_some_and(ErrorClass::is_failure);
        let family = self.a2a_family(key);
        let mut recorder = self.recorder.borrow_mut();
        let mut observe = |metric: A2aMetric, value: f64| {
            recorder.observation(family, metric as usize, value, || self.since_start(at));
        };
        observe(A2aMetric::Reqs, 1.0);
        observe(A2aMetric::Failed, f64::from(u8::from(failed)));
        if let Some(took) = took {
            observe(A2aMetric::ResponseTime, took.as_secs_f64());
        }
        if failed {
            observe(A2aMetric::Errors, 1.0);
        }
    }

    /// Records an observation of a task.
    pub(crate) fn a2a_observe(
        &self,
        stage: usize,
        step: (StepId, u32),
        metric: A2aTaskMetric,
        value: f64,
        at: Instant,
    ) {
        self.observe(&A2A_TASK_FAMILY, (stage, step), metric as usize, value, at);
    }

    /// Records for how many seconds a task was in a state.
    pub(crate) fn a2a_state(&self, stage: usize, step: (StepId, u32), word: &'static str, seconds: f64, at: Instant) {
        self.observe_word(&STATE_FAMILY, (stage, step), word, seconds, at);
    }

    /// Counts a task by its last state.
    pub(crate) fn a2a_task(&self, stage: usize, step: (StepId, u32), word: &'static str, at: Instant) {
        self.count_word(&TASK_FAMILY, (stage, step), word, at);
    }

    fn a2a_family(&self, key: A2aKey) -> Family {
        let mut caches = self.caches.borrow_mut();
        if let Some(known) = caches.a2a.get(&key) {
            return *known;
        }
        let (step, variant) = key.step;
        let variation = variant.checked_sub(1).and_then(|at| caches.variations.get(at as usize));
        let (labels, mut from_data) = self.named_step_labels(key.stage, step, variation);
        from_data.push("rpc_code");
        let code = key.code.map(|code| code.to_string()).unwrap_or_default();
        let labels = labels.with([
            ("a2a_method", key.method.as_str()),
            ("rpc_code", &*code),
            ("error_class", key.error.map_or("", ErrorClass::label)),
        ]);
        let family = self.recorder.borrow_mut().family(&A2A_FAMILY, &labels, &from_data);
        if caches.a2a.len() < MAX_REMEMBERED {
            caches.a2a.insert(key, family);
        }
        family
    }
}
