//! Records jobs at their end.

use tokio::time::Instant;

use super::ScenarioRecorder;
use crate::{
    metric::{
        MetricDef,
        catalogue::{self, JOB_FAMILY, JobMetric},
    },
    plan::{
        StepId,
        job::{JobEnd, JobOutcome},
    },
};

static OUTCOME_FAMILY: [&MetricDef; 1] = [&catalogue::JOB_OUTCOMES];

impl ScenarioRecorder {
    /// Records how a job ended. The times are those of jobs that were done, and the age of those that timed out: failures
    /// that come fast would look like speed.
    pub(super) fn job(&self, stage: usize, step: StepId, end: &JobEnd, at: Instant) {
        let outcome = end.outcome;
        let (ended, polled) = match outcome {
            JobOutcome::Done | JobOutcome::Failed => (true, true),
            JobOutcome::TimedOut => (false, true),
            JobOutcome::Refused | JobOutcome::NoLocation => (false, false),
        };
        let is_timed = polled && outcome != JobOutcome::Failed;
        let values = [
            (JobMetric::ResponseTime, is_timed.then_some(end.response_time.as_secs_f64())),
            (JobMetric::Duration, is_timed.then_some(end.duration.as_secs_f64())),
            (JobMetric::Polls, polled.then_some(end.polls as f64)),
            (JobMetric::EndWindow, ended.then_some(end.window.as_secs_f64())),
            (JobMetric::Overshoot, end.overshoot.filter(|_| ended).map(|time| time.as_secs_f64())),
            (JobMetric::Failed, Some(f64::from(u8::from(outcome != JobOutcome::Done)))),
        ];
        for (metric, value) in values {
            if let Some(value) = value {
                self.observe(&JOB_FAMILY, (stage, (step, 0)), metric as usize, value, at);
            }
        }
        let family = self.step_reason_family(&OUTCOME_FAMILY, stage, (step, 0), outcome.as_str());
        let mut recorder = self.recorder.borrow_mut();
        recorder.observation(family, 0, 1.0, || self.since_start(at));
    }
}
