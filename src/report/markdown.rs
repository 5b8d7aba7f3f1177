//! Markdown for people: fits a comment at a pull request, and `$GITHUB_STEP_SUMMARY`. The verdict first, then why, then the
//! numbers; long tables are cut.

use anstream::adapter::strip_str;

use super::{
    Summary,
    errors::{error_list, is_failed_check},
    findings,
    headline::{self, Tone, headline},
    own, rate, steps,
    trends::show_stat,
    visible::visible,
};
use crate::{
    analysis::Attempts,
    metric::{
        Unit, Value,
        catalogue::{self as c, PROTOCOLS},
    },
    threshold::{Bearing, Stat, judge::Finding},
    units::{show_count, show_share},
};

/// Rows of a table: a comment may have 65,536 characters.
const MAX_ROWS: usize = 20;
/// Characters of a name.
const MAX_NAME: usize = 120;
/// Characters of a sentence that holds names.
const MAX_SENTENCE: usize = 500;

/// Renders the text.
#[must_use]
pub(crate) fn render(summary: &Summary) -> String {
    let headline = headline(summary);
    let mark = match headline.tone {
        Tone::Good => "✅",
        Tone::Warning => "⚠️",
        Tone::Bad => "❌",
    };
    let mut text =
        format!("### {mark} {}: {}\n\n{}\n", headline.title, name(&summary.header.profile), headline.sentence);
    let reasons = summary.outcome.reasons.iter().map(|reason| format!("- {}\n", sentence(&reason.text)));
    let warnings = summary.validity.warnings.iter().map(|warning| format!("- ⚠️ {}\n", sentence(warning)));
    let notes: String = reasons.chain(warnings).take(MAX_ROWS).collect();
    text += &if notes.is_empty() { String::new() } else { format!("\n{notes}") };
    text += &figures(summary);
    text += &thresholds(&summary.findings);
    text += &finding_list(summary);
    text += &step_table(summary);
    text += &failures(summary);
    let targets: Vec<String> = steps::targets(summary).iter().take(3).map(|target| name(target)).collect();
    let to = if targets.is_empty() { String::new() } else { format!(" to {}", targets.join(", ")) };
    let header = &summary.header;
    text + &format!(
        "\n<sub>run {}{to}, {}, exit code {}, loadagent {}</sub>\n",
        name(&header.run_id),
        headline::length(summary),
        summary.outcome.exit.code(),
        name(&header.version)
    )
}

/// The numbers of the whole run, in one row.
fn figures(summary: &Summary) -> String {
    let totals = &summary.totals;
    let attempts = Attempts::of_run(totals);
    let mut cells: Vec<(&str, String)> = Vec::new();
    if attempts.total > 0 {
        let count =
            format!("{}{}", show_count(attempts.total), rate::in_parentheses(attempts.total as f64, summary.elapsed));
        cells.push(("requests", count));
        cells.push(("failed", show_share(attempts.failed_share())));
    }
    for protocol in &PROTOCOLS {
        let Some(times) = totals.sum_where(&protocol.response_time.name, |_| true).filter(|times| !times.is_empty())
        else {
            continue;
        };
        let stat = |stat| show_stat(&times, Unit::Seconds, stat);
        cells.push(("response time p50", stat(Stat::Quantile(0.5))));
        cells.push(("p95", stat(Stat::Quantile(0.95))));
        cells.push(("p99", stat(Stat::Quantile(0.99))));
        cells.push(("max", stat(Stat::Max)));
    }
    if summary.validity.offered > 0 {
        let (dropped, offered) = (summary.validity.dropped, summary.validity.offered);
        cells.push(("dropped arrivals", format!("{} of {}", show_count(dropped), show_count(offered))));
    }
    let iterations = totals.counter(&c::ITERATIONS.name);
    if iterations > 0.0 {
        cells.push(("iterations", show_count(crate::units::whole(iterations))));
    }
    let (names, values): (Vec<&str>, Vec<String>) = cells.into_iter().unzip();
    if names.is_empty() {
        return String::new();
    }
    let rule = vec!["--:"; names.len()].join(" | ");
    format!("\n| {} |\n| {rule} |\n| {} |\n", names.join(" | "), values.join(" | "))
}

fn thresholds(findings: &[Finding]) -> String {
    let shown: Vec<&Finding> = findings.iter().filter(|finding| finding.threshold.bearing != Bearing::NotRun).collect();
    let row = |finding: &&Finding| {
        let mark = match (finding.passed, finding.fails()) {
            (true, _) => "✅",
            (false, true) => "❌",
            (false, false) => "➖",
        };
        format!(
            "| {mark} | {} | {} | {} | {} |\n",
            name(&finding.threshold.key),
            name(&finding.threshold.expression),
            finding.seen().map_or("no data".to_owned(), |seen| name(&seen)),
            finding.distance().unwrap_or_default(),
        )
    };
    // What failed must not be cut off.
    let mut rows = shown;
    rows.sort_by_key(|finding| !finding.fails());
    table("|  | metric | threshold | seen | distance |\n| --- | --- | --- | --- | --- |\n", &rows, row)
}

