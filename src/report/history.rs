//! What changed over many runs, for people and programs.

use serde_json::{Value as Json, json};

use super::{
    comparison::{heading_of, show_value},
    markdown, style,
    visible::visible,
};
use crate::{
    analysis::history::{Change, ChangeKind},
    threshold::shown_factor,
    units::{show_several, significant},
};

/// The history of runs of one load.
#[derive(Debug)]
pub(crate) struct History {
    /// IDs of the runs, from the oldest.
    pub runs: Vec<String>,
    /// Runs that can't be compared with the newest.
    pub left_out: usize,
    /// What each statistic does.
    pub changes: Vec<Change>,
}

impl History {
    /// Whether anything changed for the worse.
    #[must_use]
    pub(crate) fn is_worse(&self) -> bool {
        self.changes.iter().any(|change| change.worse)
    }
}

/// Renders it for a terminal, or as Markdown.
#[must_use]
pub(crate) fn text(history: &History, as_markdown: bool) -> String {
    let count = show_several(history.runs.len() as u64, "run");
    let ends = match history.runs.as_slice() {
        [first, .., last] => format!(", {} to {}", visible(first), visible(last)),
        _ => String::new(),
    };
    let mut lines = if as_markdown {
        vec![format!("**History**: {count}{}", markdown::sentence(&ends)), String::new()]
    } else {
        vec![String::new(), format!("  {}  {count}{ends}", style::bold("HISTORY"))]
    };
    let mut add = |mark: String, text: &str| {
        lines.push(if as_markdown {
            format!("- {}", markdown::sentence(text))
        } else {
            format!("    {mark} {}", visible(text))
        });
    };
    if history.left_out > 0 {
        add(
            style::warn("!"),
            &format!(
                "{} left out: another load than the newest, or invalid",
                show_several(history.left_out as u64, "run")
            ),
        );
    }
    let changed = |change: &&Change| !matches!(change.kind, ChangeKind::None | ChangeKind::Inconclusive(_));
    for change in history.changes.iter().filter(changed) {
        let mark = if change.worse { style::bad("✗") } else { style::good("✓") };
        add(mark, &sentence(history, change));
    }
    let names = |wanted: &dyn Fn(ChangeKind) -> bool| {
        let names = history.changes.iter().filter(|change| wanted(change.kind)).map(name);
        names.collect::<Vec<_>>().join(", ")
    };
    let same = names(&|kind| kind == ChangeKind::None);
    if !same.is_empty() {
        add(style::good("✓"), &format!("no change: {same}"));
    }
    let open = names(&|kind| matches!(kind, ChangeKind::Inconclusive(_)));
    if !open.is_empty() {
        add(style::warn("–"), &format!("inconclusive: {open}; it takes ten runs at least, and more if they vary much"));
    }
    lines.join("\n") + "\n"
}

fn name(change: &Change) -> String {
    format!("{}: {}{}", heading_of(&change.key), change.judged.label, change.statistic.in_words())
}

fn sentence(history: &History, change: &Change) -> String {
    let value = |value: Option<f64>| show_value(&change.key.metric, change.statistic, value.unwrap_or(0.0));
    let percent = match (change.before, change.after) {
        (Some(before), Some(after)) if before > 0.0 => {
            let percent = (after / before - 1.0) * 100.0;
            format!(" ({}{}%)", if percent < 0.0 { "-" } else { "+" }, significant(percent.abs()))
        }
        _ => String::new(),
    };
    let verb = match change.kind {
        ChangeKind::Rising => "rises",
        ChangeKind::Falling => "falls",
        _ => "stepped",
    };
    let with =
        change.run.and_then(|run| history.runs.get(run)).map(|run| format!(" with run {run}")).unwrap_or_default();
    format!("{} {verb} from {} to {}{percent}{with}", name(change), value(change.before), value(change.after))
}

/// Renders it as JSON.
#[must_use]
pub(crate) fn json(history: &History) -> Json {
    let change = |change: &Change| {
        let shown = |value: Option<f64>| value.map(|value| value * shown_factor(&change.key.metric));
        let verdict = match change.kind {
            ChangeKind::None => "none",
            ChangeKind::Step => "step",
            ChangeKind::Rising => "rising",
            ChangeKind::Falling => "falling",
            ChangeKind::Inconclusive(_) => "inconclusive",
        };
        let why = if let ChangeKind::Inconclusive(why) = change.kind { Some(why.as_str()) } else { None };
        json!({
            "scenario": change.key.scenario,
            "step": change.key.step,
            "metric": change.key.metric.name,
            "statistic": change.statistic.name(),
            "verdict": verdict,
            "worse": change.worse,
            "why": why,
            "before": shown(change.before),
            "after": shown(change.after),
            "run": change.run.and_then(|run| history.runs.get(run)),
            "runs": change.runs,
        })
    };
    json!({
        "runs": history.runs,
        "left_out": history.left_out,
        "changes": history.changes.iter().map(change).collect::<Vec<_>>(),
    })
}
