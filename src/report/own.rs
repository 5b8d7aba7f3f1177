//! What a profile counts itself: its metrics, its groups, and why iterations ended early.

use super::{Summary, rate, table::Table, trends::show_stat};
use crate::{
    metric::{MetricDef, Unit, Value, catalogue},
    units::{self, show_bytes, show_count, show_share, significant},
};

/// Distributions: the profile's trends, then groups and the width of parallel blocks.
#[must_use]
pub(crate) fn trend_table(summary: &Summary) -> Table {
    let headings: Vec<&str> =
        std::iter::once("").chain(summary.trend_stats.iter().map(|(name, _)| name.as_str())).collect();
    let mut table = Table::new(&headings).dropping(&["p(99.9)", "p(90)", "min", "p(99)", "avg"]);
    let mut row = |name: String, unit: Unit, value: &Value| {
        let cells = summary.trend_stats.iter().map(|(_, stat)| show_stat(value, unit, *stat));
        table.row(std::iter::once(name).chain(cells));
    };
    for metric in summary.totals.own_metrics() {
        if let Some(value @ Value::Trend(_)) = whole(summary, metric) {
            row(metric.name.to_string(), metric.unit, &value);
        }
    }
    for (group, value) in summary.totals.by_label(&catalogue::GROUP_DURATION.name, "group") {
        row(format!("group_duration {}", group.trim_start_matches("::").replace("::", " › ")), Unit::Seconds, &value);
    }
    if let Some(value) = summary.totals.sum_where(&catalogue::PARALLEL_WIDTH.name, |_| true) {
        row(catalogue::PARALLEL_WIDTH.name.to_string(), Unit::None, &value);
    }
    table
}

/// Counters, gauges and rates, a line each.
#[must_use]
pub(crate) fn lines(summary: &Summary) -> Vec<String> {
    let line = |metric: &&MetricDef| {
        let shown = match whole(summary, metric)? {
            Value::Counter(sum) if metric.unit == Unit::Bytes => show_bytes(sum),
            Value::Counter(sum) => significant(sum) + &rate::in_parentheses(sum, summary.elapsed),
            Value::Gauge(last) => {
                let last = last?;
                let [_, most] = summary.totals.extremes(&metric.name).unwrap_or([last, last]);
                if most > last {
                    format!("{} (max {})", significant(last), significant(most))
                } else {
                    significant(last)
                }
            }
            Value::Rate { nonzero, total } => {
                let share = show_share(nonzero as f64 / (total.max(1)) as f64);
                format!("{share} ({} of {})", show_count(nonzero), show_count(total))
            }
            Value::Trend(_) => return None,
        };
        Some(format!("    {} {shown}", metric.name))
    };
    let counted = summary.totals.own_metrics();
    let never = never_counted(summary).into_iter().map(|name| format!("    {name} 0"));
    counted.iter().filter_map(line).chain(never).collect()
}

/// The profile's counters that never counted.
#[must_use]
pub(crate) fn never_counted(summary: &Summary) -> Vec<&str> {
    let names = summary.header.counters.iter().map(String::as_str);
    names.filter(|name| summary.totals.counter(name) == 0.0).collect()
}

/// Why iterations ended early, the most frequent reason first.
#[must_use]
pub(crate) fn failure_table(summary: &Summary) -> Table {
    let mut table = Table::new(&["", "iterations"]);
    for (reason, count) in early_ends(summary) {
        table.row([reason, show_count(count)]);
    }
    table
}

/// Why iterations ended early, and how many did, the most frequent reason first.
#[must_use]
pub(crate) fn early_ends(summary: &Summary) -> Vec<(String, u64)> {
    let reasons = summary.totals.by_label(&catalogue::ITERATION_FAILURES.name, "reason");
    let count = |value: &Value| if let Value::Counter(sum) = value { units::whole(*sum) } else { 0 };
    let mut ends: Vec<(String, u64)> = reasons.into_iter().map(|(reason, value)| (reason, count(&value))).collect();
    ends.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    ends
}

fn whole(summary: &Summary, metric: &MetricDef) -> Option<Value> {
    summary.totals.sum_where(&metric.name, |_| true).filter(|value| !value.is_empty())
}
