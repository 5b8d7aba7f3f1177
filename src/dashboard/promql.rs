//! Queries in `PromQL`. Each expression serves native histograms, classic buckets and `VictoriaMetrics`' `vmrange`, sent by
//! remote write or OTLP.
//!
//! Rates come from counters, quantiles from buckets `or` the native histogram (one of the two exists), totals from
//! `last_over_time`, which also finds them after the run. A zero divisor and a quantile of nothing give no point, not NaN.

use super::query::{Aggregation, Label, Number, Operator, Query, Run, Series, Window};
use crate::{
    metric::{MetricDef, catalogue, catalogue::LabelGroup},
    output::naming::exported_name,
};

/// Time of the selected run's first sample, Unix seconds: a variable that the data source computes.
pub(crate) const RUN_START: &str = "${began}";
/// Time of the selected run's last sample, Unix seconds.
pub(crate) const RUN_END: &str = "${ended}";

/// Subquery range of the whole run.
const POINTS: &str = "[$__range:$resolution]";

/// Translates queries to `PromQL`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PromQl<'a> {
    /// Prefix of metric names.
    pub(crate) prefix: &'a str,
}

impl PromQl<'_> {
    /// The expression of a query.
    #[must_use]
    pub(crate) fn to_promql(self, query: &Query) -> String {
        match query {
            // `PromQL` shifts the baseline run instead.
            Query::SinceStart(inner) => self.to_promql(inner),
            Query::Rate(series) => self.summed(series, "rate", ""),
            Query::Total(series) => self.summed(series, "last_over_time", ""),
            Query::Share(series) => {
                let function = if series.window == Window::Run { "last_over_time" } else { "rate" };
                let part = self.summed(series, function, "condition=\"nonzero\"");
                format!("{part} / ({} > 0)", self.summed(series, function, ""))
            }
            Query::Quantile(q, series) => self.quantile(*q, series),
            Query::Mean(series) => self.mean(series),
            Query::Level(fold, series) => self.level(*fold, series),
            Query::Binary(left, operator, right) => {
                let (left, right) = (self.to_promql(left), self.to_promql(right));
                match operator {
                    Operator::Divide => format!("({left}) / (({right}) > 0)"),
                    _ => format!("({left}) {} ({right})", sign(*operator)),
                }
            }
            Query::BinaryScalar(left, operator, number) => {
                let number = match number {
                    Number::Is(number) => number.to_string(),
                    Number::Variable(name) => format!("${{{name}}}"),
                };
                format!("({}) {} {number}", self.to_promql(left), sign(*operator))
            }
            Query::AggregateOverRun(fold, query) => {
                let function = match fold {
                    Aggregation::Sum => "sum_over_time",
                    Aggregation::Max => "max_over_time",
                    Aggregation::Mean => "avg_over_time",
                    Aggregation::StdDev => "stddev_over_time",
                };
                format!("{function}({})", self.points(query))
            }
            Query::Slope(query) => format!("deriv({}) * 3600", self.points(query)),
            Query::Steady(query) => {
                let run = self.selected(&Series::of(&catalogue::RUN_INFO), "", "");
                let lasts = format!("on () (vector(time()) <= {RUN_END})");
                format!("({}) and on () ({run} offset $warmup) and {lasts}", self.to_promql(query))
            }
            Query::FirstTime(query) => format!("{} - {RUN_START}", self.time_true("min", query, "")),
            Query::Recovery { burst, disturbed } => self.recovery(burst, disturbed),
            Query::TimeTrue(query) => format!("avg_over_time({}) * ({RUN_END} - {RUN_START})", self.points(query)),
            Query::Variable(name) => format!("${{{name}}}"),
            Query::OrZero(query) => format!("({}) or vector(0)", self.to_promql(query)),
            Query::Distinct(label, shown, base) => {
                let info = |series| format!("last_over_time({})", self.ranged(series, "", ""));
                format!("count(count by ({label}) ({} or {}))", info(shown), info(base))
            }
            Query::SystemUnderTest => "sum($sut)".to_owned(),
            Query::FirstSeen(series) => format!("{} * 1000", self.seen("min", series)),
            Query::LastSeen(series) => format!("{} * 1000", self.seen("max", series)),
            Query::TimeActive(series) => self.time_active(series),
            Query::Buckets(series) => {
                let (bucket, native) = (self.ranged(series, "_bucket", "vmrange=\"\""), self.ranged(series, "", ""));
                format!("sum by (le) (increase({bucket})) or sum(increase({native}))")
            }
            Query::VictoriaBuckets(series) => {
                let bucket = self.ranged(series, "_bucket", "vmrange!=\"\"");
                let upper = "\"le\", \"$1\", \"vmrange\", \".+[.][.][.](.+)\"";
                format!("label_replace(sum by (vmrange) (increase({bucket})), {upper})")
            }
        }
    }

    /// The query of a variable that lists the values of a metric's label.
    #[must_use]
    pub(crate) fn label_values(&self, metric: &MetricDef, label: &str, of_run: bool) -> String {
        let name = exported_name(self.prefix, metric);
        let run = if of_run { "{run_id=\"$run_id\"}" } else { "" };
        format!("label_values({name}{run}, {label})")
    }

    /// Time of a run's first (`min`) or last (`max`) sample, Unix seconds; 0 if there is none. `when` is a subquery range
    /// with resolution, and an optional `@` modifier.
    #[must_use]
    pub(crate) fn time(&self, which: &str, run: &str, when: &str) -> String {
        let info = exported_name(self.prefix, &catalogue::RUN_INFO);
        let stamps = format!("timestamp({info}{{run_id=\"{run}\"}}){when}");
        format!("scalar(round({which}({which}_over_time({stamps}))) or vector(0))")
    }

    fn points(&self, query: &Query) -> String {
        format!("({}){POINTS}", self.to_promql(query))
    }

    /// The first (`min`) or last (`max`) time at which a comparison is 1; `at` is an optional `@` modifier.
    fn time_true(&self, which: &str, query: &Query, at: &str) -> String {
        format!("{which}_over_time((timestamp(({}) == 1)){POINTS}{at})", self.to_promql(query))
    }

    /// Evaluates the window after each point; a window that ends after the run does not count. An expression with `@` must
    /// not be nested in another one with `@`: Prometheus would evaluate it at the wrong time.
    fn recovery(&self, burst: &Query, disturbed: &Query) -> String {
        let over = self.time_true("max", burst, " @ ${ended}");
        let calm = format!("max_over_time(({})[$window:$resolution] offset -$window) == 0", self.to_promql(disturbed));
        let run = self.selected(&Series::of(&catalogue::RUN_INFO), "", "");
        let whole = format!("({calm}) and on () ({run} offset -$window)");
        format!("min_over_time((timestamp({whole}) >= ({over})){POINTS}) - ({over})")
    }

    /// Number of pushes with value 1, times the seconds between pushes.
    fn time_active(&self, series: &Series) -> String {
        let whole = |series: &Series| self.ranged(&series.clone().over(Window::Run), "", "");
        let pushes = format!("max(count_over_time({}))", whole(&Series::of(&catalogue::RUN_INFO)));
        let apart = format!("({RUN_END} - {RUN_START}) / ({pushes} - 1 > 0)");
        let active = format!("max{}(sum_over_time({}))", by(&series.by), whole(series));
        format!("{active} * on () group_left () ({apart})")
    }

    fn seen(&self, which: &str, series: &Series) -> String {
        let by = by(&series.by);
        let instant = self.selected(series, "", "");
        format!("{which}{by}({which}_over_time(timestamp({instant})[$__range:$resolution]))")
    }

    fn summed(&self, series: &Series, function: &str, only: &str) -> String {
        format!("sum{}({function}({}))", by(&series.by), self.ranged(series, "", only))
    }

    fn quantile(&self, q: f64, series: &Series) -> String {
        let function = if series.window == Window::Run { "last_over_time" } else { "rate" };
        let edges: Vec<&str> = ["le", "vmrange"].into_iter().chain(series.by.iter().copied()).collect();
        let buckets = format!("sum{}({function}({}))", by(&edges), self.ranged(series, "_bucket", ""));
        let native = format!("sum{}({function}({}))", by(&series.by), self.ranged(series, "", ""));
        format!("(histogram_quantile({q}, {buckets}) or histogram_quantile({q}, {native})) >= 0")
    }

    fn mean(&self, series: &Series) -> String {
        let function = if series.window == Window::Run { "last_over_time" } else { "rate" };
        let by = by(&series.by);
        let part = |suffix| format!("sum{by}({function}({}))", self.ranged(series, suffix, ""));
        let (sum, count, native) = (part("_sum"), part("_count"), part(""));
        format!("({sum} / ({count} > 0) or histogram_avg({native})) >= 0")
    }

    fn level(&self, fold: Aggregation, series: &Series) -> String {
        let (by, function) = (by(&series.by), function_name(fold));
        match series.window {
            Window::Run => format!("{function}{by}(last_over_time({}))", self.ranged(series, "", "")),
            Window::Rolling | Window::First | Window::Last => {
                format!("{function}{by}(avg_over_time({}))", self.ranged(series, "", ""))
            }
            Window::Live => format!("{function}{by}({}{})", self.selected(series, "", ""), offset(series.run)),
        }
    }

    /// A selector with the range of its time window.
    fn ranged(&self, series: &Series, suffix: &str, only: &str) -> String {
        let selected = self.selected(series, suffix, only);
        let range = match series.window {
            Window::Live => "[$__rate_interval]".to_owned(),
            Window::Rolling => "[$window]".to_owned(),
            Window::First => format!("[$window] @ {RUN_START} offset -$warmup"),
            Window::Last => format!("[$window] @ {RUN_END}"),
            Window::Run => "[$__range]".to_owned(),
        };
        format!("{selected}{range}{}", offset(series.run))
    }

    fn selected(&self, series: &Series, suffix: &str, only: &str) -> String {
        let name = exported_name(self.prefix, series.metric);
        let run = match series.run {
            Run::Selected => Some("run_id=\"$run_id\"".to_owned()),
            Run::Baseline => Some("run_id=\"$base_run_id\"".to_owned()),
            Run::Any => None,
        };
        let in_scenario = series.metric.labels != LabelGroup::Run && series.run != Run::Any;
        let scenario = in_scenario.then(|| "scenario=~\"$scenario\"".to_owned());
        let labels = series.only.iter().map(|Label { name, value, is }| {
            let sign = if *is { "=" } else { "!=" };
            format!("{name}{sign}\"{value}\"")
        });
        let only = (!only.is_empty()).then(|| only.to_owned());
        let matchers: Vec<String> = [run, scenario, only].into_iter().flatten().chain(labels).collect();
        if matchers.is_empty() {
            format!("{name}{suffix}")
        } else {
            format!("{name}{suffix}{{{}}}", matchers.join(","))
        }
    }
}

fn by(labels: &[&str]) -> String {
    if labels.is_empty() { String::new() } else { format!(" by ({}) ", labels.join(", ")) }
}

fn function_name(fold: Aggregation) -> &'static str {
    match fold {
        Aggregation::Sum => "sum",
        Aggregation::Max => "max",
        Aggregation::Mean => "avg",
        Aggregation::StdDev => "stddev",
    }
}

fn offset(run: Run) -> &'static str {
    if run == Run::Baseline { " offset ${shift}s" } else { "" }
}

fn sign(operator: Operator) -> &'static str {
    match operator {
        Operator::Add => "+",
        Operator::Subtract => "-",
        Operator::Multiply => "*",
        Operator::Divide => "/",
        Operator::Greater => "> bool",
        Operator::LessOrEqual => "<= bool",
    }
}

#[cfg(test)]
mod tests;
