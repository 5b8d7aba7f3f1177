//! The part about each scenario: what it promised, what it delivered, and its steps by stage.

use std::time::Duration;

use super::{
    Summary, rate,
    steps::{self, Step},
    style,
    table::Table,
    trends::show_stat,
    visible::visible,
};
use crate::{
    interval_log::frame::{LoggedScenario, Model},
    metric::{Labels, Unit, Value, catalogue},
    threshold::{Stat, judge::Finding},
    units::{show_count, show_duration, show_rate, show_several, show_share, whole},
};

/// Lines about every scenario.
#[must_use]
pub(crate) fn lines(summary: &Summary) -> Vec<String> {
    let mut lines = Vec::new();
    let place = place(summary);
    for (index, scenario) in summary.header.scenarios.iter().enumerate() {
        lines.push(format!("  {}  {}", style::bold(&visible(&scenario.name)), style::dim(&visible(&scenario.load))));
        lines.push(format!("    {}", load_line(summary, index, scenario)));
        lines.extend(event_lines(summary, &scenario.name));
        lines.extend(step_table(summary, index, scenario).lines(4, summary.view, &place));
        lines.push(String::new());
    }
    lines
}

/// Where the rows are that a terminal does not show: without a terminal, the summary has them all.
#[must_use]
pub(crate) fn place(summary: &Summary) -> String {
    format!("`loadagent report {} | less`", summary.run_dir.display())
}

/// What happened to a scenario by itself, for example that its rows were used up; the first of many.
fn event_lines(summary: &Summary, scenario: &str) -> Vec<String> {
    const SHOWN: usize = 5;
    let of_it = |text: &str| Some(text.strip_prefix(scenario)?.strip_prefix(": ")?.to_owned());
    let all = summary.events.scenarios.iter().filter_map(|event| Some((event.at_ms, of_it(&event.text)?)));
    let mut lines: Vec<String> = all
        .map(|(at_ms, text)| {
            let after = u64::try_from(at_ms - summary.header.started_at_ms).unwrap_or(0);
            format!("    after {}: {}", show_duration(Duration::from_millis(after)), visible(&text))
        })
        .collect();
    if lines.len() > SHOWN {
        let more = show_several((lines.len() - SHOWN) as u64, "more event");
        lines.truncate(SHOWN);
        lines.push(format!("    … {more} in summary.json"));
    }
    lines
}

fn load_line(summary: &Summary, index: usize, scenario: &LoggedScenario) -> String {
    let mine = |labels: &Labels| labels.get("scenario") == Some(&scenario.name);
    let iterations = match summary.totals.sum_where(&catalogue::ITERATIONS.name, |series| mine(&series.labels)) {
        Some(Value::Counter(count)) => count,
        _ => 0.0,
    };
    let active = steps::active_time(summary, index, scenario);
    let over = if active + Duration::from_secs(1) < summary.elapsed {
        format!(" over {}", show_duration(active))
    } else {
        String::new()
    };
    let ended = show_several(whole(iterations), "iteration");
    if scenario.model == Model::Closed {
        return format!(
            "closed model: {ended}{}; users wait for their answers: a stall shows in few requests",
            rate::per_second(iterations, active)
                .map(|rate| format!(" ({}{over})", show_rate(rate)))
                .unwrap_or_default()
        );
    }
    let offer = summary.offered.scenario(index);
    let started = offer.due - offer.dropped;
    let ratio = if offer.due == 0 { 1.0 } else { started as f64 / offer.due as f64 };
    let lag = summary.totals.sum_where(&catalogue::SCHEDULE_LAG.name, |series| mine(&series.labels));
    let lag = match &lag {
        Some(Value::Trend(times)) => times.quantile(0.5).zip(times.quantile(0.99)).map(|(median, p99)| {
            let show = |seconds| show_duration(Duration::from_secs_f64(seconds));
            format!(", schedule_lag med {} p99 {}", show(median), show(p99))
        }),
        _ => None,
    };
    format!(
        "open model: {} offered, {} started ({}), {} dropped, {ended}{}",
        show_several(offer.due, "arrival"),
        show_count(started),
        show_share(ratio),
        show_count(offer.dropped),
        lag.unwrap_or_default()
    )
}

/// The rows of the table: each step, or its stages one by one and then all of them together.
fn rows(summary: &Summary, scenario: &str, by_stage: bool) -> Vec<Step> {
    let totals = steps::of_scenario(summary, scenario, false);
    if !by_stage {
        return totals;
    }
    let mut stages = steps::of_scenario(summary, scenario, true);
    stages.retain(|step| step.stage.is_some());
    let mut rows = Vec::new();
    for total in totals {
        rows.extend(stages.extract_if(.., |stage| stage.is_of(&total)));
        rows.push(total);
    }
    rows
}

/// One row per step, and per stage where that is asked for.
fn step_table(summary: &Summary, index: usize, scenario: &LoggedScenario) -> Table {
    let mut table = Table::new(&["step", "stage", "reqs", "rate", "failed", "response time med", "p95", "p99", "max"])
        .dropping(&["max", "p99", "rate", "response time med"]);
    let staged = |finding: &Finding| finding.threshold.selector.iter().any(|(name, _)| name == "stage");
    let by_stage = summary.view.by_stage || summary.findings.iter().any(staged);
    let active = steps::active_time(summary, index, scenario);
    let rows = rows(summary, &scenario.name, by_stage);
    // Rows of one name differ by their method, which most names hold anyway.
    let is_shared = |step: &Step| rows.iter().any(|other| other.name == step.name && other.method != step.method);
    for step in &rows {
        let stat = |stat| show_stat(&step.response_time, Unit::Seconds, stat);
        let name = if is_shared(step) { format!("{} ({})", step.name, step.method) } else { step.name.clone() };
        // A stage's length is not the scenario's: a rate per stage would need its own clock.
        let rate = if step.stage.is_some() { String::new() } else { rate::shown(step.attempts as f64, active) };
        let has_stages = || rows.iter().any(|other| other.is_of(step) && other.stage.is_some());
        let stage = match step.stage {
            Some(stage) => stage.to_string(),
            None if by_stage && has_stages() => "all".to_owned(),
            None => String::new(),
        };
        table.row([
            name,
            stage,
            show_count(step.attempts),
            rate,
            show_share(step.failed_share()),
            stat(Stat::Quantile(0.5)),
            stat(Stat::Quantile(0.95)),
            stat(Stat::Quantile(0.99)),
            stat(Stat::Max),
        ]);
    }
    table
}
