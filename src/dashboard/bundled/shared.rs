//! Panels and variables that several dashboards share.

use crate::{
    dashboard::{
        DataSource, Row,
        panel::{GREEN, ORANGE, Panel, RED},
        query::{Operator, Query, Series, Window},
        target::Target,
        variable::{RunTime, Variable},
    },
    metric::{
        MetricDef,
        catalogue::{
            CHECKS, DROPPED_ITERATIONS, HTTP_ERRORS, HTTP_REQ_FAILED, HTTP_REQ_RESPONSE_TIME, HTTP_REQS, ITERATIONS,
            RUN_INFO, STAGE_ACTIVE, TARGET_RATE, VERDICT_DEGRADATION, VERDICT_LAST_GOOD_RATE, VERDICT_LEAK,
            VERDICT_MAX_SUSTAINED_RATE, VERDICT_RECOVERY_TIME, VUS, VUS_MAX,
        },
    },
};

/// Response time from the intended start.
pub(super) fn response_time() -> Series {
    Series::of(&HTTP_REQ_RESPONSE_TIME)
}

/// Requests that failed.
pub(super) fn failed() -> Series {
    Series::of(&HTTP_REQ_FAILED)
}

/// Share of the planned load that was delivered, over the whole run.
pub(super) fn delivered_in_all() -> Panel {
    let ended = || Series::of(&ITERATIONS).total();
    let promised = ended().and(Operator::Add, Series::of(&DROPPED_ITERATIONS).total().or_zero());
    let description = "Completed iterations divided by completed and dropped ones, over the whole run";
    Panel::stat("Delivered load", description, ended().per(promised)).thresholds_rising(&SHOULD_BE_WHOLE)
}

/// Completed over planned iterations per second, both over the same window.
pub(super) fn delivered() -> Query {
    let (ended, wanted) = (Series::of(&ITERATIONS), Series::of(&TARGET_RATE));
    ended.over(Window::Rolling).rate().per(wanted.over(Window::Rolling).level())
}

/// The run, and in Prometheus the scenarios.
pub(super) fn run_and_scenario(data_source: DataSource) -> Vec<Variable> {
    let run = Variable::one("run_id", "Run", "One run. The dashboard Compare shows two", (&RUN_INFO, "run_id"));
    let scenario = || Variable::many("scenario", "Scenario", "Scenarios of the run", (&ITERATIONS, "scenario"));
    match data_source {
        DataSource::Prometheus => vec![run, scenario()],
        DataSource::InfluxDb => vec![run],
    }
}

/// The objectives that a run is compared with.
pub(super) fn objectives(data_source: DataSource) -> [Variable; 2] {
    let slo = "Objective for p99 in seconds (InfluxDB: milliseconds)";
    let default = if data_source == DataSource::InfluxDb { "500" } else { "0.5" };
    [
        Variable::text("slo", "p99 SLO", slo, default),
        Variable::text("budget", "Error budget", "Share of requests that may fail", "0.01"),
    ]
}

/// Start and end of the run in the data source, and the resolution of subqueries.
pub(super) fn run_times(resolutions: &'static [&'static str]) -> Vec<Variable> {
    let description = "Step of the subqueries that compute the summary";
    vec![
        Variable::one_of("resolution", "Resolution", description, resolutions),
        Variable::time(RunTime::ApproximateStart),
        Variable::time(RunTime::ApproximateEnd),
        Variable::time(RunTime::Start),
        Variable::time(RunTime::End),
    ]
}

pub(super) fn requests_in_all() -> Panel {
    let description = "Requests of which at least one byte was written, up to the end of the time range";
    Panel::stat("Requests", description, Series::of(&HTTP_REQS).total())
}

pub(super) fn failed_in_all() -> Panel {
    let description = "Share of requests without a response or with an unexpected status, over the whole run";
    Panel::stat("Failed", description, failed().over(Window::Run).share()).steps(&[(0.001, ORANGE), (0.01, RED)])
}

pub(super) fn p99_in_all() -> Panel {
    let description = "99th percentile of the response time over the whole run, from the histogram of all requests, \
                       not an average of percentiles";
    Panel::stat("p99, whole run", description, response_time().over(Window::Run).quantile(0.99))
}

pub(super) fn peak_rate() -> Panel {
    let description = "Highest request rate in the time range";
    Panel::peak("Peak rate", description, Series::of(&HTTP_REQS).rate())
}

pub(super) fn dropped_in_all() -> Panel {
    let description = "Arrivals that found no free user, and iterations that never started, over the whole run: load \
                       that was not delivered";
    let dropped = Series::of(&DROPPED_ITERATIONS).total().or_zero();
    Panel::stat("Dropped iterations", description, dropped).no_value("0").steps(&[(1.0, RED)])
}

