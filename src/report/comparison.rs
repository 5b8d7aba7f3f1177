//! A comparison of runs, for people (terminal, Markdown) and programs (JSON).

use std::time::Duration;

use serde_json::{Value as Json, json};

use super::{junit, markdown, style, summary::TextLayout, table::Table, visible::visible};
use crate::{
    analysis::comparison::{
        Conclusion, Scale, Why,
        runs::{Key, Margins, Row, overall},
    },
    analysis::judged::Statistic,
    metric::{MetricDef, Unit},
    threshold::shown_factor,
    units::{show_duration, show_rate, show_share, significant},
};

/// The runs of a side.
#[derive(Debug)]
pub(crate) struct Side {
    /// Their IDs.
    pub runs: Vec<String>,
    /// Length of their loads together.
    pub seconds: f64,
}

/// What a comparison came to.
#[derive(Debug)]
pub(crate) struct Comparison {
    /// What is compared with.
    pub base: Side,
    /// What is judged.
    pub new: Side,
    /// What to know when reading it.
    pub warnings: Vec<String>,
    /// The smallest differences that matter.
    pub margins: Margins,
    /// The rows.
    pub rows: Vec<Row>,
}

const HEADINGS: [&str; 6] = ["", "base", "new", "change", "95% interval", "verdict"];

/// Rows of Markdown, regressions first: a comment on GitHub has at most 65,536 characters.
const MARKDOWN_ROWS: usize = 200;

/// Renders it for a terminal.
#[must_use]
pub(crate) fn text(comparison: &Comparison, view: TextLayout) -> String {
    let verdict = overall(&comparison.rows);
    let word = match verdict {
        Conclusion::Regressed => style::bad("REGRESSED"),
        Conclusion::Improved => style::good("IMPROVED"),
        Conclusion::Same => style::good("SAME"),
        Conclusion::Inconclusive(_) => style::warn("INCONCLUSIVE"),
    };
    let mut lines = vec![String::new(), format!("  {}  {}", style::bold(&word), visible(&sides(comparison)))];
    lines.extend(comparison.warnings.iter().map(|warning| format!("    {} {}", style::warn("!"), visible(warning))));
    lines.push(String::new());
    let mut table = Table::new(&HEADINGS).dropping(&["95% interval"]);
    for group in groups(&comparison.rows) {
        table.row([heading(group[0]), String::new(), String::new(), String::new(), String::new(), String::new()]);
        for row in group {
            let [label, cells @ ..] = cells(row);
            table.row(std::iter::once(format!("  {label}")).chain(cells));
        }
    }
    lines.extend(table.lines(2, view, "`--json`"));
    lines.push(String::new());
    lines.extend(notes(comparison).iter().map(|note| format!("  {note}")));
    match view.width {
        Some(width) => lines.iter().flat_map(|line| super::wrap::wrap(line, width, 2)).collect::<Vec<_>>().join("\n"),
        None => lines.join("\n"),
    }
}

/// Renders it as Markdown.
#[must_use]
pub(crate) fn markdown(comparison: &Comparison) -> String {
    let mut text = format!("**{}**: {}\n\n", word(overall(&comparison.rows)), markdown::sentence(&sides(comparison)));
    for warning in &comparison.warnings {
        text += &format!("- ⚠ {}\n", markdown::sentence(warning));
    }
    if !comparison.warnings.is_empty() {
        text.push('\n');
    }
    text += &format!("| step | metric | {} |\n|---|---|---:|---:|---:|---:|---|\n", HEADINGS[1..].join(" | "));
    let mut rows: Vec<&Row> = comparison.rows.iter().collect();
    rows.sort_by_key(|row| row.finding.conclusion != Conclusion::Regressed);
    for row in rows.iter().take(MARKDOWN_ROWS) {
        let cells: Vec<String> = cells(row).iter().map(|text| markdown::sentence(text)).collect();
        text += &format!("| {} | {} |\n", markdown::name(&heading(row)), cells.join(" | "));
    }
    if let Some(more) = rows.len().checked_sub(MARKDOWN_ROWS).filter(|more| *more > 0) {
        text += &format!("\n… and {more} more rows, see `--json`\n");
    }
    text.push('\n');
    text + &notes(comparison).join("\n\n") + "\n"
}

