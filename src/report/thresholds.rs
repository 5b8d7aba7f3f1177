//! The part about thresholds: each with what was seen, and the levels that those with tiers have reached.

use super::{style, visible::visible};
use crate::{
    threshold::{
        Bearing,
        judge::Finding,
        tier::{Level, levels},
    },
    units::{show_duration, show_several},
};

/// Lines about every threshold.
#[must_use]
pub(crate) fn lines(findings: &[Finding]) -> Vec<String> {
    let levels = levels(findings);
    let level_line = |level: &Level<'_>| format!("    {}: {}", visible(level.key), style::bold(level.as_str()));
    let not_run = findings.iter().filter(|finding| finding.threshold.bearing == Bearing::NotRun).count();
    let not_run = (not_run > 0).then(|| {
        let whose = if not_run == 1 { "its scenario was" } else { "their scenarios were" };
        let count = show_several(not_run as u64, "threshold");
        format!("    {}", style::dim(&format!("{count} left out: {whose} not run")))
    });
    let run = findings.iter().filter(|finding| finding.threshold.bearing != Bearing::NotRun);
    run.map(line).chain(levels.iter().map(level_line)).chain(not_run).collect()
}

/// The line about a threshold.
#[must_use]
pub(crate) fn line(finding: &Finding) -> String {
    let threshold = &finding.threshold;
    let mark = match (finding.passed, finding.fails()) {
        (true, _) => style::good("✓"),
        (false, true) => style::bad("✗"),
        (false, false) => style::warn("–"),
    };
    let observed = match finding.seen() {
        None => style::warn("no data"),
        Some(_) if finding.fails() => finding.missed(),
        Some(seen) => seen,
    };
    let place =
        finding.worst.map(|(from, to)| format!(", the worst window, {} to {}", show_duration(from), show_duration(to)));
    let tier = threshold.tier.map(|tier| format!("  {}", style::dim(tier.as_str())));
    let source = if threshold.by_flag { style::dim("  (--threshold)") } else { String::new() };
    format!(
        "    {mark} {}  {}{}  {observed}{}{source}",
        visible(&threshold.key),
        style::bold(&visible(&threshold.expression)),
        tier.unwrap_or_default(),
        place.unwrap_or_default()
    )
}
