//! The generator and its exports: can the numbers be trusted, and are they all there?

use super::{Topic, evidence as e};
use crate::{
    analysis::validity::{MAX_DROPPED, MAX_LAG_P99, MAX_SOCKETLESS},
    dashboard::{
        Dashboard, Row, Store,
        panel::{GREEN, ORANGE, Panel, RED},
        query::{Operator, Query, Series, Span},
        transform::Column,
    },
    metric::catalogue::{
        DROPPED_ITERATIONS, GENERATOR_CPU, GENERATOR_OPEN_SOCKETS, GENERATOR_RSS, GENERATOR_THROTTLED,
        GENERATOR_WORKER_CPU, HTTP_ERRORS, HTTP_REQ_FAILED, ITERATIONS, OUTPUT_ACKNOWLEDGED, OUTPUT_LAG, OUTPUT_LOST,
        OUTPUT_QUEUE, OUTPUT_REJECTED, OUTPUT_RETRIES, OUTPUT_SENT, SCHEDULE_LAG, SERIES_FOLDED,
    },
    units::{show_duration, show_share},
};

/// The board.
pub(super) fn board(store: Store) -> Dashboard {
    Dashboard {
        topic: Topic::Generator,
        title: "Generator and exports",
        about: "Can the numbers be trusted? What the generator itself cost and missed, and what became of its exports",
        rows: vec![
            Row { title: "Verdict", panels: verdict() },
            Row { title: "Was the generator on time?", panels: vec![lag(), late()] },
            Row { title: "Was it short of something?", panels: vec![processor(), throttled(), memory(), sockets()] },
            Row { title: "Are the exports complete?", panels: vec![export_lag(), samples(), queue(), retries()] },
            Row { title: "Detail", panels: vec![outputs()] },
        ],
        variables: e::run_and_scenario(store),
        refresh: "5s",
        from: "now-15m",
        stage_step: Some("5s"),
    }
}

fn lag_of_run(q: f64) -> Query {
    Series::of(&SCHEDULE_LAG).over(Span::Run).quantile(q)
}

fn counted(metric: &'static crate::metric::MetricDef) -> Query {
    Series::of(metric).total().or_zero()
}

/// 1 within the bounds of the run's verdict, and when this store has all that the run told.
fn trustworthy() -> Query {
    let none = |metric| counted(metric).with(Operator::IsAtMost, 0.0);
    let dropped = || counted(&DROPPED_ITERATIONS);
    let few_dropped = at_most(dropped(), MAX_DROPPED, dropped().and(Operator::Plus, counted(&ITERATIONS)));
    let without_socket = Series::of(&HTTP_ERRORS).having("error_class", "no_socket").total().or_zero();
    let sockets = at_most(without_socket, MAX_SOCKETLESS, Series::of(&HTTP_REQ_FAILED).total().or_zero());
    let on_time = lag_of_run(0.99).or_zero().with(Operator::IsAtMost, MAX_LAG_P99.as_secs_f64());
    [sockets, on_time, none(&OUTPUT_REJECTED), none(&OUTPUT_LOST)]
        .into_iter()
        .fold(few_dropped, |all, one| all.and(Operator::Times, one))
}

/// 1 when a count is at most this share of another; also when both are zero.
fn at_most(part: Query, share: f64, whole: Query) -> Query {
    part.and(Operator::IsAtMost, whole.with(Operator::Times, share))
}

fn verdict() -> Vec<Panel> {
    let zero = |title, about, metric| Panel::stat(title, about, counted(metric)).when_empty("0").steps(&[(1.0, RED)]);
    vec![
        e::agent_verdict(),
        Panel::stat(
            "Trustworthy",
            &format!(
                "Within the bounds of the run's verdict: at most {} of the iterations dropped, p99 of the lateness at \
                 most {}, at most {} of the requests without a socket; and no sample rejected or lost, so that the \
                 boards show everything. The panels below say why not",
                show_share(MAX_DROPPED),
                show_duration(MAX_LAG_P99),
                show_share(MAX_SOCKETLESS)
            ),
            trustworthy(),
        )
        .words(&[(0, "no", RED), (1, "yes", GREEN)]),
        Panel::stat(
            "Lateness, p99",
            "From an arrival to the moment a user took it up: the generator's own lateness",
            lag_of_run(0.99),
        )
        .when_empty("closed model")
        .steps(&[(MAX_LAG_P99.as_secs_f64(), RED)]),
        e::dropped_in_all(),
        zero("Samples rejected", "Samples that a receiver refused for good", &OUTPUT_REJECTED),
        zero("Observations folded", "Observations past the limit of series, counted under `other`", &SERIES_FOLDED),
    ]
}