/// Renders it as JSON.
#[must_use]
pub(crate) fn json(comparison: &Comparison) -> Json {
    let side = |side: &Side| json!({ "runs": side.runs, "seconds": side.seconds });
    let row = |row: &Row| {
        let shown = |value: Option<f64>| value.map(|value| value * shown_factor(&row.key.metric));
        let known = |value: f64| value.is_finite().then_some(value);
        json!({
            "scenario": row.key.scenario,
            "step": row.key.step,
            "metric": row.key.metric.name,
            "statistic": row.statistic.name(),
            "base": shown(row.base),
            "new": shown(row.new),
            "scale": if row.scale == Scale::Difference { "difference" } else { "ratio" },
            "estimate": known(row.finding.estimate),
            "interval": row.finding.interval.map(known),
            "p": known(row.finding.p),
            "verdict": word(row.finding.conclusion),
            "why": why(row.finding.conclusion).map(short),
            "blocks": row.blocks,
            "block_seconds": row.block_seconds,
        })
    };
    json!({
        "verdict": word(overall(&comparison.rows)),
        "base": side(&comparison.base),
        "new": side(&comparison.new),
        "margin": comparison.margins.ratio,
        "share_margin": comparison.margins.share,
        "warnings": comparison.warnings,
        "rows": comparison.rows.iter().map(row).collect::<Vec<_>>(),
    })
}

/// Renders it as `JUnit` XML: a test case for each row, which fails if it regressed and is skipped if it is open.
#[must_use]
pub(crate) fn junit(comparison: &Comparison) -> String {
    let case = |row: &Row| {
        let [label, base, new, change, interval, conclusion] = cells(row);
        let text = format!("{base} → {new}, {change} ({interval}): {conclusion}");
        let result = match row.finding.conclusion {
            Conclusion::Regressed => junit::Result::Failure(text),
            Conclusion::Improved | Conclusion::Same => junit::Result::Passed,
            Conclusion::Inconclusive(why) => junit::Result::Skipped(format!("{text}; {}", long(why))),
        };
        junit::Case { suite: "comparison", name: format!("{}: {label}", heading(row)), result }
    };
    junit::document(&junit::Suite {
        name: "compare",
        seconds: comparison.base.seconds + comparison.new.seconds,
        attributes: String::new(),
        properties: vec![
            ("base", comparison.base.runs.join(",")),
            ("new", comparison.new.runs.join(",")),
            ("verdict", word(overall(&comparison.rows)).to_owned()),
        ],
        cases: comparison.rows.iter().map(case).collect(),
        text: text(comparison, TextLayout::default()),
    })
}

fn sides(comparison: &Comparison) -> String {
    let name = |side: &Side| {
        let length = show_duration(Duration::from_secs_f64(side.seconds.round()));
        match side.runs.as_slice() {
            [run] => format!("{run} ({length})"),
            runs => format!("{} runs ({length})", runs.len()),
        }
    };
    format!("new {} against base {}", name(&comparison.new), name(&comparison.base))
}

/// Rows of the same step one after the other, in the order of the steps.
fn groups(rows: &[Row]) -> Vec<Vec<&Row>> {
    let mut groups: Vec<Vec<&Row>> = Vec::new();
    for row in rows {
        let is_of =
            |group: &&mut Vec<&Row>| group[0].key.scenario == row.key.scenario && group[0].key.step == row.key.step;
        match groups.iter_mut().find(is_of) {
            Some(group) => group.push(row),
            None => groups.push(vec![row]),
        }
    }
    groups
}

fn heading(row: &Row) -> String {
    heading_of(&row.key)
}

/// The step, or what else values are of.
pub(super) fn heading_of(key: &Key) -> String {
    match (key.scenario.as_str(), key.step.as_str()) {
        ("", _) => "all requests".to_owned(),
        (scenario, "") => scenario.to_owned(),
        (scenario, step) => format!("{scenario}: {step}"),
    }
}

