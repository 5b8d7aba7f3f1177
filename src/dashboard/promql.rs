//! The questions in `PromQL`: one expression that serves native histograms, classic buckets and `VictoriaMetrics`'
//! `vmrange`, by remote write and OTLP alike.
//!
//! Rates come from counters, quantiles from buckets `or` the native histogram (one of the two is there), totals from
//! `last_over_time`, which finds them after the run, too. A divisor that is zero and a quantile of nothing are no points,
//! instead of NaN.

use super::query::{Fold, Label, Number, Operator, Query, Run, Series, Span};
use crate::{
    metric::{MetricDef, catalogue, catalogue::LabelGroup},
    output::prometheus::names::exported_name,
};

/// Seconds since 1970 at which the shown run was seen first and last: variables that the store computes.
pub const BEGAN: &str = "${began}";
/// See [`BEGAN`].
pub const ENDED: &str = "${ended}";

/// Points of the whole run.
const POINTS: &str = "[$__range:$resolution]";

/// Speaks it, with a prefix of names.
#[derive(Debug, Clone, Copy)]
pub struct PromQl<'a> {
    /// What stands before every name.
    pub prefix: &'a str,
}

impl PromQl<'_> {
    /// The expression of a question.
    #[must_use]
    pub fn speak(&self, query: &Query) -> String {
        match query {
            // Here runs are moved in time instead.
            Query::SinceBegin(inner) => self.speak(inner),
            Query::Rate(series) => self.summed(series, "rate", ""),
            Query::Total(series) => self.summed(series, "last_over_time", ""),
            Query::Share(series) => {
                let function = if series.span == Span::Run { "last_over_time" } else { "rate" };
                let part = self.summed(series, function, "condition=\"nonzero\"");
                format!("{part} / ({} > 0)", self.summed(series, function, ""))
            }
            Query::Quantile(q, series) => self.quantile(*q, series),
            Query::Mean(series) => self.mean(series),
            Query::Level(fold, series) => self.level(*fold, series),
            Query::Both(left, operator, right) => {
                let (left, right) = (self.speak(left), self.speak(right));
                match operator {
                    Operator::Over => format!("({left}) / (({right}) > 0)"),
                    _ => format!("({left}) {} ({right})", sign(*operator)),
                }
            }
            Query::With(left, operator, number) => {
                let number = match number {
                    Number::Is(number) => number.to_string(),
                    Number::Variable(name) => format!("${{{name}}}"),
                };
                format!("({}) {} {number}", self.speak(left), sign(*operator))
            }
            Query::OverRun(fold, query) => {
                let function = match fold {
                    Fold::Sum => "sum_over_time",
                    Fold::Min => "min_over_time",
                    Fold::Max => "max_over_time",
                    Fold::Mean => "avg_over_time",
                    Fold::Deviation => "stddev_over_time",
                };
                format!("{function}({})", self.points(query))
            }
            Query::Slope(query) => format!("deriv({}) * 3600", self.points(query)),
            Query::Steady(query) => {
                let run = self.selected(&Series::of(&catalogue::RUN_INFO), "", "");
                let lasts = format!("on () (vector(time()) <= {ENDED})");
                format!("({}) and on () ({run} offset $warmup) and {lasts}", self.speak(query))
            }
            Query::FirstTime(query) => format!("{} - {BEGAN}", self.moment_true("min", query, "")),
            Query::Recovery { burst, disturbed } => self.recovery(burst, disturbed),
            Query::TimeTrue(query) => format!("avg_over_time({}) * ({ENDED} - {BEGAN})", self.points(query)),
            Query::Variable(name) => format!("${{{name}}}"),
            Query::OrZero(query) => format!("({}) or vector(0)", self.speak(query)),
            Query::Distinct(label, shown, base) => {
                let info = |series| format!("last_over_time({})", self.ranged(series, "", ""));
                format!("count(count by ({label}) ({} or {}))", info(shown), info(base))
            }
            Query::Chosen => "sum($sut)".to_owned(),
            Query::Begin(series) => format!("{} * 1000", self.seen("min", series)),
            Query::End(series) => format!("{} * 1000", self.seen("max", series)),
            Query::TimeActive(series) => self.time_active(series),
            Query::Verdicts => {
                let name = format!("__name__=~\"{}verdict_.+\"", self.prefix);
                format!("last_over_time({{{name},run_id=\"$run_id\"}}[$__range])")
            }
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

    /// The variable that lists the values of a label of a metric.
    #[must_use]
    pub fn label_values(&self, metric: &MetricDef, label: &str, of_run: bool) -> String {
        let name = exported_name(self.prefix, metric);
        let run = if of_run { "{run_id=\"$run_id\"}" } else { "" };
        format!("label_values({name}{run}, {label})")
    }

    /// Seconds since 1970 at which a run was seen first (`min`) or last (`max`), to a second; 0 if never. `when` is a
    /// range with its resolution, and where it ends if that is not the end of the shown time.
    #[must_use]
    pub fn moment(&self, which: &str, run: &str, when: &str) -> String {
        let info = exported_name(self.prefix, &catalogue::RUN_INFO);
        let stamps = format!("timestamp({info}{{run_id=\"{run}\"}}){when}");
        format!("scalar(round({which}({which}_over_time({stamps}))) or vector(0))")
    }

    fn points(&self, query: &Query) -> String {
        format!("({}){POINTS}", self.speak(query))
    }

    /// The first (`min`) or last (`max`) moment at which a comparison, which says 0 or 1, says 1; `at` which moment that
    /// is asked, if not at that of the answer.
    fn moment_true(&self, which: &str, query: &Query, at: &str) -> String {
        format!("{which}_over_time((timestamp(({}) == 1)){POINTS}{at})", self.speak(query))
    }

    /// Looks at the window ahead of each moment. One that reaches past the end of the run is no window. What is asked at
    /// a fixed moment must not stand within what is: Prometheus then evaluates it beside the moment.
    fn recovery(&self, burst: &Query, disturbed: &Query) -> String {
        let over = self.moment_true("max", burst, " @ ${ended}");
        let calm = format!("max_over_time(({})[$window:$resolution] offset -$window) == 0", self.speak(disturbed));
        let run = self.selected(&Series::of(&catalogue::RUN_INFO), "", "");
        let whole = format!("({calm}) and on () ({run} offset -$window)");
        format!("min_over_time((timestamp({whole}) >= ({over})){POINTS}) - ({over})")
    }

    /// Pushes that said 1, times the seconds from push to push.
    fn time_active(&self, series: &Series) -> String {
        let whole = |series: &Series| self.ranged(&series.clone().over(Span::Run), "", "");
        let pushes = format!("max(count_over_time({}))", whole(&Series::of(&catalogue::RUN_INFO)));
        let apart = format!("({ENDED} - {BEGAN}) / ({pushes} - 1 > 0)");
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
        let function = if series.span == Span::Run { "last_over_time" } else { "rate" };
        let edges: Vec<&str> = ["le", "vmrange"].into_iter().chain(series.by.iter().copied()).collect();
        let buckets = format!("sum{}({function}({}))", by(&edges), self.ranged(series, "_bucket", ""));
        let native = format!("sum{}({function}({}))", by(&series.by), self.ranged(series, "", ""));
        format!("(histogram_quantile({q}, {buckets}) or histogram_quantile({q}, {native})) >= 0")
    }

    fn mean(&self, series: &Series) -> String {
        let function = if series.span == Span::Run { "last_over_time" } else { "rate" };
        let by = by(&series.by);
        let part = |suffix| format!("sum{by}({function}({}))", self.ranged(series, suffix, ""));
        let (sum, count, native) = (part("_sum"), part("_count"), part(""));
        format!("({sum} / ({count} > 0) or histogram_avg({native})) >= 0")
    }

    fn level(&self, fold: Fold, series: &Series) -> String {
        let (by, word) = (by(&series.by), fold_word(fold));
        match series.span {
            Span::Run => format!("{word}{by}(last_over_time({}))", self.ranged(series, "", "")),
            Span::Rolling | Span::First | Span::Last => {
                format!("{word}{by}(avg_over_time({}))", self.ranged(series, "", ""))
            }
            Span::Live => format!("{word}{by}({}{})", self.selected(series, "", ""), offset(series.run)),
        }
    }

    /// A selector with the range that its span means.
    fn ranged(&self, series: &Series, suffix: &str, only: &str) -> String {
        let selected = self.selected(series, suffix, only);
        let range = match series.span {
            Span::Live => "[$__rate_interval]".to_owned(),
            Span::Rolling => "[$window]".to_owned(),
            Span::First => format!("[$window] @ {BEGAN} offset -$warmup"),
            Span::Last => format!("[$window] @ {ENDED}"),
            Span::Run => "[$__range]".to_owned(),
        };
        format!("{selected}{range}{}", offset(series.run))
    }

    fn selected(&self, series: &Series, suffix: &str, only: &str) -> String {
        let name = exported_name(self.prefix, series.metric);
        let run = match series.run {
            Run::Shown => Some("run_id=\"$run_id\"".to_owned()),
            Run::Base => Some("run_id=\"$base_run_id\"".to_owned()),
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

fn fold_word(fold: Fold) -> &'static str {
    match fold {
        Fold::Sum => "sum",
        Fold::Min => "min",
        Fold::Max => "max",
        Fold::Mean => "avg",
        Fold::Deviation => "stddev",
    }
}

fn offset(run: Run) -> &'static str {
    if run == Run::Base { " offset ${shift}s" } else { "" }
}

fn sign(operator: Operator) -> &'static str {
    match operator {
        Operator::Plus => "+",
        Operator::Minus => "-",
        Operator::Times => "*",
        Operator::Over => "/",
        Operator::IsAbove => "> bool",
        Operator::IsAtMost => "<= bool",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metric::catalogue::{HTTP_REQ_DURATION, HTTP_REQ_FAILED, HTTP_REQS, VUS};

    fn spoken(query: &Query) -> String {
        PromQl { prefix: "p_" }.speak(query)
    }

    #[test]
    fn rates_are_summed_and_totals_outlast_the_run() {
        let only = "{run_id=\"$run_id\",scenario=~\"$scenario\"}";
        let reqs = || Series::of(&HTTP_REQS);
        assert_eq!(spoken(&reqs().rate()), format!("sum(rate(p_http_reqs_total{only}[$__rate_interval]))"));
        let by_name = reqs().by(&["name"]).total();
        assert_eq!(spoken(&by_name), format!("sum by (name) (last_over_time(p_http_reqs_total{only}[$__range]))"));
    }

    #[test]
    fn a_share_of_nothing_is_no_point() {
        let share = spoken(&Series::of(&HTTP_REQ_FAILED).of_run(Run::Any).share());
        let all = "p_http_req_failed_total";
        let nonzero = format!("{all}{{condition=\"nonzero\"}}");
        assert_eq!(share, format!("sum(rate({nonzero}[$__rate_interval])) / (sum(rate({all}[$__rate_interval])) > 0)"));
    }

    #[test]
    fn a_quantile_reads_buckets_or_the_native_histogram() {
        let quantile = Series::of(&HTTP_REQ_DURATION).of_run(Run::Any).over(Span::Rolling).quantile(0.99);
        let name = "p_http_req_duration_seconds";
        let buckets = format!("histogram_quantile(0.99, sum by (le, vmrange) (rate({name}_bucket[$window])))");
        let native = format!("histogram_quantile(0.99, sum(rate({name}[$window])))");
        assert_eq!(spoken(&quantile), format!("({buckets} or {native}) >= 0"));
    }

    #[test]
    fn the_compared_run_is_moved_and_steady_windows_stand_still() {
        let users = |run| Series::of(&VUS).of_run(run).level();
        assert!(
            spoken(&users(Run::Base)).ends_with("{run_id=\"$base_run_id\",scenario=~\"$scenario\"} offset ${shift}s)")
        );
        assert!(!spoken(&users(Run::Shown)).contains("offset"));
        let window = |span| spoken(&Series::of(&HTTP_REQS).of_run(Run::Any).over(span).rate());
        assert_eq!(window(Span::First), "sum(rate(p_http_reqs_total[$window] @ ${began} offset -$warmup))");
        assert_eq!(window(Span::Last), "sum(rate(p_http_reqs_total[$window] @ ${ended}))");
    }

    #[test]
    fn a_label_is_asked_for_by_name() {
        let reqs = Series::of(&HTTP_REQS).of_run(Run::Any).having("status", "200").without("name", "");
        assert_eq!(spoken(&reqs.rate()), "sum(rate(p_http_reqs_total{status=\"200\",name!=\"\"}[$__rate_interval]))");
    }

    #[test]
    fn a_divisor_of_zero_is_no_point() {
        let rate = || Series::of(&HTTP_REQS).of_run(Run::Any).rate();
        let per = spoken(&rate().per(rate()));
        let one = "sum(rate(p_http_reqs_total[$__rate_interval]))";
        assert_eq!(per, format!("({one}) / (({one}) > 0)"));
    }
}
