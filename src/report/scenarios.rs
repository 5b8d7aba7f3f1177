//! The part about each scenario: what it promised, what it delivered, and its steps by stage.

use std::{collections::BTreeMap, time::Duration};

use super::{Summary, style, table::Table, trends::show_stat, visible::visible};
use crate::{
    interval_log::frame::{Model, ScenarioHeader},
    metric::{
        Labels, Unit, Value,
        catalogue::{self, has_role},
    },
    threshold::{Stat, judge::Finding},
    units::{show_count, show_duration, show_rate, show_share},
};

/// Lines about every scenario.
#[must_use]
pub(crate) fn lines(summary: &Summary) -> Vec<String> {
    let mut lines = Vec::new();
    let place = place(summary);
    for (index, scenario) in summary.header.scenarios.iter().enumerate() {
        lines.push(format!("  {}  {}", style::bold(&visible(&scenario.name)), style::dim(&visible(&scenario.load))));
        lines.push(format!("    {}", load_line(summary, index, scenario)));
        lines.extend(step_table(summary, &scenario.name).lines(4, summary.view, &place));
        lines.push(String::new());
    }
    lines
}

/// Where the rows are that a terminal does not show: without a terminal, the summary has them all.
#[must_use]
pub(crate) fn place(summary: &Summary) -> String {
    format!("`loadagent report {} | less`", summary.run_dir.display())
}

fn load_line(summary: &Summary, index: usize, scenario: &ScenarioHeader) -> String {
    let mine = |labels: &Labels| labels.get("scenario") == Some(&scenario.name);
    let iterations = match summary.totals.sum_where(&catalogue::ITERATIONS.name, |series| mine(&series.labels)) {
        Some(Value::Counter(count)) => count,
        _ => 0.0,
    };
    let seconds = summary.elapsed.as_secs_f64().max(1e-9);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count")]
    let ended = show_count(iterations as u64);
    if scenario.model == Model::Closed {
        return format!(
            "closed model: {ended} iterations ({}); each user waits for its answer, so a stall delays the requests behind it instead of showing in them",
            show_rate(iterations / seconds)
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
        "open model: {} arrivals offered, {} started ({}), {} dropped, {ended} iterations{}",
        show_count(offer.due),
        show_count(started),
        show_share(ratio),
        show_count(offer.dropped),
        lag.unwrap_or_default()
    )
}

/// One row per step, and per stage where that is asked for.
fn step_table(summary: &Summary, scenario: &str) -> Table {
    let mut table = Table::new(&["step", "stage", "reqs", "rate", "failed", "response time med", "p95", "p99", "max"])
        .dropping(&["max", "p99", "rate", "response time med"]);
    let staged = |finding: &Finding| finding.threshold.selector.iter().any(|(name, _)| name == "stage");
    let by_stage = summary.view.by_stage || summary.findings.iter().any(staged);
    let mut steps: BTreeMap<(u32, String, u32), (u64, u64, Value)> = BTreeMap::new();
    let mut order: Vec<String> = Vec::new();
    for (series, value) in summary.totals.iter().filter(|(series, _)| series.labels.get("scenario") == Some(scenario)) {
        let Some(name) = series.labels.get("name") else { continue };
        let place = order.iter().position(|known| known == name).unwrap_or_else(|| {
            order.push(name.to_owned());
            order.len() - 1
        });
        let stage = series.labels.get("stage").filter(|_| by_stage).and_then(|stage| stage.parse().ok()).unwrap_or(0);
        let key = (u32::try_from(place).unwrap_or(u32::MAX), name.to_owned(), stage);
        let empty = || (0, 0, Value::Trend(Box::default()));
        match value {
            Value::Rate { nonzero, total } if has_role(&series.metric, |protocol| protocol.failed) => {
                let step = steps.entry(key).or_insert_with(empty);
                step.0 += total;
                step.1 += nonzero;
            }
            times if has_role(&series.metric, |protocol| protocol.response_time) => {
                steps.entry(key).or_insert_with(empty).2.merge(times);
            }
            _ => {}
        }
    }
    let seconds = summary.elapsed.as_secs_f64().max(1e-9);
    for ((_, name, stage), (total, failed, times)) in steps {
        let stat = |stat| show_stat(&times, Unit::Seconds, stat);
        let staged = if stage > 0 { stage.to_string() } else { String::new() };
        // A stage's length is not the run's: a rate per stage would need its own clock, so only whole steps have one.
        let rate = if stage > 0 { String::new() } else { show_rate(total as f64 / seconds) };
        let share = if total == 0 { 0.0 } else { failed as f64 / total as f64 };
        table.row([
            name,
            staged,
            show_count(total),
            rate,
            show_share(share),
            stat(Stat::Quantile(0.5)),
            stat(Stat::Quantile(0.95)),
            stat(Stat::Quantile(0.99)),
            stat(Stat::Max),
        ]);
    }
    table
}
