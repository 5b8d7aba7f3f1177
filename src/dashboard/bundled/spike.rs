//! A sudden burst: what failed, for how long, and when did it recover?

use super::{BundledDashboard, shared};
use crate::{
    dashboard::{
        Dashboard, DataSource, Row,
        panel::{ORANGE, Panel, RED},
        query::{Aggregation, Operator, Query, Series, Window},
        transform::Column,
        variable::Variable,
    },
    metric::catalogue::{
        DROPPED_ITERATIONS, HTTP_ERRORS, HTTP_REQS, ITERATIONS, SCHEDULE_LAG, STAGE_ACTIVE, TARGET_RATE, VUS,
    },
};

pub(super) fn dashboard(data_source: DataSource) -> Dashboard {
    Dashboard {
        topic: BundledDashboard::Spike,
        title: "Spike",
        description: "A sudden burst: what failed, for how long, and how long was the recovery?",
        rows: vec![
            Row { title: "Summary", panels: summary() },
            Row { title: "The burst", panels: vec![shared::offered_and_achieved(), shared::response_times()] },
            Row { title: "What failed", panels: vec![shared::failed_share(), shared::errors_by_class()] },
            Row { title: "Backlog", panels: vec![behind(), shared::users(), lag()] },
            Row {
                title: "Before, during, after",
                panels: vec![shared::stages(), phases(), latency_by_stage(), rate_by_stage()],
            },
        ],
        variables: variables(data_source),
        refresh: "5s",
        from: "now-15m",
        stage_step: Some("1s"),
    }
}

fn variables(data_source: DataSource) -> Vec<Variable> {
    let mut variables = shared::run_and_scenario(data_source);
    variables.push(Variable::one_of(
        "window",
        "Window",
        "Length of the baseline window before the burst, and of the recovered window after it",
        &["15s", "5s", "1m", "5m"],
    ));
    if data_source == DataSource::Prometheus {
        let warmup = "The baseline window ends this long after the start of the run; it must end before the burst";
        variables.push(Variable::one_of("warmup", "Warm-up", warmup, &["20s", "10s", "1m", "5m"]));
        variables.extend(shared::run_times(&["1s", "5s", "10s"]));
    }
    variables
}

fn p99() -> Query {
    shared::response_time().quantile(0.99)
}

fn usual() -> Query {
    shared::response_time().over(Window::First).quantile(0.99)
}

/// 1 while p99 is above twice the baseline.
fn disturbed() -> Query {
    p99().and(Operator::Greater, usual().with(Operator::Multiply, 2.0))
}

/// 1 while the target rate is at least 90 % of its peak.
fn bursting() -> Query {
    let wanted = || Series::of(&TARGET_RATE).level();
    wanted().and(Operator::Greater, wanted().over_run(Aggregation::Max).with(Operator::Multiply, 0.9))
}

fn summary() -> Vec<Panel> {
    let failing = Series::of(&HTTP_ERRORS).rate().with(Operator::Greater, 0.0);
    vec![
        Panel::stat("Baseline p99", "p99 of the baseline window before the burst", usual()),
        Panel::peak("Peak p99", "Highest p99 at any point of the run", p99()),
        Panel::stat(
            "Degraded for",
            "Time for which p99 was above twice the baseline",
            Query::TimeTrue(Box::new(disturbed())),
        ),
        Panel::stat(
            "Recovery time",
            "Time from the end of the burst (the target rate falls below 90 % of its peak) to the first full window in \
             which p99 stays below twice the baseline. A later outlier counts as degraded, not here",
            Query::Recovery { burst: Box::new(bursting()), disturbed: Box::new(disturbed()) },
        )
        .no_value("not in this run")
        .sized(8, 4),
        Panel::stat(
            "Time to first failure",
            "Time from the start of the run to its first failed request",
            failing.first_time(),
        )
        .no_value("no failures"),
        shared::requests_in_all(),
        shared::failed_in_all(),
        shared::p99_in_all(),
        shared::peak_rate(),
        Panel::peak("Peak virtual users", "Highest number of active virtual users", Series::of(&VUS).level()),
        shared::dropped_in_all().steps(&[(1.0, ORANGE), (100.0, RED)]),
        shared::recovery_time(),
    ]
}

fn behind() -> Panel {
    let description = "Planned minus completed iterations per second. Above zero a backlog grows, below zero it \
                       shrinks";
    let behind = Series::of(&TARGET_RATE).level().and(Operator::Subtract, Series::of(&ITERATIONS).rate());
    Panel::graph("Iterations behind schedule", description).query("behind", behind).unit("cps").allow_negative()
}

fn lag() -> Panel {
    let description = "Time from a scheduled arrival to the start of its iteration: the delay that the generator adds";
    let lag = |q| Series::of(&SCHEDULE_LAG).quantile(q);
    Panel::graph("Schedule lag", description).query("p99", lag(0.99)).query("max", lag(1.0))
}

fn phases() -> Panel {
    let by = |series: Series| series.by(&["scenario", "stage"]);
    let seconds = || Query::TimeActive(by(Series::of(&STAGE_ACTIVE)));
    let description = "Each stage over its whole duration: before, during and after the burst";
    let columns = Column::all([
        ("Seconds", seconds()),
        ("Requests", by(Series::of(&HTTP_REQS)).total()),
        ("Iterations", by(Series::of(&ITERATIONS)).total()),
        ("Failed", by(shared::failed()).over(Window::Run).share()),
        ("p50", by(shared::response_time()).over(Window::Run).quantile(0.5)),
        ("p99", by(shared::response_time()).over(Window::Run).quantile(0.99)),
        ("Max", by(shared::response_time()).over(Window::Run).quantile(1.0)),
        ("Dropped", by(Series::of(&DROPPED_ITERATIONS)).total()),
    ]);
    Panel::table("Stages", description, columns)
}

fn latency_by_stage() -> Panel {
    let description = "p99 of the requests scheduled in each stage, so that a stall counts for the stage that caused \
                       it";
    Panel::graph("p99 by stage", description)
        .query("stage {stage}", shared::response_time().by(&["stage"]).quantile(0.99))
}

fn rate_by_stage() -> Panel {
    let description = "Iterations per second by the stage in which they were scheduled";
    Panel::graph("Rate by stage", description).query("stage {stage}", Series::of(&ITERATIONS).by(&["stage"]).rate())
}
