//! The summary on a terminal: verdict first, then why, then the numbers.

use std::time::Duration;

use super::{Summary, Verdict, errors, outputs, own, scenarios, style::Style, thresholds, trends};
use crate::{
    exit::Exit,
    metric::{Totals, Value},
    units::{show_bytes, show_count, show_duration, show_rate, significant},
};

const HTTP_TRENDS: [&str; 8] = [
    "http_req_response_time",
    "http_req_duration",
    "http_req_blocked",
    "http_req_connecting",
    "http_req_tls_handshaking",
    "http_req_sending",
    "http_req_waiting",
    "http_req_receiving",
];

/// Renders the summary.
#[must_use]
pub fn render(summary: &Summary, style: Style) -> String {
    let mut lines = vec![String::new(), verdict_line(summary, style)];
    lines.extend(summary.outcome.reasons.iter().map(|(_, reason)| format!("    {} {reason}", style.bad("•"))));
    lines.extend(summary.validity.warnings.iter().map(|warning| format!("    {} {warning}", style.warn("!"))));
    lines.push(String::new());
    if !summary.findings.is_empty() {
        lines.push(format!("  {}", style.bold("THRESHOLDS")));
        lines.extend(thresholds::lines(&summary.findings, style));
        lines.push(String::new());
    }
    lines.push(format!("  {}", style.bold("SCENARIOS")));
    lines.extend(scenarios::lines(summary, style));
    lines.push(format!("  {}", style.bold("HTTP")));
    lines.extend(trends::trend_table(summary, &HTTP_TRENDS).lines(4));
    lines.push(http_line(summary));
    lines.push(String::new());
    let errors = errors::error_table(summary);
    if errors.has_rows() {
        lines.push(format!("  {}", style.bold("ERRORS")));
        lines.extend(errors.lines(4));
        lines.push(String::new());
    }
    let checks = errors::check_lines(summary, style);
    if !checks.is_empty() {
        lines.push(format!("  {}", style.bold("CHECKS")));
        lines.extend(checks);
        lines.push(String::new());
    }
    let (trends, own) = (own::trend_table(summary), own::lines(summary));
    if trends.has_rows() || !own.is_empty() {
        lines.push(format!("  {}", style.bold("OF THE PROFILE")));
        lines.extend(if trends.has_rows() { trends.lines(4) } else { Vec::new() });
        lines.extend(own);
        lines.push(String::new());
    }
    let failures = own::failure_table(summary);
    if failures.has_rows() {
        lines.push(format!("  {}", style.bold("ITERATIONS THAT ENDED EARLY")));
        lines.extend(failures.lines(4));
        lines.push(String::new());
    }
    lines.push(format!("  {}", style.bold("EXECUTION")));
    lines.extend(
        trends::trend_table(summary, &["iteration_duration", "iteration_response_time", "schedule_lag"]).lines(4),
    );
    lines.extend(execution_lines(summary));
    lines.extend(output_lines(summary, style));
    lines.push(String::new());
    lines.join("\n")
}

fn verdict_line(summary: &Summary, style: Style) -> String {
    let word = match summary.outcome.verdict {
        Verdict::Pass if summary.outcome.exit == Exit::Stopped => style.warn("PASS SO FAR"),
        Verdict::Pass => style.good("PASS"),
        Verdict::Fail => style.bad("FAIL"),
        Verdict::Invalid => style.warn("INVALID"),
    };
    let planned = Duration::from_millis(summary.header.planned_ms);
    let length = show_duration(summary.elapsed);
    let of = if summary.elapsed + Duration::from_secs(1) < planned {
        format!(" of {}", show_duration(planned))
    } else {
        String::new()
    };
    let run = format!("{}, run {}, {length}{of}", summary.header.profile, summary.header.run_id);
    format!("  {}  {run}  {}", style.bold(&word), style.dim(&format!("(exit code {})", summary.outcome.exit.code())))
}

fn http_line(summary: &Summary) -> String {
    let seconds = summary.elapsed.as_secs_f64().max(1e-9);
    let reqs = summary.totals.counter("http_reqs");
    let (failed, total) = match summary.totals.sum_where("http_req_failed", |_| true) {
        Some(Value::Rate { nonzero, total }) => (nonzero, total),
        _ => (0, 0),
    };
    let share = if total == 0 { 0.0 } else { failed as f64 / total as f64 };
    // Limits that the profile expects are no failures, and must not vanish for that.
    let limits = summary.totals.sum_where("http_reqs", |series| series.labels.get("error_class") == Some("limited"));
    let limited = match limits {
        Some(Value::Counter(limits)) if limits > 0.0 => format!(", limited {}", show_count(whole(limits))),
        _ => String::new(),
    };
    format!(
        "    http_reqs {} ({}), http_req_failed {} ({} of {}){limited}, data sent {}, received {}",
        show_count(whole(reqs)),
        show_rate(reqs / seconds),
        crate::units::show_share(share),
        show_count(failed),
        show_count(total),
        show_bytes(summary.totals.counter("data_sent")),
        show_bytes(summary.totals.counter("data_received")),
    )
}

fn execution_lines(summary: &Summary) -> Vec<String> {
    let seconds = summary.elapsed.as_secs_f64().max(1e-9);
    let iterations = summary.totals.counter("iterations");
    let generator = &summary.validity.generator;
    let cores = generator.worker_cpu_seconds / seconds;
    let per_request = generator.cpu_seconds / summary.totals.counter("http_reqs").max(1.0);
    vec![
        format!(
            "    iterations {} ({}), dropped_iterations {}",
            show_count(whole(iterations)),
            show_rate(iterations / seconds),
            show_count(whole(summary.totals.counter("dropped_iterations")))
        ),
        format!(
            "    generator: {} workers on {} cores, {} CPU a request, peak memory {}",
            generator.workers,
            significant(cores),
            show_duration(Duration::from_secs_f64(per_request)),
            show_bytes(generator.rss_peak_bytes as f64)
        ),
        seed_line(&summary.totals, summary.header.seed),
    ]
}

fn seed_line(totals: &Totals, seed: u64) -> String {
    let series = totals.iter().count();
    format!("    seed {seed}, {series} series")
}

fn output_lines(summary: &Summary, style: Style) -> Vec<String> {
    if summary.outputs.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![String::new(), format!("  {}", style.bold("OUTPUTS"))];
    lines.extend(summary.outputs.iter().flat_map(|account| outputs::lines(account, style)));
    if summary.outputs.iter().any(|account| account.spooled > 0 || !account.set_aside.is_empty()) {
        lines.push(format!("    what was kept is sent by `loadagent replay {}`", summary.run_dir.display()));
    }
    lines
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count")]
fn whole(count: f64) -> u64 {
    count.max(0.0).round() as u64
}
