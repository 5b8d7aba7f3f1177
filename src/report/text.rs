//! The summary on a terminal: verdict first, then why, then the numbers.

use std::{collections::BTreeMap, time::Duration};

use super::{
    Summary, errors, findings,
    headline::{self, Tone},
    outputs, own, rate, scenarios, steps, streams, style, targets, thresholds, trends,
    visible::visible,
    wrap::wrap,
};
use crate::{
    analysis::Attempts,
    metric::{
        MetricDef, Value,
        catalogue::{self, PROTOCOLS, ProtocolMetrics},
    },
    units::{show_bytes, show_count, show_duration, show_several, show_share, significant, whole},
};

const EXECUTION_TRENDS: [&MetricDef; 3] =
    [&catalogue::ITERATION_DURATION, &catalogue::ITERATION_RESPONSE_TIME, &catalogue::SCHEDULE_LAG];

/// Renders the summary.
#[must_use]
pub(crate) fn render(summary: &Summary) -> String {
    let place = scenarios::place(summary);
    let mut lines = vec![String::new(), verdict_line(summary)];
    lines.extend(
        summary.outcome.reasons.iter().map(|reason| format!("    {} {}", style::bad("•"), visible(&reason.text))),
    );
    lines.extend(
        summary.validity.warnings.iter().map(|warning| format!("    {} {}", style::warn("!"), visible(warning))),
    );
    lines.push(String::new());
    if !summary.findings.is_empty() {
        lines.push(format!("  {}{}", style::bold("THRESHOLDS"), after_warm_up(summary)));
        lines.extend(thresholds::lines(&summary.findings));
        lines.push(String::new());
    }
    lines.extend(findings::lines(&summary.analysis, Some(summary.view)));
    lines.push(format!("  {}", style::bold("SCENARIOS")));
    lines.extend(scenarios::lines(summary));
    lines.extend(PROTOCOLS.iter().flat_map(|protocol| protocol_lines(summary, protocol)));
    lines.extend(streams::lines(summary));
    let targets = targets::lines(summary);
    if !targets.is_empty() {
        lines.push(format!("  {}", style::bold("TARGETS")));
        lines.extend(targets);
        let used = targets::table(summary);
        lines.extend(if used.has_rows() { used.lines(4, summary.view, &place) } else { Vec::new() });
        lines.push(String::new());
    }
    let errors = errors::error_table(summary);
    if errors.has_rows() {
        lines.push(format!("  {}", style::bold("ERRORS")));
        lines.extend(errors.lines(4, summary.view, &place));
        lines.push(String::new());
    }
    let checks = errors::check_lines(summary);
    if !checks.is_empty() {
        lines.push(format!("  {}", style::bold("CHECKS")));
        lines.extend(checks);
        lines.push(String::new());
    }
    let (trends, own) = (own::trend_table(summary), own::lines(summary));
    if trends.has_rows() || !own.is_empty() {
        lines.push(format!("  {}", style::bold("CUSTOM METRICS")));
        lines.extend(if trends.has_rows() { trends.lines(4, summary.view, &place) } else { Vec::new() });
        lines.extend(own);
        lines.push(String::new());
    }
    let failures = own::failure_table(summary);
    if failures.has_rows() {
        lines.push(format!("  {}", style::bold("ITERATIONS THAT ENDED EARLY")));
        lines.extend(failures.lines(4, summary.view, &place));
        lines.push(String::new());
    }
    lines.extend(command_lines(summary));
    lines.extend(gap_lines(summary));
    lines.push(format!("  {}", style::bold("EXECUTION")));
    lines.extend(trends::trend_table(summary, &EXECUTION_TRENDS).lines(4, summary.view, &scenarios::place(summary)));
    lines.extend(execution_lines(summary));
    lines.extend(output_lines(summary));
    lines.push(String::new());
    lines.extend(closing(summary));
    match summary.view.width {
        Some(width) => lines.iter().flat_map(|line| wrap(line, width, 2)).collect::<Vec<_>>().join("\n"),
        None => lines.join("\n"),
    }
}

/// The part of the run that thresholds leave out.
fn after_warm_up(summary: &Summary) -> String {
    let warm_up = Duration::from_millis(summary.header.warm_up_ms);
    if warm_up.is_zero() {
        return String::new();
    }
    style::dim(&format!("  without the first {}", show_duration(warm_up)))
}