fn cells(row: &Row) -> [String; 6] {
    // A column is never left out because a run is too short for it.
    let value = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |value| show(row, value));
    let [low, high] = row.finding.interval;
    let is_known = row.finding.estimate.is_finite();
    let has_interval = is_known && low.is_finite() && high.is_finite();
    let interval = if has_interval { format!("{} … {}", change(row, low), change(row, high)) } else { String::new() };
    [
        format!("{}{}", row.judged.label, row.statistic.in_words()),
        value(row.base),
        value(row.new),
        if is_known { change(row, row.finding.estimate) } else { String::new() },
        interval,
        conclusion(row.finding.conclusion),
    ]
}

fn show(row: &Row, value: f64) -> String {
    show_value(&row.key.metric, row.statistic, value)
}

/// A statistic with its unit.
pub(super) fn show_value(metric: &MetricDef, statistic: Statistic, value: f64) -> String {
    match (statistic, metric.unit) {
        (Statistic::Share, _) => show_share(value),
        (Statistic::PerSecond, _) => show_rate(value),
        (Statistic::Quantile(_), Unit::Seconds) => {
            show_duration(Duration::try_from_secs_f64(value).unwrap_or_default())
        }
        _ => significant(value),
    }
}

/// A ratio as a change in percent, a difference of shares in percentage points.
fn change(row: &Row, value: f64) -> String {
    let (percent, unit) = match row.scale {
        Scale::Ratio | Scale::OfMean => ((value - 1.0) * 100.0, "%"),
        Scale::Difference => (value * 100.0, " pts"),
    };
    if percent.abs() >= 1e4 {
        return format!("×{}", significant(value));
    }
    let digits = if percent.abs() < 9.995 { 2 } else { 1 };
    // Nothing is shown as -0.00.
    let shown = format!("{percent:+.digits$}").replace("-0.00", "+0.00");
    format!("{shown}{unit}")
}

fn word(conclusion: Conclusion) -> &'static str {
    match conclusion {
        Conclusion::Regressed => "regressed",
        Conclusion::Improved => "improved",
        Conclusion::Same => "same",
        Conclusion::Inconclusive(_) => "inconclusive",
    }
}

fn conclusion(conclusion: Conclusion) -> String {
    match why(conclusion) {
        Some(why) => format!("{} ({})", word(conclusion), short(why)),
        None if conclusion == Conclusion::Regressed => "REGRESSED".to_owned(),
        None => word(conclusion).to_owned(),
    }
}

fn why(conclusion: Conclusion) -> Option<Why> {
    if let Conclusion::Inconclusive(why) = conclusion { Some(why) } else { None }
}

fn short(why: Why) -> &'static str {
    match why {
        Why::TooFewBlocks => "too little data",
        Why::Noise => "noise",
        Why::NearMargin => "near the margin",
        Why::Invalid => "invalid run",
    }
}

fn long(why: Why) -> &'static str {
    match why {
        Why::TooFewBlocks => {
            "too little data: both runs need at least three blocks of 30s, each with enough requests for the percentile \
             (20 for p95, 100 for p99). Run longer."
        }
        Why::Noise => {
            "noise: the runs vary so much that a difference may be chance, or one that matters. Run longer, or \
             compare at least three runs a side."
        }
        Why::NearMargin => {
            "near the margin: there is a difference, which may be smaller or larger than the margin. Run longer."
        }
        Why::Invalid => "invalid run: the planned load was not delivered, so its numbers mean nothing.",
    }
}

fn notes(comparison: &Comparison) -> Vec<String> {
    let Margins { ratio, share } = comparison.margins;
    let percent = |share: f64| significant(share * 100.0);
    let mut notes = vec![format!(
        "A difference matters from {}% of a time or rate on, and from {} percentage points of a share on (--margin, --share-margin).",
        percent(ratio),
        percent(share)
    )];
    let found = |why: &Why| comparison.rows.iter().any(|row| row.finding.conclusion == Conclusion::Inconclusive(*why));
    let whys = [Why::TooFewBlocks, Why::Noise, Why::NearMargin, Why::Invalid];
    notes.extend(whys.into_iter().filter(found).map(|why| format!("Inconclusive, {}", long(why))));
    if comparison.rows.iter().any(|row| row.block_seconds.is_some()) {
        notes.push(
            "One run a side: what differs from run to run, such as a cold cache, is not in the intervals.".to_owned(),
        );
    }
    notes
}

#[cfg(test)]
mod tests;
