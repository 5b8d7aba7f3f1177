//! More and more: where is the limit, and what gives way first?

use super::{Topic, evidence as e};
use crate::{
    dashboard::{
        Dashboard, Row, Store,
        panel::Panel,
        query::{Fold, Operator, Query, Series, Span},
        transform::Column,
        variable::Variable,
    },
    metric::catalogue::{
        DROPPED_ITERATIONS, HTTP_REQS, ITERATION_DURATION, ITERATIONS, STAGE_ACTIVE, TARGET_RATE, VUS,
    },
};

/// The board.
pub(super) fn board(store: Store) -> Dashboard {
    Dashboard {
        topic: Topic::Stress,
        title: "Stress",
        about: "More and more load: where is the limit, and what gives way first?",
        rows: vec![
            Row { title: "Verdict", panels: verdict() },
            Row { title: "Where does it bend?", panels: vec![knee(), delivered()] },
            Row { title: "Step by step", panels: vec![e::stages(), steps()] },
            Row {
                title: "What gives way?",
                panels: vec![e::offered_and_achieved(), e::response_times(), e::failed_share(), e::errors_by_class()],
            },
            Row { title: "Is it the system or the generator?", panels: vec![little(), e::users()] },
        ],
        variables: variables(store),
        refresh: "5s",
        from: "now-30m",
        stage_step: Some("1s"),
    }
}

fn variables(store: Store) -> Vec<Variable> {
    let mut variables = e::run_and_scenario(store);
    let slo = "Objective for p99, in seconds (InfluxDB: milliseconds)";
    variables.push(Variable::text("slo", "p99 objective", slo, if store == Store::Influx { "500" } else { "0.5" }));
    variables.push(Variable::text("budget", "Error budget", "Share of requests that may fail", "0.01"));
    if store == Store::Prometheus {
        variables.extend(e::run_times(&["5s", "1s", "10s"]));
    }
    variables
}

fn achieved() -> Query {
    Series::of(&HTTP_REQS).rate()
}

fn p99() -> Query {
    e::waited().quantile(0.99)
}

fn verdict() -> Vec<Panel> {
    let kept = p99().with_variable(Operator::IsAtMost, "slo");
    let unfailing = e::failed().share().with_variable(Operator::IsAtMost, "budget");
    let within = achieved().and(Operator::Times, kept).and(Operator::Times, unfailing);
    vec![
        e::agent_verdict(),
        Panel::stat(
            "Most within objectives",
            "The largest rate of requests at which p99 and failures were within their objectives",
            within.over_run(Fold::Max),
        ),
        e::peak_rate(),
        Panel::peak(
            "Most wanted",
            "The largest rate of arrivals that the schedule called for",
            Series::of(&TARGET_RATE).level(),
        )
        .unit("cps")
        .when_empty("closed model"),
        e::delivered_in_all(),
        e::dropped_in_all(),
        e::requests_in_all(),
        e::failed_in_all(),
        e::p99_in_all(),
        Panel::peak("Worst p99", "The largest p99 around any point of the run", p99()),
        Panel::peak(
            "Most users at once",
            "The largest number of users that were running iterations",
            Series::of(&VUS).level(),
        ),
        e::checks_in_all(),
    ]
}

fn knee() -> Panel {
    let about = "Each point is a moment: p99 over the achieved rate. Where the cloud turns upwards is the knee";
    Panel::points("p99 over achieved rate", about).ask("requests a second", achieved()).ask("p99", p99())
}

fn delivered() -> Panel {
    let about = "Each point is a moment: iterations that ended over those that were wanted. Along the diagonal the \
                 system keeps up; where the cloud leaves it, it is at its limit";
    Panel::points("Achieved over wanted rate", about)
        .ask("wanted a second", Series::of(&TARGET_RATE).level())
        .ask("achieved a second", Series::of(&ITERATIONS).rate())
        .unit("cps")
}

fn steps() -> Panel {
    let by = |series: Series| series.by(&["scenario", "stage"]);
    let seconds = || Query::TimeActive(by(Series::of(&STAGE_ACTIVE)));
    let about = "Each step over its whole time. Requests count for the step in which they were due";
    let columns = Column::all([
        ("Seconds", seconds()),
        ("Iterations", by(Series::of(&ITERATIONS)).total()),
        ("Requests", by(Series::of(&HTTP_REQS)).total()),
        ("Failed", by(e::failed()).over(Span::Run).share()),
        ("p50", by(e::waited()).over(Span::Run).quantile(0.5)),
        ("p95", by(e::waited()).over(Span::Run).quantile(0.95)),
        ("p99", by(e::waited()).over(Span::Run).quantile(0.99)),
        ("Dropped", by(Series::of(&DROPPED_ITERATIONS)).total()),
    ]);
    Panel::table("Steps", about, columns)
}

fn little() -> Panel {
    let about = "Little's law: iterations a second times their mean duration is the number of users at work. Where the \
                 two lines part, time is spent where it is not measured, or the load is not steady";
    let expected = Series::of(&ITERATIONS).rate().and(Operator::Times, Series::of(&ITERATION_DURATION).mean());
    Panel::graph("Users and Little's law", about)
        .ask("rate × duration", expected)
        .ask("users", Series::of(&VUS).level())
        .unit("short")
}
