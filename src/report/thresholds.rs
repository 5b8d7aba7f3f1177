//! The part about thresholds: each with what was seen, and the levels that those with tiers have reached.

use super::style;
use crate::{
    threshold::{
        Bearing,
        judge::Finding,
        tier::{Level, levels},
    },
    units::{show_duration, significant},
};

/// Lines about every threshold.
#[must_use]
pub(crate) fn lines(findings: &[Finding]) -> Vec<String> {
    let levels = levels(findings);
    let level_line = |level: &Level<'_>| format!("    {}: {}", level.key, style::bold(level.as_str()));
    findings.iter().map(line).chain(levels.iter().map(level_line)).collect()
}

fn line(finding: &Finding) -> String {
    let threshold = &finding.threshold;
    let mark = match (finding.passed, finding.fails()) {
        (true, _) => style::good("✓"),
        (false, true) => style::bad("✗"),
        (false, false) => style::warn("–"),
    };
    let stat = threshold.expression.split(['<', '>', '=', '!']).next().unwrap_or_default().trim();
    let observed = match finding.observed {
        _ if threshold.bearing == Bearing::NotRun => style::dim("not run"),
        None => style::warn("no data"),
        Some(value) => format!("{stat} = {}", shown(value)),
    };
    let place =
        finding.worst.map(|(from, to)| format!(", the worst window, {} to {}", show_duration(from), show_duration(to)));
    let tier = threshold.tier.map(|tier| format!("  {}", style::dim(tier.as_str())));
    let source = if threshold.by_flag { style::dim("  (--threshold)") } else { String::new() };
    format!(
        "    {mark} {}  {}{}  {observed}{}{source}",
        threshold.key,
        style::bold(&threshold.expression),
        tier.unwrap_or_default(),
        place.unwrap_or_default()
    )
}

/// Small shares need their digits, large numbers don't.
fn shown(value: f64) -> String {
    if value != 0.0 && value.abs() < 0.1 { format!("{value:.4}") } else { significant(value) }
}