/// Findings beside the verdict: a list for each kind.
fn finding_list(summary: &Summary) -> String {
    let mut text = String::new();
    for line in findings::lines(&summary.analysis, None).iter().take(2 * MAX_ROWS) {
        let line = strip_str(line).to_string();
        let depth = line.len() - line.trim_start().len();
        text += &match (line.trim(), depth) {
            ("", _) => continue,
            (title, ..3) => format!("\n**{}**\n\n", sentence(title)),
            (finding, ..5) => format!("- {}\n", sentence(finding)),
            (more, _) => format!("  {}\n", sentence(more)),
        };
    }
    text
}

fn step_table(summary: &Summary) -> String {
    let mut rows: Vec<(&str, steps::Step)> = Vec::new();
    for scenario in &summary.header.scenarios {
        let steps = steps::of_scenario(summary, &scenario.name, false);
        rows.extend(steps.into_iter().map(|step| (scenario.name.as_str(), step)));
    }
    let has_scenarios = summary.header.scenarios.len() > 1;
    // The slowest and the failed ones first, where not all fit.
    let p95 = |step: &steps::Step| match &step.response_time {
        Value::Trend(times) => times.quantile(0.95).unwrap_or(0.0),
        _ => 0.0,
    };
    if rows.len() > MAX_ROWS {
        rows.sort_by(|(_, one), (_, other)| {
            other.failed.cmp(&one.failed).then_with(|| p95(other).total_cmp(&p95(one)))
        });
    }
    let row = |(scenario, step): &(&str, steps::Step)| {
        let stat = |stat| show_stat(&step.response_time, Unit::Seconds, stat);
        let scenario = if has_scenarios { format!("{} ", name(scenario)) } else { String::new() };
        format!(
            "| {scenario}{} | {} | {} | {} | {} | {} |\n",
            name(&step.name),
            show_count(step.attempts),
            show_share(step.failed_share()),
            stat(Stat::Quantile(0.5)),
            stat(Stat::Quantile(0.95)),
            stat(Stat::Quantile(0.99)),
        )
    };
    let head = "| step | requests | failed | p50 | p95 | p99 |\n| --- | --: | --: | --: | --: | --: |\n";
    table(head, &rows, row)
}

/// Errors, and checks that failed.
fn failures(summary: &Summary) -> String {
    let errors = error_list(summary);
    let text = |value: &serde_json::Value| name(value.as_str().unwrap_or_default());
    let row = |error: &serde_json::Value| {
        let status = error["status"].as_u64().map(|status| status.to_string()).unwrap_or_default();
        let first = error["first"]["reason"].as_str().unwrap_or_default();
        let first = if first.is_empty() { String::new() } else { name(first) };
        let count = show_count(error["count"].as_u64().unwrap_or_default());
        format!("| {} | {status} | {} | {count} | {first} |\n", text(&error["class"]), text(&error["name"]))
    };
    let errors = table("| error | status | step | count | first |\n| --- | --: | --- | --: | --- |\n", &errors, row);
    let early = own::early_ends(summary);
    let row = |(reason, count): &(String, u64)| format!("| {} | {} |\n", name(reason), show_count(*count));
    let early = table("| iterations that ended early | count |\n| --- | --: |\n", &early, row);
    let checks: Vec<_> = super::errors::checks(summary).into_iter().filter(is_failed_check).collect();
    let row = |check: &super::errors::Check| {
        format!(
            "| {} | {} | {} of {} |\n",
            name(&check.name),
            name(&check.step),
            show_count(check.fails()),
            show_count(check.total)
        )
    };
    errors + &early + &table("| check | step | failed |\n| --- | --- | --: |\n", &checks, row)
}

/// A table without its rows beyond [`MAX_ROWS`]; nothing without rows.
fn table<T>(head: &str, rows: &[T], row: impl Fn(&T) -> String) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let shown: String = rows.iter().take(MAX_ROWS).map(row).collect();
    let more = match rows.len().saturating_sub(MAX_ROWS) {
        0 => String::new(),
        more => format!("\n… and {} more\n", show_count(more as u64)),
    };
    format!("\n{head}{shown}{more}")
}

/// A name from outside, as code: nothing in it is markup, a mention or a link.
pub(super) fn name(text: &str) -> String {
    let text = visible(text);
    if text.is_empty() { String::new() } else { format!("<code>{}</code>", escaped(&cut(&text, MAX_NAME))) }
}

/// A sentence that may hold names.
pub(super) fn sentence(text: &str) -> String {
    // A mention would notify: GitHub looks for them after the entities are read.
    escaped(&cut(&visible(text), MAX_SENTENCE)).replace("&#64;", "&#64;&#8203;").replace("&#35;", "&#35;&#8203;")
}

fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most - 1).chain(['…']).collect()
}

/// Everything that Markdown or HTML reads as more than itself, as an entity.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for char in text.chars() {
        if char.is_ascii_punctuation() && !matches!(char, '.' | ',' | '(' | ')' | '%' | '=' | '/' | '-' | ';') {
            safe += &format!("&#{};", u32::from(char));
        } else {
            safe.push(char);
        }
    }
    // A link without a scheme.
    safe.replace("www.", "www&#46;")
}

#[cfg(test)]
mod tests;
