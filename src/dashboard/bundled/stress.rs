//! Increasing load: where is the limit, and what fails first?

use super::{BundledDashboard, shared};
use crate::{
    dashboard::{
        Dashboard, DataSource, Row,
        panel::Panel,
        query::{Aggregation, Operator, Query, Series, Window},
        transform::Column,
        variable::Variable,
    },
    metric::catalogue::{
        DROPPED_ITERATIONS, HTTP_REQS, ITERATION_DURATION, ITERATIONS, STAGE_ACTIVE, TARGET_RATE, VUS,
    },
};

pub(super) fn dashboard(data_source: DataSource) -> Dashboard {
    Dashboard {
        topic: BundledDashboard::Stress,
        title: "Stress",
        description: "Increasing load: where is the limit, and what fails first?",
        rows: vec![
            Row { title: "Summary", panels: summary() },
            Row { title: "Where is the knee?", panels: vec![knee(), delivered()] },
            Row { title: "By stage", panels: vec![shared::stages(), stages()] },
            Row {
                title: "What fails first?",
                panels: vec![
                    shared::offered_and_achieved(),
                    shared::response_times(),
                    shared::failed_share(),
                    shared::errors_by_class(),
                ],
            },
            Row { title: "System or generator?", panels: vec![little(), shared::users()] },
        ],
        variables: variables(data_source),
        refresh: "5s",
        from: "now-30m",
        stage_step: Some("1s"),
    }
}

fn variables(data_source: DataSource) -> Vec<Variable> {
    let mut variables = shared::run_and_scenario(data_source);
    variables.extend(shared::objectives(data_source));
    if data_source == DataSource::Prometheus {
        variables.extend(shared::run_times(&["5s", "1s", "10s"]));
    }
    variables
}

fn achieved() -> Query {
    Series::of(&HTTP_REQS).rate()
}

fn p99() -> Query {
    shared::response_time().quantile(0.99)
}

fn summary() -> Vec<Panel> {
    let kept = p99().with_variable(Operator::LessOrEqual, "slo");
    let unfailing = shared::failed().share().with_variable(Operator::LessOrEqual, "budget");
    let within = achieved().and(Operator::Multiply, kept).and(Operator::Multiply, unfailing);
    vec![
        Panel::stat(
            "Max rate within SLO",
            "Highest request rate at which p99 and error rate were within their objectives",
            within.over_run(Aggregation::Max),
        )
        .sized(8, 4),
        shared::peak_rate(),
        Panel::peak(
            "Peak target rate",
            "Highest arrival rate that the schedule planned",
            Series::of(&TARGET_RATE).level(),
        )
        .unit("cps")
        .no_value("closed model"),
        shared::delivered_in_all(),
        shared::dropped_in_all(),
        shared::requests_in_all(),
        shared::failed_in_all(),
        shared::p99_in_all(),
        Panel::peak("Peak p99", "Highest p99 at any point of the run", p99()),
        Panel::peak("Peak virtual users", "Highest number of active virtual users", Series::of(&VUS).level()),
        shared::checks_in_all(),
        shared::last_good_rate(),
        shared::max_sustained_rate(),
    ]
}

fn knee() -> Panel {
    let description = "p99 against the achieved rate, one point per sample. The knee is where the points turn upwards";
    Panel::points("p99 vs achieved rate", description).query("requests/s", achieved()).query("p99", p99())
}

fn delivered() -> Panel {
    let description = "Achieved against target rate, one point per sample. On the diagonal the system keeps up; below \
                       it the system is at its limit";
    Panel::points("Achieved vs target rate", description)
        .query("target/s", Series::of(&TARGET_RATE).level())
        .query("achieved/s", Series::of(&ITERATIONS).rate())
        .unit("cps")
}

fn stages() -> Panel {
    let by = |series: Series| series.by(&["scenario", "stage"]);
    let seconds = || Query::TimeActive(by(Series::of(&STAGE_ACTIVE)));
    let description = "Each stage over its whole duration. Requests count for the stage in which they were scheduled";
    let columns = Column::all([
        ("Seconds", seconds()),
        ("Iterations", by(Series::of(&ITERATIONS)).total()),
        ("Requests", by(Series::of(&HTTP_REQS)).total()),
        ("Failed", by(shared::failed()).over(Window::Run).share()),
        ("p50", by(shared::response_time()).over(Window::Run).quantile(0.5)),
        ("p95", by(shared::response_time()).over(Window::Run).quantile(0.95)),
        ("p99", by(shared::response_time()).over(Window::Run).quantile(0.99)),
        ("Dropped", by(Series::of(&DROPPED_ITERATIONS)).total()),
    ]);
    Panel::table("Stages", description, columns)
}

fn little() -> Panel {
    let description = "Little's law: iteration rate times mean duration equals the number of active users. Where the \
                       lines differ, the load is not steady or time is not measured";
    let expected = Series::of(&ITERATIONS).rate().and(Operator::Multiply, Series::of(&ITERATION_DURATION).mean());
    Panel::graph("Users and Little's law", description)
        .query("rate × duration", expected)
        .query("users", Series::of(&VUS).level())
        .unit("short")
}
