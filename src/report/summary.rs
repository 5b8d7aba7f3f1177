//! The summary: everything a report can say, put together once.

use std::{path::PathBuf, time::Duration};

use crate::{
    analysis::{Analysis, Coverage, Offered, Outcome, Validity},
    interval_log::{Event, Header},
    metric::Totals,
    output::DeliveryStats,
    threshold::{Stat, judge::Finding},
};

/// How the text is laid out.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct TextLayout {
    /// Columns of the terminal, if there is one: tables are cut to it.
    pub width: Option<usize>,
    /// A row for each stage of a step (`--summary-by-stage`).
    pub by_stage: bool,
}

/// Events of a kind that a summary lists.
pub(crate) const MAX_EVENTS: usize = 100;

/// Events that a summary shows, the first [`MAX_EVENTS`] of each kind.
#[derive(Debug, Clone, Default)]
pub(crate) struct Events {
    /// Control commands that were given.
    pub commands: Vec<Event>,
    /// What happened to scenarios by itself; each begins with the name of one.
    pub scenarios: Vec<Event>,
}

impl Events {
    /// Adds an event, if a summary shows its kind.
    pub(crate) fn note(&mut self, event: &Event) {
        let list = match &*event.kind {
            "control" => &mut self.commands,
            "scenario" => &mut self.scenarios,
            _ => return,
        };
        if list.len() < MAX_EVENTS {
            list.push(event.clone());
        }
    }
}

/// What a run amounted to.
#[derive(Debug)]
pub(crate) struct Summary {
    /// What the run was.
    pub header: Header,
    /// How long it lasted.
    pub elapsed: Duration,
    /// When each scenario ended, in the order of the header; unknown of a run in progress.
    pub scenario_ends: Vec<Option<Duration>>,
    /// All series.
    pub totals: Totals,
    /// What was due.
    pub offered: Offered,
    /// Times without a process.
    pub coverage: Coverage,
    /// How thresholds stand.
    pub findings: Vec<Finding>,
    /// Whether the numbers mean what they say.
    pub validity: Validity,
    /// What became of the exports.
    pub outputs: Vec<DeliveryStats>,
    /// Whether the outputs were still delivering.
    pub outputs_pending: bool,
    /// The run's folder.
    pub run_dir: PathBuf,
    /// The verdict.
    pub outcome: Outcome,
    /// What was found beside the verdict.
    pub analysis: Analysis,
    /// Whether the run came to its end: not when its log was read while it was in progress, or after it was killed.
    pub has_ended: bool,
    /// What happened besides.
    pub events: Events,
    /// Statistics of trends that are shown, by k6's names.
    pub trend_stats: Vec<(String, Stat)>,
    /// How the text is laid out.
    pub view: TextLayout,
}
