//! Trends as k6's columns, and the statistics that `--summary-trend-stats` names.

use std::time::Duration;

use super::{Summary, table::Table};
use crate::{
    metric::{
        MetricDef, SeriesDef, Unit, Value,
        catalogue::{self, LabelGroup},
    },
    threshold::{Stat, parse::parse_stat, stat_of},
    units::{show_duration, significant},
};

/// Shown unless the flag says otherwise.
pub(crate) const DEFAULT_STATS: &str = "avg,min,med,max,p(90),p(95),p(99),p(99.9)";

/// A name that is no statistic of a trend.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a statistic of a trend; write for example avg,med,p(95)")]
pub(crate) struct UnknownStat(String);

/// Reads a list of statistics by k6's names; `p(50)` is `med`.
///
/// # Errors
/// Which one is unknown.
pub(crate) fn parse_stats(list: &str) -> Result<Vec<(String, Stat)>, UnknownStat> {
    list.split(',')
        .map(str::trim)
        .map(|name| {
            let name = if name == "p(50)" { "med" } else { name };
            let stat = parse_stat(name).filter(|stat| !matches!(stat, Stat::Rate | Stat::Value));
            stat.map(|stat| (name.to_owned(), stat)).ok_or_else(|| UnknownStat(name.to_owned()))
        })
        .collect()
}

/// A statistic for people, in the unit of its metric.
#[must_use]
pub(crate) fn show_stat(value: &Value, unit: Unit, stat: Stat) -> String {
    match stat_of(value, stat, 0.0) {
        None => "-".to_owned(),
        Some(count) if stat == Stat::Count => significant(count),
        Some(seconds) if unit == Unit::Seconds => show_duration(Duration::from_secs_f64(seconds.max(0.0))),
        Some(number) => significant(number),
    }
}

/// The table of trends that hold anything.
#[must_use]
pub(crate) fn trend_table(summary: &Summary, metrics: &[&MetricDef]) -> Table {
    let headings: Vec<&str> =
        std::iter::once("").chain(summary.trend_stats.iter().map(|(name, _)| name.as_str())).collect();
    let mut table = Table::new(&headings).dropping(&["p(99.9)", "p(90)", "min", "p(99)", "avg"]);
    for metric in metrics {
        let Some(value) = summary.totals.sum_where(&metric.name, |_| true).filter(|value| !value.is_empty()) else {
            continue;
        };
        // Connecting and TLS are all zeros once connections are kept: a row of zeros says nothing.
        if matches!(&value, Value::Trend(times) if times.zeros() == times.count()) {
            continue;
        }
        let row = |name: String, value: &Value| {
            let cells = summary.trend_stats.iter().map(|(_, stat)| show_stat(value, metric.unit, *stat));
            std::iter::once(name).chain(cells).collect::<Vec<_>>()
        };
        if metric.labels == LabelGroup::StepReason {
            // Times in different states are no one distribution.
            for (reason, value) in summary.totals.by_label(&metric.name, "reason") {
                table.row(row(format!("{}{{reason:{}}}", metric.name, reason), &value));
            }
            continue;
        }
        table.row(row(metric.name.to_string(), &value));
        if !catalogue::has_role(metric, |protocol| protocol.response_time)
            && metric.name != catalogue::HTTP_REQ_DURATION.name
        {
            continue;
        }
        // Fast refusals and slow answers are no one distribution: as soon as something failed, what was expected has a
        // row of its own, as in k6.
        let is_expected = |series: &SeriesDef| series.labels.get("expected_response") == Some("true");
        let expected = summary.totals.sum_where(&metric.name, is_expected).filter(|expected| !expected.is_empty());
        if let Some(expected) =
            expected.filter(|expected| stat_of(expected, Stat::Count, 0.0) != stat_of(&value, Stat::Count, 0.0))
        {
            table.row(row("  { expected_response:true }".to_owned(), &expected));
        }
    }
    table
}
