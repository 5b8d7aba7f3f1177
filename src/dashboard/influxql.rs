//! The questions in `InfluxQL`, over the points that the aggregate mode writes.
//!
//! What is asked of all series together is read from `overall`, where the agent has folded them: percentiles are never
//! averaged. Told apart by labels, a percentile is the worst of the series' own. Totals are the last of the fields
//! `total…`, which are exactly the summary's. Times are milliseconds, as k6's.

use super::query::{Fold, Number, Operator, Query, Run, Series, Span};
use crate::metric::{Kind, MetricDef, catalogue};

/// Speaks it, with a prefix of measurements.
#[derive(Debug, Clone, Copy)]
pub struct InfluxQl<'a> {
    /// What stands before every measurement.
    pub prefix: &'a str,
}

/// The column of a graph's points.
const POINT: &str = "v";
/// The column that counts a run's pushes: its own time, by which runs of different days lie over each other.
pub const PUSHES: &str = "Pushes since the start";

impl InfluxQl<'_> {
    /// The statement of a question; `name` is what its column is called. None where the language can't ask it.
    #[must_use]
    pub fn speak(&self, query: &Query, name: &str) -> Option<String> {
        if let Some((asked, series)) = graph_of(query) {
            return Some(self.graph(&format!("{asked} AS \"{name}\""), series, name));
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
                let folded = format!("{}(\"{POINT}\")", fold_word(*fold));
                self.last_of_series(&[(POINT, "value")], &folded, series, name)
            }
            Query::Begin(series) => self.moment("first", series, name),
            Query::End(series) => self.moment("last", series, name),
            Query::OverRun(fold, inner) => {
                format!("SELECT {}(\"{POINT}\") AS \"{name}\" FROM ({})", fold_word(*fold), self.speak(inner, POINT)?)
            }
            Query::Slope(inner) => {
                let rise = format!("(last(\"{POINT}\") - first(\"{POINT}\"))");
                let points = self.speak(inner, POINT)?;
                format!("SELECT {rise} * 3600000 / ($__to - $__from) AS \"{name}\" FROM ({points})")
            }
            // An empty answer stays empty here; the panel says 0. Windows begin and end with the run's own points.
            Query::OrZero(inner) | Query::Steady(inner) => self.speak(inner, name)?,
            Query::Both(left, operator, right) => self.both(left, *operator, right, name)?,
            Query::With(inner, operator, number) => {
                let number = match number {
                    Number::Is(number) => number.to_string(),
                    Number::Variable(variable) => format!("${{{variable}}}"),
                };
                let by = inner.leading().map_or_else(String::new, |series| grouped(None, &series.by));
                let points = self.speak(inner, POINT)?;
                format!("SELECT \"{POINT}\" {} {number} AS \"{name}\" FROM ({points}){by}", sign(*operator)?)
            }
            Query::Verdicts => {
                let from = format!("/^{}verdict_.+/", self.prefix);
                format!("SELECT last(\"value\") AS \"{name}\" FROM {from} WHERE \"run_id\" = '$run_id' AND $timeFilter")
            }
            Query::SinceBegin(inner) => {
                let (asked, series) = graph_of(inner)?;
                let pushes = format!("cumulative_sum(count(\"count\")) AS \"{PUSHES}\"");
                self.graph(&format!("{pushes}, {asked} AS \"{name}\""), series, name)
            }
            // What `graph_of` has answered, and what the language can't ask.
            Query::Rate(_)
            | Query::FirstTime(_)
            | Query::Recovery { .. }
            | Query::TimeTrue(_)
            | Query::Variable(_)
            | Query::Distinct(..)
            | Query::Chosen
            | Query::TimeActive(_)
            | Query::Buckets(_)
            | Query::VictoriaBuckets(_) => return None,
        })
    }

    /// The variable that lists the values of a tag of a metric.
    #[must_use]
    pub fn tag_values(&self, metric: &MetricDef, tag: &str) -> String {
        format!("SHOW TAG VALUES FROM \"{}{}\" WITH KEY = \"{tag}\" WHERE $timeFilter", self.prefix, metric.name)
    }

    /// Where a stage begins: a point each, with its name.
    #[must_use]
    pub fn stage_begins(&self) -> String {
        let (from, which) = self.source(&Series::of(&catalogue::STAGE_ACTIVE).by(&["stage"]));
        format!(
            "SELECT first(\"value\"), \"stage\", \"scenario\" FROM {from} WHERE {which} AND \"value\" = 1 GROUP BY \
             \"scenario\", \"stage\""
        )
    }

    /// Points over time; of the first or last steady window one.
    fn graph(&self, asked: &str, series: &Series, name: &str) -> String {
        let pick = match series.span {
            Span::First => Some("first"),
            Span::Last => Some("last"),
            Span::Live | Span::Rolling | Span::Run => None,
        };
        let (from, which) = self.source(series);
        let by = grouped(Some(every(series.span)), &series.by);
        // Between the points of series that were not touched there is nothing, which is not a line between them.
        let fill = if asked.starts_with("sum(\"count\") *") { "0" } else { "none" };
        let points = format!("SELECT {asked} FROM {from} WHERE {which}{by} fill({fill})");
        match pick {
            Some(pick) => format!("SELECT {pick}(\"{name}\") AS \"{name}\" FROM ({points})"),
            None => points,
        }
    }

    /// The last totals of each series, put together; of all series together they are one series.
    fn last_of_series(&self, fields: &[(&str, &str)], asked: &str, series: &Series, name: &str) -> String {
        let (from, which) = self.source(series);
        let lasts: Vec<String> =
            fields.iter().map(|(column, field)| format!("last(\"{field}\") AS \"{column}\"")).collect();
        let by = grouped(None, &series.by);
        format!(
            "SELECT {asked} AS \"{name}\" FROM (SELECT {} FROM {from} WHERE {which} GROUP BY *){by}",
            lasts.join(", ")
        )
    }

    /// Arithmetic between two questions, each read in a statement of its own and put together by time.
    fn both(&self, left: &Query, operator: Operator, right: &Query, name: &str) -> Option<String> {
        let (first, second) = (self.speak(left, "a")?, self.speak(right, "b")?);
        let asked = format!("sum(\"a\") {} sum(\"b\") AS \"{name}\"", sign(operator)?);
        let series = left.leading()?;
        let by = match series.span {
            Span::Live | Span::Rolling if left.is_graph() => {
                format!(" WHERE $timeFilter{} fill(none)", grouped(Some(every(series.span)), &series.by))
            }
            _ => grouped(None, &series.by),
        };
        Some(format!("SELECT {asked} FROM ({first}), ({second}){by}"))
    }

    fn moment(&self, which: &str, series: &Series, name: &str) -> String {
        let (from, condition) = self.source(series);
        let by = grouped(None, &series.by);
        format!("SELECT {which}(\"value\") AS \"{name}\" FROM {from} WHERE {condition}{by}")
    }

    /// Measurement and condition of a metric's series.
    fn source(&self, series: &Series) -> (String, String) {
        let name = &series.metric.name;
        let overall = series.is_overall().then(|| format!("\"metric\" = '{name}'"));
        let measurement = if series.is_overall() { "overall" } else { name };
        let run = match series.run {
            Run::Shown => Some("\"run_id\" = '$run_id'".to_owned()),
            Run::Base => Some("\"run_id\" = '$base_run_id'".to_owned()),
            Run::Any => None,
        };
        let only = series.only.iter().map(|label| {
            let sign = if label.is { "=" } else { "!=" };
            format!("\"{}\" {sign} '{}'", label.name, label.value)
        });
        // The run that it is compared with may be long before the time that is shown.
        let time = if series.run == Run::Base { "time > ${__to}ms - $history" } else { "$timeFilter" };
        let which: Vec<String> = [overall, run].into_iter().flatten().chain(only).chain([time.to_owned()]).collect();
        (format!("\"{}{measurement}\"", self.prefix), which.join(" AND "))
    }
}