pub(super) fn checks_in_all() -> Panel {
    let description = "Share of passed checks over the whole run";
    Panel::stat("Checks passed", description, Series::of(&CHECKS).over(Window::Run).share()).no_value("no checks")
}

pub(super) fn offered_and_achieved() -> Panel {
    let description = "Arrivals per second that the schedule plans, and completed iterations per second. A gap is load \
                       that was dropped or is still in flight";
    Panel::graph("Target and achieved rate", description)
        .query("target", Series::of(&TARGET_RATE).level())
        .query("achieved", Series::of(&ITERATIONS).rate())
        .query("requests", Series::of(&HTTP_REQS).rate())
        .query("dropped", Series::of(&DROPPED_ITERATIONS).rate())
        .unit("cps")
}

pub(super) fn users() -> Panel {
    let description = "Active and allocated virtual users. In an open model, more active users mean that responses are \
                       slower than arrivals";
    Panel::graph("Virtual users", description)
        .query("active", Series::of(&VUS).level())
        .query("allocated", Series::of(&VUS_MAX).level())
}

pub(super) fn response_times() -> Panel {
    let description = "Response time from the intended start to the last byte: quantiles over all requests. Dots are \
                       exemplars; they link to traces";
    Panel::graph("Response time", description)
        .target(Target::new("p50", response_time().quantile(0.5)))
        .target(Target::new("p90", response_time().quantile(0.9)))
        .target(Target::new("p99", response_time().quantile(0.99)).with_exemplars())
        .target(Target::new("max", response_time().quantile(1.0)))
}

pub(super) fn failed_share() -> Panel {
    let description = "Share of failed requests over time: no response, or an unexpected status";
    Panel::graph("Failed requests", description).query("failed", failed().share())
}

pub(super) fn errors_by_class() -> Panel {
    let description = "Errors per second by class: the phase in which a request failed, or its status. Empty while \
                       nothing fails";
    // Successful requests have an error counter of zero with an empty class.
    let classified = Series::of(&HTTP_ERRORS).without("error_class", "").without("error_class", LIMITED);
    Panel::graph("Errors by class", description)
        .query("{error_class}", classified.by(&["error_class"]).rate())
        .stacked()
}

/// The class of requests with an expected rate-limit status; they are not failures.
pub(super) const LIMITED: &str = "limited";

pub(super) fn stages() -> Panel {
    let description = "When each stage of each scenario was active. Scenarios with a single stage are not shown";
    Panel::states("Stages", description)
        .query("{scenario} / {stage}", Series::of(&STAGE_ACTIVE).by(&["scenario", "stage"]).highest())
        .no_value("a single stage")
}

/// A finding at the end of a run.
fn finding(title: &str, description: &str, metric: &'static MetricDef) -> Panel {
    Panel::stat(title, description, Series::of(metric).over(Window::Run).highest()).no_value("not in this run")
}

pub(super) fn degradation() -> Panel {
    let description = "loadagent's own finding at the end of a run with at least nine minutes of constant load: the largest change of \
                       a response time for the worse, as a share of its start. 0 % if none drifts";
    finding("Verdict: degradation", description, &VERDICT_DEGRADATION)
        .unit("percentunit")
        .steps(&[(0.05, ORANGE), (0.2, RED)])
}

pub(super) fn recovery_time() -> Panel {
    let description = "loadagent's own finding at the end of the run: the longest time from the end of a spike until latency, \
                       failures and busy users were back to normal, by the seconds in which requests were due. Nothing if one was \
                       not recovered from";
    finding("Verdict: recovery time", description, &VERDICT_RECOVERY_TIME)
}

pub(super) fn last_good_rate() -> Panel {
    let description = "loadagent's own finding at the end of the run: arrivals per second of the last step at which thresholds held \
                       and throughput followed";
    finding("Verdict: last good rate", description, &VERDICT_LAST_GOOD_RATE).unit("cps")
}

pub(super) fn max_sustained_rate() -> Panel {
    let description = "loadagent's own finding at the end of a search for the breaking point: the highest rate of arrivals that held, \
                       tried twice";
    finding("Verdict: max sustained rate", description, &VERDICT_MAX_SUSTAINED_RATE).unit("cps")
}

pub(super) fn leak() -> Panel {
    let description = "loadagent's own finding at the end of a run that scraped targets: whether memory, file handles, connections, \
                       goroutines or threads of a target grow without end, without what the load explains";
    finding("Verdict: leak", description, &VERDICT_LEAK).words(&[(0, "no", GREEN), (1, "yes", RED)])
}

/// All findings.
pub(super) fn verdicts() -> Row {
    let panels = vec![degradation(), recovery_time(), last_good_rate(), max_sustained_rate(), leak()];
    Row { title: "Verdicts at the end of the run", panels }
}

/// Thresholds of a share that should be 100 %.
pub(super) const SHOULD_BE_WHOLE: [(f64, &str); 2] = [(0.95, ORANGE), (0.99, GREEN)];
