//! Queries in `InfluxQL`, over the points of `mode=aggregate`.
//!
//! Queries without grouping read the measurement `overall`, where loadagent has merged all series: percentiles are never
//! averaged. Grouped by labels, a percentile is the largest of the series'. Totals are the last values of the `total…`
//! fields, which equal the summary. Times are milliseconds, as in k6.

use super::query::{Aggregation, Number, Operator, Query, Run, Series, Window};
use crate::metric::{Kind, MetricDef, catalogue};

/// Translates queries to `InfluxQL`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct InfluxQl<'a> {
    /// Prefix of measurement names.
    pub(crate) prefix: &'a str,
}

/// The column of a graph's points.
const POINT: &str = "v";
/// The column that counts a run's pushes: a common x axis for runs of different days.
pub(crate) const PUSHES: &str = "Pushes since the start";

impl InfluxQl<'_> {
    /// The statement of a query; `name` is the name of its column. None if `InfluxQL` can't express it.
    #[must_use]
    pub(crate) fn to_influxql(self, query: &Query, name: &str) -> Option<String> {
        if let Some((expression, series)) = graph_of(query) {
            return Some(self.graph(&format!("{expression} AS \"{name}\""), series, name));
        }
        Some(match query {
            Query::Total(series) => {
                let field = if series.metric.kind == Kind::Rate { "total_count" } else { "total" };
                self.last_of_series(&[(POINT, field)], &format!("sum(\"{POINT}\")"), series, name)
            }
            Query::Share(series) => {
                let fields = [("a", "total_nonzero"), ("b", "total_count")];
                self.last_of_series(&fields, "sum(\"a\") / sum(\"b\")", series, name)
            }
            Query::Quantile(q, series) => {
                let (field, worst) = (format!("total_{}", quantile_field(*q)?), format!("max(\"{POINT}\")"));
                self.last_of_series(&[(POINT, &field)], &worst, series, name)
            }
            Query::Mean(series) => {
                let fields = [("a", "total_sum"), ("b", "total_count")];
                self.last_of_series(&fields, "sum(\"a\") / sum(\"b\")", series, name)
            }
            Query::Level(fold, series) => {
                let folded = format!("{}(\"{POINT}\")", function_name(*fold));
                self.last_of_series(&[(POINT, "value")], &folded, series, name)
            }
            Query::FirstSeen(series) => self.time("first", series, name),
            Query::LastSeen(series) => self.time("last", series, name),
            Query::AggregateOverRun(fold, inner) => {
                format!(
                    "SELECT {}(\"{POINT}\") AS \"{name}\" FROM ({})",
                    function_name(*fold),
                    self.to_influxql(inner, POINT)?
                )
            }
            Query::Slope(inner) => {
                let rise = format!("(last(\"{POINT}\") - first(\"{POINT}\"))");
                let points = self.to_influxql(inner, POINT)?;
                format!("SELECT {rise} * 3600000 / ($__to - $__from) AS \"{name}\" FROM ({points})")
            }
            // An empty result stays empty; the panel's `noValue` is 0. Windows start and end with the run's points.
            Query::OrZero(inner) | Query::Steady(inner) => self.to_influxql(inner, name)?,
            Query::Binary(left, operator, right) => self.both(left, *operator, right, name)?,
            Query::BinaryScalar(inner, operator, number) => {
                let number = match number {
                    Number::Is(number) => number.to_string(),
                    Number::Variable(variable) => format!("${{{variable}}}"),
                };
                let by = inner.first_series().map_or_else(String::new, |series| grouped(None, &series.by));
                let points = self.to_influxql(inner, POINT)?;
                format!("SELECT \"{POINT}\" {} {number} AS \"{name}\" FROM ({points}){by}", sign(*operator)?)
            }
            Query::SinceStart(inner) => {
                let (expression, series) = graph_of(inner)?;
                let pushes = format!("cumulative_sum(count(\"count\")) AS \"{PUSHES}\"");
                self.graph(&format!("{pushes}, {expression} AS \"{name}\""), series, name)
            }
            // `graph_of` has handled these, or `InfluxQL` can't express them.
            Query::Rate(_)
            | Query::FirstTime(_)
            | Query::Recovery { .. }
            | Query::TimeTrue(_)
            | Query::Variable(_)
            | Query::Distinct(..)
            | Query::SystemUnderTest
            | Query::TimeActive(_)
            | Query::Buckets(_)
            | Query::VictoriaBuckets(_) => return None,
        })
    }

    /// The query of a variable that lists the values of a metric's tag.
    #[must_use]
    pub(crate) fn tag_values(&self, metric: &MetricDef, tag: &str) -> String {
        format!("SHOW TAG VALUES FROM \"{}{}\" WITH KEY = \"{tag}\" WHERE $timeFilter", self.prefix, metric.name)
    }

    /// One point at the start of each stage, with its name.
    #[must_use]
    pub(crate) fn stage_starts_query(&self) -> String {
        let (from, which) = self.source(&Series::of(&catalogue::STAGE_ACTIVE).by(&["stage"]));
        format!(
            "SELECT first(\"value\"), \"stage\", \"scenario\" FROM {from} WHERE {which} AND \"value\" = 1 GROUP BY \
             \"scenario\", \"stage\""
        )
    }

    /// A time series; one point for the first or last window.
    fn graph(&self, expression: &str, series: &Series, name: &str) -> String {
        let pick = match series.window {
            Window::First => Some("first"),
            Window::Last => Some("last"),
            Window::Live | Window::Rolling | Window::Run => None,
        };
        let (from, which) = self.source(series);
        let by = grouped(Some(every(series.window)), &series.by);
        // Series without observations have no points; the graph must not interpolate.
        let fill = if expression.starts_with("sum(\"count\") *") { "0" } else { "none" };
        let points = format!("SELECT {expression} FROM {from} WHERE {which}{by} fill({fill})");
        match pick {
            Some(pick) => format!("SELECT {pick}(\"{name}\") AS \"{name}\" FROM ({points})"),
            None => points,
        }
    }

    /// Aggregates the last totals of each series.
    fn last_of_series(&self, fields: &[(&str, &str)], expression: &str, series: &Series, name: &str) -> String {
        let (from, which) = self.source(series);
        let lasts: Vec<String> =
            fields.iter().map(|(column, field)| format!("last(\"{field}\") AS \"{column}\"")).collect();
        let by = grouped(None, &series.by);
        format!(
            "SELECT {expression} AS \"{name}\" FROM (SELECT {} FROM {from} WHERE {which} GROUP BY *){by}",
            lasts.join(", ")
        )
    }

    /// Arithmetic between two queries: two subqueries, joined by time.
    fn both(&self, left: &Query, operator: Operator, right: &Query, name: &str) -> Option<String> {
        let (first, second) = (self.to_influxql(left, "a")?, self.to_influxql(right, "b")?);
        let expression = format!("sum(\"a\") {} sum(\"b\") AS \"{name}\"", sign(operator)?);
        let series = left.first_series()?;
        let by = match series.window {
            Window::Live | Window::Rolling if left.is_graph() => {
                format!(" WHERE $timeFilter{} fill(none)", grouped(Some(every(series.window)), &series.by))
            }
            _ => grouped(None, &series.by),
        };
        Some(format!("SELECT {expression} FROM ({first}), ({second}){by}"))
    }

    fn time(&self, which: &str, series: &Series, name: &str) -> String {
        let (from, condition) = self.source(series);
        let by = grouped(None, &series.by);
        format!("SELECT {which}(\"value\") AS \"{name}\" FROM {from} WHERE {condition}{by}")
    }

    /// Measurement and `WHERE` condition of a metric's series.
    fn source(&self, series: &Series) -> (String, String) {
        let name = &series.metric.name;
        let overall = series.is_overall().then(|| format!("\"metric\" = '{name}'"));
        let measurement = if series.is_overall() { "overall" } else { name };
        let run = match series.run {
            Run::Selected => Some("\"run_id\" = '$run_id'".to_owned()),
            Run::Baseline => Some("\"run_id\" = '$base_run_id'".to_owned()),
            Run::Any => None,
        };
        let only = series.only.iter().map(|label| {
            let sign = if label.is { "=" } else { "!=" };
            format!("\"{}\" {sign} '{}'", label.name, label.value)
        });
        // The baseline run may be long before the time range.
        let time = if series.run == Run::Baseline { "time > ${__to}ms - $history" } else { "$timeFilter" };
        let which: Vec<String> = [overall, run].into_iter().flatten().chain(only).chain([time.to_owned()]).collect();
        (format!("\"{}{measurement}\"", self.prefix), which.join(" AND "))
    }
}