/// What is selected for each point of a graph.
fn graph_of(query: &Query) -> Option<(String, &Series)> {
    let (asked, series) = match query {
        Query::Rate(series) if series.is_overall() => ("mean(\"rate\")".to_owned(), series),
        // Series that were not touched have no point, so that a mean of their rates would leave their silence out.
        Query::Rate(series) => ("sum(\"count\") * 1000 / $__interval_ms".to_owned(), series),
        Query::Share(series) => ("sum(\"nonzero\") / sum(\"count\")".to_owned(), series),
        // Around each point the worst push; of a steady window the typical one.
        Query::Quantile(q, series) => {
            let fold = if series.span == Span::Live { "max" } else { "median" };
            (format!("{fold}(\"{}\")", quantile_field(*q)?), series)
        }
        Query::Mean(series) => ("sum(\"sum\") / sum(\"count\")".to_owned(), series),
        Query::Level(Fold::Max, series) => ("max(\"value\")".to_owned(), series),
        Query::Level(_, series) => ("mean(\"value\")".to_owned(), series),
        _ => return None,
    };
    (series.span != Span::Run).then_some((asked, series))
}

fn every(span: Span) -> &'static str {
    if span == Span::Live { "$__interval" } else { "$window" }
}

fn grouped(every: Option<&str>, labels: &[&str]) -> String {
    let time = every.map(|every| format!("time({every})"));
    let all: Vec<String> = time.into_iter().chain(labels.iter().map(|label| format!("\"{label}\""))).collect();
    if all.is_empty() { String::new() } else { format!(" GROUP BY {}", all.join(", ")) }
}

