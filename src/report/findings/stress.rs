//! The table of a rising load, and where the target breaks.

use super::show_ms;
use crate::{
    analysis::findings::{StepFinding, StepVerdict, StressFindings, StressVerdict},
    report::{style, summary::TextLayout, table::Table},
    units::{show_rate, show_share, significant},
};

/// The section; its table with a layout.
#[must_use]
pub(super) fn lines(stress: &StressFindings, view: Option<TextLayout>) -> Vec<String> {
    let mut lines = vec![format!("  {}", style::bold("STRESS"))];
    let (mark, text, advice) = conclusion(stress);
    lines.push(format!("    {mark} {text}"));
    lines.extend(advice.map(|advice| format!("      {advice}")));
    if stress.contradictory {
        let mark = style::warn("!");
        lines.push(format!("    {mark} a higher step was good again: hold each step for longer, and repeat the run"));
    }
    lines.extend(view.into_iter().flat_map(|view| table(stress.steps.iter()).lines(4, view, "summary.json")));
    lines
}

/// A row for each step.
pub(super) fn table<'s>(steps: impl Iterator<Item = &'s StepFinding>) -> Table {
    let mut table = Table::new(&["load", "completed", "failed", "p95", "busy users", "result"]);
    for step in steps {
        table.row([
            show_rate(step.rate),
            show_rate(step.completed_rate),
            show_share(step.failed_share),
            step.p95_ms.map_or_else(String::new, show_ms),
            significant(step.busy_users),
            step_word(step).to_owned(),
        ]);
    }
    table
}

fn conclusion(stress: &StressFindings) -> (String, String, Option<&'static str>) {
    let rate = |rate: Option<f64>| show_rate(rate.unwrap_or(0.0));
    let (good, bad) = (rate(stress.last_good_rate), rate(stress.first_bad_rate));
    let by = match stress.by {
        Some(StepVerdict::ThresholdFails) => "a threshold fails",
        _ => "throughput falls behind the offered load",
    };
    match stress.verdict {
        StressVerdict::Breaks => {
            let manner = match stress.manner.as_deref() {
                Some("cliff") => ", abruptly",
                Some("gradual") => ", after it had become slower over several steps",
                _ => "",
            };
            let text = format!("sustains {good}; at {bad} {by}{manner}");
            (style::bad("✗"), text, Some("the limit lies in between: smaller steps there find it more exactly"))
        }
        StressVerdict::BreaksBelow => {
            (style::bad("✗"), format!("does not sustain even {bad}: {by}"), Some("begin with a lower rate"))
        }
        StressVerdict::NotReached => {
            let text = format!("sustains every step, up to {good}; its limit was not reached");
            (style::good("✓"), text, Some("raise the load further to find it"))
        }
        StressVerdict::GeneratorLimited => {
            let text = match stress.last_good_rate {
                Some(_) => format!("sustains {good}; beyond, loadagent was the limit, not the target"),
                None => "nothing is known of the target: loadagent was the limit".to_owned(),
            };
            (style::warn("–"), text, Some("raise maxVUs, or use more cores"))
        }
    }
}

fn step_word(step: &StepFinding) -> &'static str {
    match step.verdict {
        StepVerdict::Good => "good",
        StepVerdict::ThresholdFails => "threshold failed",
        StepVerdict::DoesNotFollow => "falls behind",
        StepVerdict::GeneratorLimited => "generator limited",
    }
}