/// The `SELECT` expression of each point of a graph.
fn graph_of(query: &Query) -> Option<(String, &Series)> {
    let (expression, series) = match query {
        Query::Rate(series) if series.is_overall() => ("mean(\"rate\")".to_owned(), series),
        // Series without observations have no point: a mean of rates would skip idle intervals.
        Query::Rate(series) => ("sum(\"count\") * 1000 / $__interval_ms".to_owned(), series),
        Query::Share(series) => ("sum(\"nonzero\") / sum(\"count\")".to_owned(), series),
        // At each point the worst push; per window the median push.
        Query::Quantile(q, series) => {
            let fold = if series.window == Window::Live { "max" } else { "median" };
            (format!("{fold}(\"{}\")", quantile_field(*q)?), series)
        }
        Query::Mean(series) => ("sum(\"sum\") / sum(\"count\")".to_owned(), series),
        Query::Level(Aggregation::Max, series) => ("max(\"value\")".to_owned(), series),
        Query::Level(_, series) => ("mean(\"value\")".to_owned(), series),
        _ => return None,
    };
    (series.window != Window::Run).then_some((expression, series))
}

fn every(window: Window) -> &'static str {
    if window == Window::Live { "$__interval" } else { "$window" }
}

fn grouped(every: Option<&str>, labels: &[&str]) -> String {
    let time = every.map(|every| format!("time({every})"));
    let all: Vec<String> = time.into_iter().chain(labels.iter().map(|label| format!("\"{label}\""))).collect();
    if all.is_empty() { String::new() } else { format!(" GROUP BY {}", all.join(", ")) }
}

/// The field that holds a quantile, if loadagent writes it.
fn quantile_field(q: f64) -> Option<&'static str> {
    let fields =
        [(0.0, "min"), (0.5, "p50"), (0.9, "p90"), (0.95, "p95"), (0.99, "p99"), (0.999, "p999"), (1.0, "max")];
    fields.into_iter().find(|(known, _)| (known - q).abs() < 1e-9).map(|(_, field)| field)
}

fn function_name(fold: Aggregation) -> &'static str {
    match fold {
        Aggregation::Sum => "sum",
        Aggregation::Max => "max",
        Aggregation::Mean => "mean",
        Aggregation::StdDev => "stddev",
    }
}

/// The operator; `InfluxQL` has no comparisons that return 0 or 1.
fn sign(operator: Operator) -> Option<&'static str> {
    match operator {
        Operator::Add => Some("+"),
        Operator::Subtract => Some("-"),
        Operator::Multiply => Some("*"),
        Operator::Divide => Some("/"),
        Operator::Greater | Operator::LessOrEqual => None,
    }
}

#[cfg(test)]
mod tests;