/// The field that holds a quantile, if the agent writes it.
fn quantile_field(q: f64) -> Option<&'static str> {
    let fields =
        [(0.0, "min"), (0.5, "p50"), (0.9, "p90"), (0.95, "p95"), (0.99, "p99"), (0.999, "p999"), (1.0, "max")];
    fields.into_iter().find(|(known, _)| (known - q).abs() < 1e-9).map(|(_, field)| field)
}

fn fold_word(fold: Fold) -> &'static str {
    match fold {
        Fold::Sum => "sum",
        Fold::Min => "min",
        Fold::Max => "max",
        Fold::Mean => "mean",
        Fold::Deviation => "stddev",
    }
}

/// Arithmetic; it has no comparisons that say 0 or 1.
fn sign(operator: Operator) -> Option<&'static str> {
    match operator {
        Operator::Plus => Some("+"),
        Operator::Minus => Some("-"),
        Operator::Times => Some("*"),
        Operator::Over => Some("/"),
        Operator::IsAbove | Operator::IsAtMost => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metric::catalogue::{HTTP_REQ_DURATION, HTTP_REQ_FAILED, HTTP_REQS};

    fn spoken(query: &Query) -> String {
        InfluxQl { prefix: "p." }.speak(query, "x").unwrap()
    }

    #[test]
    fn of_all_series_the_agents_own_fold_is_read() {
        let of_run = "\"run_id\" = '$run_id' AND $timeFilter";
        let graph = spoken(&Series::of(&HTTP_REQ_DURATION).quantile(0.99));
        let from = format!("FROM \"p.overall\" WHERE \"metric\" = 'http_req_duration' AND {of_run}");
        assert_eq!(graph, format!("SELECT max(\"p99\") AS \"x\" {from} GROUP BY time($__interval) fill(none)"));
        let total = spoken(&Series::of(&HTTP_REQ_DURATION).over(Span::Run).quantile(0.99));
        let last = format!("SELECT last(\"total_p99\") AS \"v\" {from} GROUP BY *");
        assert_eq!(total, format!("SELECT max(\"v\") AS \"x\" FROM ({last})"));
    }

    #[test]
    fn told_apart_totals_are_summed_over_their_series() {
        let total = spoken(&Series::of(&HTTP_REQS).by(&["name"]).of_run(Run::Any).total());
        let last = "SELECT last(\"total\") AS \"v\" FROM \"p.http_reqs\" WHERE $timeFilter GROUP BY *";
        assert_eq!(total, format!("SELECT sum(\"v\") AS \"x\" FROM ({last}) GROUP BY \"name\""));
    }

    #[test]
    fn a_label_is_asked_for_by_name() {
        let total = spoken(&Series::of(&HTTP_REQS).having("status", "200").without("name", "").total());
        assert!(total.contains("FROM \"p.http_reqs\" WHERE"), "not of all: {total}");
        assert!(total.contains(" AND \"status\" = '200' AND \"name\" != '' AND "), "{total}");
    }

    #[test]
    fn two_graphs_are_put_together_by_time() {
        let share = || Series::of(&HTTP_REQ_FAILED).of_run(Run::Any).share();
        let both = spoken(&share().per(share()));
        assert!(both.starts_with("SELECT sum(\"a\") / sum(\"b\") AS \"x\" FROM (SELECT"), "{both}");
        assert!(both.ends_with(" WHERE $timeFilter GROUP BY time($__interval) fill(none)"), "{both}");
    }

    #[test]
    fn what_the_language_cant_ask_is_no_panel() {
        let rate = || Series::of(&HTTP_REQS).rate();
        let speak = |query: &Query| InfluxQl { prefix: "" }.speak(query, "x");
        assert!(speak(&rate().and(Operator::IsAbove, rate())).is_none());
        assert!(speak(&Series::of(&HTTP_REQ_DURATION).quantile(0.123)).is_none());
        assert!(speak(&Query::Chosen).is_none());
    }
}
