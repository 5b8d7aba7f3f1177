//! The highest rate that a search found, and the rates that it tried.

use std::time::Duration;

use super::stress::table;
use crate::{
    analysis::findings::{SearchFindings, SearchVerdict, StepVerdict},
    report::{style, summary::TextLayout},
    units::{show_duration, show_rate, show_several},
};

/// The section; its table with a layout.
#[must_use]
pub(super) fn lines(search: &SearchFindings, view: Option<TextLayout>) -> Vec<String> {
    let mut lines = vec![format!("  {}", style::bold("BREAKING POINT"))];
    let (mark, text, advice) = conclusion(search);
    lines.push(format!("    {mark} {text}"));
    lines.extend(advice.map(|advice| format!("      {advice}")));
    let length = show_duration(Duration::try_from_secs_f64(search.seconds.round()).unwrap_or_default());
    let tried = show_several(search.probes.len() as u64, "rate");
    lines.push(format!("      {tried} tried in {length}, each after the target was idle again or the one before held"));
    if search.never_idle {
        let mark = style::warn("!");
        lines.push(format!("    {mark} the target was still busy a minute after a rate that it did not hold"));
    }
    let steps = || search.probes.iter().map(|probe| &probe.step);
    lines.extend(view.into_iter().flat_map(|view| table(steps()).lines(4, view, "summary.json")));
    lines
}

fn conclusion(search: &SearchFindings) -> (String, String, Option<&'static str>) {
    let rate = |rate: Option<f64>| show_rate(rate.unwrap_or(0.0));
    let [low, high] = search.interval;
    let by = match search.by {
        Some(StepVerdict::ThresholdFails) => "a threshold is missed",
        _ => "throughput falls behind the offered load",
    };
    match search.verdict {
        SearchVerdict::Found => {
            let (rate, high) = (rate(search.max_sustained_rate), rate(high));
            let text = format!("the target sustains {rate}; at {high} {by}");
            (style::good("✓"), text, Some("both were tried twice: the limit lies between them"))
        }
        SearchVerdict::Unsteady => {
            let text = format!(
                "inconclusive: the limit lies between {} and {}, results differ from try to try",
                rate(low),
                rate(high)
            );
            (style::warn("–"), text, Some("repeat the search when nothing else uses the target"))
        }
        SearchVerdict::NoneHeld => {
            let text = format!("not even {} holds: {by}", rate(high));
            (style::bad("✗"), text, Some("see whether the target works at all, and which threshold it misses"))
        }
        SearchVerdict::AllHeld => {
            let text = format!("the target sustains {}; its limit was not reached", rate(low));
            (style::good("✓"), text, Some("begin with a higher rate"))
        }
        SearchVerdict::GeneratorLimited => {
            let text = match low {
                Some(_) => format!("not known: the target sustains {}; beyond, loadagent was the limit", rate(low)),
                None => "not known: loadagent was the limit".to_owned(),
            };
            (style::warn("–"), text, Some("raise maxVUs, or use more cores"))
        }
        SearchVerdict::NotFinished => {
            let known = match (low, high) {
                (Some(_), Some(_)) => format!("the limit lies between {} and {}", rate(low), rate(high)),
                (Some(_), None) => format!("the target sustains {}", rate(low)),
                (None, Some(_)) => format!("the target does not hold {}", rate(high)),
                (None, None) => "no rate was tried to its end".to_owned(),
            };
            (style::warn("–"), format!("not finished: {known}"), Some("give the search more time, for example -d 15m"))
        }
    }
}
