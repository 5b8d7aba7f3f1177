//! Records the runs of an agent in an event stream.

use tokio::time::Instant;

use super::stream_recorder::{End, StreamRecorder};
use crate::{
    metric::catalogue::AguiMetric,
    protocol::agui::{Disorder, RunEvent, Shown},
};

impl StreamRecorder<'_> {
    /// Takes an event of a run, and what is wrong with its place.
    pub(super) fn take_run_event(&self, event: &RunEvent<'_>, disorder: Option<Disorder>, at: Instant) {
        let Some(runs) = &self.runs else { return };
        let (recorder, ids) = (&self.run.recorder, (self.step, self.variant));
        recorder.agui_event(self.stage, ids, event.kind.name, at);
        if let Some(disorder) = disorder {
            return recorder.agui_order_error(self.stage, ids, disorder.label(), at);
        }
        let Some(shown) = runs.borrow_mut().take(event, at) else { return };
        let since_due = self.since_due(at).as_secs_f64();
        match shown {
            Shown::Started { is_first: true } => self.observe_run(AguiMetric::TimeToRunStarted, since_due, at),
            Shown::Started { is_first: false } => {}
            Shown::FirstText => self.observe_run(AguiMetric::TimeToFirstText, since_due, at),
            Shown::FirstToolCall => self.observe_run(AguiMetric::TimeToFirstToolCall, since_due, at),
            Shown::ToolResult(took) => self.observe_run(AguiMetric::ToolDuration, took.as_secs_f64(), at),
            Shown::Finished(outcome, begun) => {
                // Failures that come fast would look like speed.
                if outcome != "error" {
                    let took = begun.map_or(since_due, |begun| at.saturating_duration_since(begun).as_secs_f64());
                    self.observe_run(AguiMetric::RunDuration, took, at);
                }
                recorder.agui_run(self.stage, ids, outcome, at);
            }
        }
    }

    /// Records a run that did not end; one that was cut off lasted at least as long as it is old.
    pub(super) fn record_run(&self, end: Instant, how: End) {
        let Some(runs) = &self.runs else { return };
        let runs = runs.borrow();
        if runs.outcome.is_some() {
            return;
        }
        match how {
            End::CutOff => {
                let since_due = self.since_due(end).as_secs_f64();
                if !runs.has_begun() {
                    self.observe_run(AguiMetric::TimeToRunStarted, since_due, end);
                }
                let age = runs.since().map_or(since_due, |begun| end.saturating_duration_since(begun).as_secs_f64());
                self.observe_run(AguiMetric::RunDuration, age, end);
            }
            // The step had what it wanted, or the run broke off.
            End::Whole => {}
            End::Failed => {
                self.run.recorder.agui_run(self.stage, (self.step, self.variant), "incomplete", end);
            }
        }
    }

    fn observe_run(&self, metric: AguiMetric, value: f64, at: Instant) {
        self.run.recorder.agui(self.stage, (self.step, self.variant), metric, value, at);
    }
}