fn lag() -> Panel {
    let about = "From an arrival to the moment a user took it up. It is part of what users wait for, and it is measured \
                 instead of hidden";
    let lag = |q| Series::of(&SCHEDULE_LAG).quantile(q);
    Panel::graph("Lateness of the generator", about).ask("p50", lag(0.5)).ask("p99", lag(0.99)).ask("max", lag(1.0))
}

fn late() -> Panel {
    let about = "Iterations a second for which no user was free, or that were never begun. Empty while none is dropped";
    Panel::graph("Dropped iterations", about)
        .ask("{scenario}", Series::of(&DROPPED_ITERATIONS).by(&["scenario"]).rate())
}

fn processor() -> Panel {
    let about = "Processor time a second; 100 % is one core. Threads that make load should stay well below the number \
                 of cores";
    Panel::graph("Processor", about)
        .ask("all threads", Series::of(&GENERATOR_CPU).rate())
        .ask("threads that make load", Series::of(&GENERATOR_WORKER_CPU).rate())
}

fn throttled() -> Panel {
    let about = "Time a second for which the container's quota held the generator back: latencies measured meanwhile are \
                 not the system's";
    Panel::graph("Throttled by the quota", about).ask("throttled", Series::of(&GENERATOR_THROTTLED).rate())
}

fn memory() -> Panel {
    Panel::graph("Memory", "Resident memory of the generator: it depends on users and series, not on time")
        .ask("resident", Series::of(&GENERATOR_RSS).level())
}

fn sockets() -> Panel {
    Panel::graph("Connections", "Open connections to the target")
        .ask("open", Series::of(&GENERATOR_OPEN_SOCKETS).level())
}

fn by_output(metric: &'static crate::metric::MetricDef) -> Series {
    Series::of(metric).by(&["output"])
}

fn export_lag() -> Panel {
    let about = "Age of the oldest interval that a sink has not delivered. During an outage it grows, then it falls to \
                 nothing: what is late is not lost";
    Panel::graph("Export lag", about).ask("{output}", by_output(&OUTPUT_LAG).highest()).steps(&[(30.0, ORANGE)])
}

fn samples() -> Panel {
    let about = "Samples a second that were sent, attempts included, and that receivers took";
    Panel::graph("Samples", about)
        .ask("{output} sent", by_output(&OUTPUT_SENT).rate())
        .ask("{output} taken", by_output(&OUTPUT_ACKNOWLEDGED).rate())
}

fn queue() -> Panel {
    let about = "Bytes of the run's logs that a sink has not read yet: on disk, not in memory";
    Panel::graph("Waiting on disk", about).ask("{output}", by_output(&OUTPUT_QUEUE).level())
}

fn retries() -> Panel {
    let about = "Pushes a second that had to be repeated";
    Panel::graph("Repeated pushes", about).ask("{output}", by_output(&OUTPUT_RETRIES).rate())
}

fn outputs() -> Panel {
    let total = |metric| by_output(metric).total();
    let about = "The account of each sink: sent = taken + rejected + still on disk + lost";
    let columns = Column::all([
        ("Sent", total(&OUTPUT_SENT)),
        ("Taken", total(&OUTPUT_ACKNOWLEDGED)),
        ("Rejected", total(&OUTPUT_REJECTED)),
        ("Lost", total(&OUTPUT_LOST)),
        ("Repeated pushes", total(&OUTPUT_RETRIES)),
        ("Lag", by_output(&OUTPUT_LAG).over(Span::Run).highest()),
        ("Waiting", by_output(&OUTPUT_QUEUE).over(Span::Run).level()),
    ]);
    Panel::table("Sinks", about, columns)
}
