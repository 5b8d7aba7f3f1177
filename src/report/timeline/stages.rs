//! When which stage of a scenario ran, from the gauge that is 1 while it does.

use serde_json::{Value as Json, json};

/// A stage, from its first to its last interval.
#[derive(Debug)]
struct Stage {
    scenario: String,
    label: String,
    /// Unix milliseconds; None before it began.
    span: Option<(i64, i64)>,
}

/// All stages.
#[derive(Debug, Default)]
pub(super) struct Stages(Vec<Stage>);

impl Stages {
    /// The number of a stage.
    pub(super) fn add(&mut self, scenario: &str, label: &str) -> usize {
        self.0.push(Stage { scenario: scenario.to_owned(), label: label.to_owned(), span: None });
        self.0.len() - 1
    }

    /// Notes that a stage ran at the end of an interval.
    pub(super) fn ran(&mut self, number: usize, start_ms: i64, end_ms: i64) {
        if let Some(stage) = self.0.get_mut(number) {
            stage.span = Some((stage.span.map_or(start_ms, |(from, _)| from), end_ms));
        }
    }

    /// The stages that ran, in milliseconds after `origin_ms`.
    pub(super) fn as_json(&self, origin_ms: i64) -> Vec<Json> {
        let row = |stage: &Stage| {
            let (from, to) = stage.span?;
            let Stage { scenario, label, .. } = stage;
            Some(json!({ "scenario": scenario, "stage": label, "from": from - origin_ms, "to": to - origin_ms }))
        };
        self.0.iter().filter_map(row).collect()
    }
}
