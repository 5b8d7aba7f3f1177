//! When which stage of a scenario ran, from the gauge that is 1 while it does. The gauge is read at the end of an interval, so
//! a stage began where the first interval that shows it ends, and lasted until the next one began.

use serde_json::{Value as Json, json};

/// A stage, from its first to its last interval.
#[derive(Debug)]
struct Stage {
    scenario: String,
    label: String,
    /// The first interval that shows it, and the end of the last one, in Unix milliseconds; None before it began.
    seen: Option<([i64; 2], i64)>,
}

/// All stages.
#[derive(Debug, Default)]
pub(super) struct Stages(Vec<Stage>);

impl Stages {
    /// The number of a stage.
    pub(super) fn add(&mut self, scenario: &str, label: &str) -> usize {
        self.0.push(Stage { scenario: scenario.to_owned(), label: label.to_owned(), seen: None });
        self.0.len() - 1
    }

    /// Notes that a stage ran at the end of an interval.
    pub(super) fn ran(&mut self, number: usize, start_ms: i64, end_ms: i64) {
        if let Some(stage) = self.0.get_mut(number) {
            stage.seen = Some((stage.seen.map_or([start_ms, end_ms], |(first, _)| first), end_ms));
        }
    }

    /// The stages that ran, in milliseconds after `origin_ms`.
    pub(super) fn as_json(&self, origin_ms: i64) -> Vec<Json> {
        let mut rows: Vec<(&Stage, i64, i64)> = Vec::new();
        for stage in &self.0 {
            let Some(([start, end], last)) = stage.seen else { continue };
            let from = match rows.iter_mut().rfind(|(known, ..)| known.scenario == stage.scenario) {
                Some((_, _, to)) => {
                    *to = end;
                    end
                }
                None => start,
            };
            rows.push((stage, from, last));
        }
        let row = |(Stage { scenario, label, .. }, from, to): (&Stage, i64, i64)| json!({ "scenario": scenario, "stage": label, "from": from - origin_ms, "to": to - origin_ms });
        rows.into_iter().map(row).collect()
    }
}