/// Control commands with their time: the load was changed by hand.
fn command_lines(summary: &Summary) -> Vec<String> {
    if summary.events.commands.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![format!("  {}", style::bold("CONTROL COMMANDS"))];
    lines.extend(summary.events.commands.iter().map(|command| {
        let after = u64::try_from(command.at_ms - summary.header.started_at_ms).unwrap_or(0);
        format!("    {}  {}", show_duration(Duration::from_millis(after)), visible(&command.text))
    }));
    lines.push(String::new());
    lines
}

/// Times in which no process of the run was there.
fn gap_lines(summary: &Summary) -> Vec<String> {
    const SHOWN: usize = 10;
    let (coverage, started) = (&summary.coverage, summary.header.started_at_ms);
    if coverage.interruptions == 0 {
        return Vec::new();
    }
    let after = |ms: i64| show_duration(Duration::from_millis(u64::try_from(ms - started).unwrap_or(0)));
    let mut lines = vec![format!("  {}", style::bold("GAPS"))];
    lines.extend(coverage.gaps.iter().take(SHOWN).map(|gap| {
        let length = show_duration(Duration::from_millis(gap.length_ms()));
        format!("    {} to {}  {length} without load", after(gap.from_ms), after(gap.to_ms))
    }));
    let more = coverage.interruptions.saturating_sub(SHOWN as u64);
    lines.extend((more > 0).then(|| format!("    and {}", show_several(more, "more gap"))));
    lines.push(String::new());
    lines
}

/// The verdict and what failed once more: the first lines may have scrolled away.
fn closing(summary: &Summary) -> Vec<String> {
    let failed = summary.findings.iter().filter(|finding| finding.fails());
    let mut lines: Vec<String> = failed.map(thresholds::line).collect();
    lines.push(verdict_line(summary));
    lines.push(String::new());
    lines
}

fn verdict_line(summary: &Summary) -> String {
    let styled = |(tone, word): (Tone, String)| match tone {
        Tone::Good => style::good(&word),
        Tone::Warning => style::warn(&word),
        Tone::Bad => style::bad(&word),
    };
    let verdict: String = headline::words(summary).into_iter().map(styled).collect();
    let name = visible(&summary.header.profile);
    let run = format!("{name}{}, run {}, {}", target(summary), summary.header.run_id, headline::length(summary));
    format!(
        "  {}  {run}  {}",
        style::bold(&verdict),
        style::dim(&format!("(exit code {})", summary.outcome.exit.code()))
    )
}

/// Where the requests went, as far as that is known before the run.
fn target(summary: &Summary) -> String {
    match steps::targets(summary).as_slice() {
        [] => String::new(),
        [target] => format!(" → {}", visible(target)),
        [first, others @ ..] => format!(" → {} and {} more", visible(first), show_count(others.len() as u64)),
    }
}

/// The section of a protocol; empty without attempts.
fn protocol_lines(summary: &Summary, protocol: &ProtocolMetrics) -> Vec<String> {
    let ProtocolMetrics { title, requests, failed, trends, .. } = protocol;
    let totals = &summary.totals;
    let attempts = Attempts::of(totals, failed);
    if attempts.total == 0 {
        return Vec::new();
    }
    let count = totals.counter(&requests.name);
    // Limits that the profile expects are no failures; they are shown apart.
    let limits = totals.sum_where(&requests.name, |series| series.labels.get("error_class") == Some("limited"));
    let limited = match limits {
        Some(Value::Counter(limits)) if limits > 0.0 => format!(", limited {}", show_count(whole(limits))),
        _ => String::new(),
    };
    let resent = resent(summary, protocol);
    let mut lines = vec![format!("  {}", style::bold(title))];
    lines.extend(trends::trend_table(summary, trends).lines(4, summary.view, &scenarios::place(summary)));
    lines.extend(status_line(summary, failed));
    lines.push(format!(
        "    {} {}{}, {} {} ({} of {}){limited}{resent}, data sent {}, received {}",
        requests.name,
        show_count(whole(count)),
        rate::in_parentheses(count, summary.elapsed),
        failed.name,
        show_share(attempts.failed_share()),
        show_count(attempts.failed),
        show_count(attempts.total),
        show_bytes(totals.counter(&catalogue::DATA_SENT.name)),
        show_bytes(totals.counter(&catalogue::DATA_RECEIVED.name)),
    ));
    lines.push(String::new());
    lines
}

