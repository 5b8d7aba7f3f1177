//! A sudden burst: what broke, for how long, and when was it as before?

use super::{Topic, evidence as e};
use crate::{
    dashboard::{
        Dashboard, Row, Store,
        panel::{ORANGE, Panel, RED},
        query::{Fold, Operator, Query, Series, Span},
        transform::Column,
        variable::Variable,
    },
    metric::catalogue::{
        DROPPED_ITERATIONS, HTTP_ERRORS, HTTP_REQS, ITERATIONS, SCHEDULE_LAG, STAGE_ACTIVE, TARGET_RATE, VUS,
    },
};

/// The board.
pub(super) fn board(store: Store) -> Dashboard {
    Dashboard {
        topic: Topic::Spike,
        title: "Spike",
        about: "A sudden burst: what broke, for how long, and when was it as before?",
        rows: vec![
            Row { title: "Verdict", panels: verdict() },
            Row { title: "The burst", panels: vec![e::offered_and_achieved(), e::response_times()] },
            Row { title: "What broke", panels: vec![e::failed_share(), e::errors_by_class()] },
            Row { title: "Did work pile up?", panels: vec![behind(), e::users(), lag()] },
            Row {
                title: "Before, during, after",
                panels: vec![e::stages(), phases(), latency_by_stage(), rate_by_stage()],
            },
        ],
        variables: variables(store),
        refresh: "5s",
        from: "now-15m",
        stage_step: Some("1s"),
    }
}

fn variables(store: Store) -> Vec<Variable> {
    let mut variables = e::run_and_scenario(store);
    variables.push(Variable::one_of(
        "window",
        "Window",
        "Length of the window that tells the usual p99, and of the one that is calm after the burst",
        &["15s", "5s", "1m", "5m"],
    ));
    if store == Store::Prometheus {
        let warmup = "The usual p99 is that of the window which ends so long after the start: before the burst";
        variables.push(Variable::one_of("warmup", "Warm-up", warmup, &["20s", "10s", "1m", "5m"]));
        variables.extend(e::run_times(&["1s", "5s", "10s"]));
    }
    variables
}

fn p99() -> Query {
    e::waited().quantile(0.99)
}

fn usual() -> Query {
    e::waited().over(Span::First).quantile(0.99)
}

/// 1 while p99 is above twice the usual.
fn disturbed() -> Query {
    p99().and(Operator::IsAbove, usual().with(Operator::Times, 2.0))
}

/// 1 while the schedule calls for at least nine tenths of its most.
fn bursting() -> Query {
    let wanted = || Series::of(&TARGET_RATE).level();
    wanted().and(Operator::IsAbove, wanted().over_run(Fold::Max).with(Operator::Times, 0.9))
}

fn verdict() -> Vec<Panel> {
    let failing = Series::of(&HTTP_ERRORS).rate().with(Operator::IsAbove, 0.0);
    vec![
        e::agent_verdict(),
        Panel::stat("Usual p99", "p99 of the window before the burst", usual()),
        Panel::peak("Worst p99", "The largest p99 around any point of the run", p99()),
        Panel::stat(
            "Disturbed for",
            "Time in which p99 was above twice the usual",
            Query::TimeTrue(Box::new(disturbed())),
        ),
        Panel::stat(
            "Recovered after",
            "From the end of the burst (the schedule calls for less than nine tenths of its most) to the first moment \
             from which p99 was never above twice the usual for a whole window. A late outlier counts for nothing here, \
             but as disturbed",
            Query::Recovery { burst: Box::new(bursting()), disturbed: Box::new(disturbed()) },
        )
        .when_empty("not in this run"),
        Panel::stat("First failure after", "From the start of the run to its first failed request", failing.first_time())
            .when_empty("none failed"),
        e::requests_in_all(),
        e::failed_in_all(),
        e::p99_in_all(),
        e::peak_rate(),
        Panel::peak("Most users at once", "The largest number of users that were running iterations", Series::of(&VUS).level()),
        e::dropped_in_all().steps(&[(1.0, ORANGE), (100.0, RED)]),
    ]
}

fn behind() -> Panel {
    let about = "Iterations a second that the schedule called for and that did not end: above zero work piles up, below \
                 zero it is worked off";
    let behind = Series::of(&TARGET_RATE).level().and(Operator::Minus, Series::of(&ITERATIONS).rate());
    Panel::graph("Behind the schedule", about).ask("behind", behind).unit("cps").signed()
}

fn lag() -> Panel {
    let about = "From the arrival to the moment a user took it up: how late the generator itself was";
    let lag = |q| Series::of(&SCHEDULE_LAG).quantile(q);
    Panel::graph("Schedule lag", about).ask("p99", lag(0.99)).ask("max", lag(1.0))
}

fn phases() -> Panel {
    let by = |series: Series| series.by(&["scenario", "stage"]);
    let seconds = || Query::TimeActive(by(Series::of(&STAGE_ACTIVE)));
    let about = "Each stage over its whole time: before, during and after the burst side by side";
    let columns = Column::all([
        ("Seconds", seconds()),
        ("Requests", by(Series::of(&HTTP_REQS)).total()),
        ("Iterations", by(Series::of(&ITERATIONS)).total()),
        ("Failed", by(e::failed()).over(Span::Run).share()),
        ("p50", by(e::waited()).over(Span::Run).quantile(0.5)),
        ("p99", by(e::waited()).over(Span::Run).quantile(0.99)),
        ("Max", by(e::waited()).over(Span::Run).quantile(1.0)),
        ("Dropped", by(Series::of(&DROPPED_ITERATIONS)).total()),
    ]);
    Panel::table("Stages", about, columns)
}

fn latency_by_stage() -> Panel {
    let about = "p99 of the requests that were due in each stage, so that a stall counts for the stage that caused it";
    Panel::graph("p99 by stage", about).ask("stage {stage}", e::waited().by(&["stage"]).quantile(0.99))
}

fn rate_by_stage() -> Panel {
    let about = "Iterations a second by the stage in which they were due";
    Panel::graph("Rate by stage", about).ask("stage {stage}", Series::of(&ITERATIONS).by(&["stage"]).rate())
}
