//! Records runs of agents in event streams.

use tokio::time::Instant;

use super::ScenarioRecorder;
use crate::{
    metric::{
        MetricDef,
        catalogue::{self, AGUI_FAMILY, AguiMetric},
    },
    plan::StepId,
};

static EVENT_FAMILY: [&MetricDef; 1] = [&catalogue::AGUI_EVENTS];
static ORDER_FAMILY: [&MetricDef; 1] = [&catalogue::AGUI_ORDER_ERRORS];
static RUN_FAMILY: [&MetricDef; 1] = [&catalogue::AGUI_RUNS];

impl ScenarioRecorder {
    /// Records an observation of a run.
    pub(crate) fn agui(&self, stage: usize, step: (StepId, u32), metric: AguiMetric, value: f64, at: Instant) {
        self.observe(&AGUI_FAMILY, (stage, step), metric as usize, value, at);
    }

    /// Counts an event by its type.
    pub(crate) fn agui_event(&self, stage: usize, step: (StepId, u32), kind: &'static str, at: Instant) {
        self.count_word(&EVENT_FAMILY, (stage, step), kind, at);
    }

    /// Counts an event that is not where it may be.
    pub(crate) fn agui_order_error(&self, stage: usize, step: (StepId, u32), reason: &'static str, at: Instant) {
        self.count_word(&ORDER_FAMILY, (stage, step), reason, at);
    }

    /// Counts a run by how it ended.
    pub(crate) fn agui_run(&self, stage: usize, step: (StepId, u32), outcome: &'static str, at: Instant) {
        self.count_word(&RUN_FAMILY, (stage, step), outcome, at);
    }
}