/// Requests that the server did not process and that were sent again, by its signal; empty without any.
fn resent(summary: &Summary, protocol: &ProtocolMetrics) -> String {
    let metric = protocol.resent;
    let total = summary.totals.counter(&metric.name);
    if total <= 0.0 {
        return String::new();
    }
    let mut reasons: Vec<&str> = summary
        .totals
        .iter()
        .filter(|(series, value)| series.metric.name == metric.name && !value.is_empty())
        .filter_map(|(series, _)| series.labels.get("reason"))
        .collect();
    reasons.sort_unstable();
    reasons.dedup();
    format!(", {} {} (not processed by the server: {})", metric.name, show_count(whole(total)), reasons.join(", "))
}

/// Attempts by status, the most frequent first, and those without a response.
fn status_line(summary: &Summary, failed: &MetricDef) -> Option<String> {
    const SHOWN: usize = 10;
    let mut statuses: BTreeMap<&str, u64> = BTreeMap::new();
    for (series, value) in summary.totals.iter().filter(|(series, _)| series.metric.name == failed.name) {
        if let Value::Rate { total, .. } = value {
            *statuses.entry(series.labels.get("status").unwrap_or_default()).or_default() += total;
        }
    }
    let without = statuses.remove("").filter(|count| *count > 0);
    let mut statuses: Vec<(&str, u64)> = statuses.into_iter().filter(|(_, count)| *count > 0).collect();
    statuses.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let others: u64 = statuses.iter().skip(SHOWN).map(|(_, count)| count).sum();
    let shown = statuses.iter().take(SHOWN).map(|(status, count)| format!("{status}: {}", show_count(*count)));
    let others = (others > 0).then(|| format!("others: {}", show_count(others)));
    let without = without.map(|count| format!("no response: {}", show_count(count)));
    let all: Vec<String> = shown.chain(others).chain(without).collect();
    (!all.is_empty()).then(|| format!("    status {}", all.join(", ")))
}

fn execution_lines(summary: &Summary) -> Vec<String> {
    let iterations = summary.totals.counter(&catalogue::ITERATIONS.name);
    let interrupted = [&catalogue::INTERRUPTED_ITERATIONS, &catalogue::INTERRUPTED_REQUESTS]
        .into_iter()
        .map(|metric| (&metric.name, summary.totals.counter(&metric.name)))
        .filter(|(_, count)| *count > 0.0)
        .fold(String::new(), |line, (name, count)| format!("{line}, {name} {}", show_count(whole(count))));
    vec![
        format!(
            "    iterations {}{}, dropped_iterations {}{interrupted}",
            show_count(whole(iterations)),
            rate::in_parentheses(iterations, summary.elapsed),
            show_count(whole(summary.totals.counter(&catalogue::DROPPED_ITERATIONS.name)))
        ),
        generator_line(summary),
        format!("    seed {}, {} series", summary.header.seed, summary.totals.iter().count()),
    ]
}

fn generator_line(summary: &Summary) -> String {
    let generator = &summary.validity.generator;
    // Both numbers are of the whole process: one is the other times requests per second.
    let cores = rate::per_second(generator.cpu_seconds, summary.elapsed).map(|cores| {
        let few = cores > 0.0 && cores < 0.01;
        format!("{} cores used, ", if few { "<0.01".to_owned() } else { significant(cores) })
    });
    let attempts = Attempts::of_run(&summary.totals).total;
    let memory = generator.rss_peak_bytes.map_or_else(
        || format!("memory {}", show_bytes(generator.rss_bytes as f64)),
        |peak| format!("peak memory {}", show_bytes(peak as f64)),
    );
    let workers = generator.workers.map(|workers| format!("{}, ", show_several(workers as u64, "worker")));
    let per_request = (attempts > 0 && cores.is_some()).then(|| {
        let each = Duration::from_secs_f64(generator.cpu_seconds / attempts as f64);
        format!("{} CPU per request, ", show_duration(each))
    });
    format!(
        "    generator: {}{}{}{memory}",
        workers.unwrap_or_default(),
        cores.unwrap_or_default(),
        per_request.unwrap_or_default()
    )
}

fn output_lines(summary: &Summary) -> Vec<String> {
    if summary.outputs.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![String::new(), format!("  {}", style::bold("OUTPUTS"))];
    lines.extend(summary.outputs.iter().flat_map(outputs::lines));
    if summary.outputs.iter().any(|account| account.spooled > 0 || !account.dead_letters.is_empty()) {
        lines.push(format!("    to deliver what is left: loadagent replay {}", summary.run_dir.display()));
    }
    lines
}
