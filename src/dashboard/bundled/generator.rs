//! Health of the generator and its outputs: are the results valid and complete?

use super::{BundledDashboard, shared};
use crate::{
    analysis::validity::{MAX_DROPPED, MAX_LAG_P99, MAX_SOCKETLESS},
    dashboard::{
        Dashboard, DataSource, Row,
        panel::{GREEN, ORANGE, Panel, RED},
        query::{Operator, Query, Series, Window},
        transform::Column,
    },
    metric::catalogue::{
        DROPPED_ITERATIONS, GENERATOR_CPU, GENERATOR_OPEN_SOCKETS, GENERATOR_RSS, GENERATOR_THROTTLED,
        GENERATOR_WORKER_CPU, HTTP_ERRORS, HTTP_REQ_FAILED, ITERATIONS, OUTPUT_ACKNOWLEDGED, OUTPUT_LAG, OUTPUT_LOST,
        OUTPUT_QUEUE, OUTPUT_REJECTED, OUTPUT_RETRIES, OUTPUT_SENT, SCHEDULE_LAG, SERIES_FOLDED,
    },
    units::{show_duration, show_share},
};

pub(super) fn dashboard(data_source: DataSource) -> Dashboard {
    Dashboard {
        topic: BundledDashboard::Generator,
        title: "Generator and outputs",
        description: "Are the results valid? Health of the load generator and of its outputs",
        rows: vec![
            Row { title: "Summary", panels: summary() },
            Row { title: "Was the generator on schedule?", panels: vec![lag(), late()] },
            Row { title: "Generator resources", panels: vec![processor(), throttled(), memory(), sockets()] },
            Row { title: "Are the outputs complete?", panels: vec![export_lag(), samples(), queue(), retries()] },
            shared::verdicts(),
            Row { title: "Details", panels: vec![outputs()] },
        ],
        variables: shared::run_and_scenario(data_source),
        refresh: "5s",
        from: "now-15m",
        stage_step: Some("5s"),
    }
}

fn lag_of_run(q: f64) -> Query {
    Series::of(&SCHEDULE_LAG).over(Window::Run).quantile(q)
}

fn counted(metric: &'static crate::metric::MetricDef) -> Query {
    Series::of(metric).total().or_zero()
}

/// 1 if the run is within the limits of the verdict `invalid` and the data source has all samples.
fn results_valid() -> Query {
    let none = |metric| counted(metric).with(Operator::LessOrEqual, 0.0);
    let dropped = || counted(&DROPPED_ITERATIONS);
    let few_dropped = at_most(dropped(), MAX_DROPPED, dropped().and(Operator::Add, counted(&ITERATIONS)));
    let without_socket = Series::of(&HTTP_ERRORS).having("error_class", "no_socket").total().or_zero();
    let sockets = at_most(without_socket, MAX_SOCKETLESS, Series::of(&HTTP_REQ_FAILED).total().or_zero());
    let on_time = lag_of_run(0.99).or_zero().with(Operator::LessOrEqual, MAX_LAG_P99.as_secs_f64());
    [sockets, on_time, none(&OUTPUT_REJECTED), none(&OUTPUT_LOST)]
        .into_iter()
        .fold(few_dropped, |all, one| all.and(Operator::Multiply, one))
}

/// 1 if a count is at most this share of another, or both are zero.
fn at_most(part: Query, share: f64, whole: Query) -> Query {
    part.and(Operator::LessOrEqual, whole.with(Operator::Multiply, share))
}

fn summary() -> Vec<Panel> {
    let zero = |title, description, metric| {
        Panel::stat(title, description, counted(metric)).no_value("0").steps(&[(1.0, RED)])
    };
    vec![
        Panel::stat(
            "Results valid",
            &format!(
                "Whether the run is within the limits of the verdict `invalid`: at most {} of the iterations dropped, \
                 p99 of the schedule lag at most {}, at most {} of the requests failed for lack of a socket; and no \
                 sample was rejected or lost. The panels below show the cause",
                show_share(MAX_DROPPED),
                show_duration(MAX_LAG_P99),
                show_share(MAX_SOCKETLESS)
            ),
            results_valid(),
        )
        .words(&[(0, "no", RED), (1, "yes", GREEN)])
        .sized(8, 4),
        Panel::stat(
            "Schedule lag, p99",
            "Time from a scheduled arrival to the start of its iteration: the delay that the generator adds",
            lag_of_run(0.99),
        )
        .no_value("closed model")
        .steps(&[(MAX_LAG_P99.as_secs_f64(), RED)]),
        shared::dropped_in_all(),
        zero("Samples rejected", "Samples that a receiver rejected permanently", &OUTPUT_REJECTED),
        zero("Series limit overflow", "Observations beyond the limit of series, counted under `other`", &SERIES_FOLDED),
    ]
}

fn lag() -> Panel {
    let description = "Time from a scheduled arrival to the start of its iteration. It is part of the response time";
    let lag = |q| Series::of(&SCHEDULE_LAG).quantile(q);
    Panel::graph("Schedule lag", description).query("p50", lag(0.5)).query("p99", lag(0.99)).query("max", lag(1.0))
}

fn late() -> Panel {
    let description = "Arrivals per second that found no free user, and iterations that never started. Empty while \
                       none is dropped";
    Panel::graph("Dropped iterations", description)
        .query("{scenario}", Series::of(&DROPPED_ITERATIONS).by(&["scenario"]).rate())
}

fn processor() -> Panel {
    let description = "CPU usage; 100 % is one core. The workers should stay well below the number of cores";
    Panel::graph("CPU", description)
        .query("all threads", Series::of(&GENERATOR_CPU).rate())
        .query("workers", Series::of(&GENERATOR_WORKER_CPU).rate())
}

fn throttled() -> Panel {
    let description = "Time per second for which the container's CPU quota throttled the generator. Latencies measured \
                       then are not those of the system under test";
    Panel::graph("CPU throttling", description).query("throttled", Series::of(&GENERATOR_THROTTLED).rate())
}

fn memory() -> Panel {
    Panel::graph("Memory", "Resident memory of the generator. It depends on users and series, not on time")
        .query("resident", Series::of(&GENERATOR_RSS).level())
}

fn sockets() -> Panel {
    Panel::graph("Connections", "Open connections to the target")
        .query("open", Series::of(&GENERATOR_OPEN_SOCKETS).level())
}

fn by_output(metric: &'static crate::metric::MetricDef) -> Series {
    Series::of(metric).by(&["output"])
}

fn export_lag() -> Panel {
    let description = "Age of the oldest interval that an output has not delivered. It grows while a receiver is \
                       unavailable and falls when the backlog is sent";
    Panel::graph("Export lag", description).query("{output}", by_output(&OUTPUT_LAG).highest()).steps(&[(30.0, ORANGE)])
}

fn samples() -> Panel {
    let description = "Samples per second sent (retries excluded) and acknowledged by receivers";
    Panel::graph("Samples", description)
        .query("{output} sent", by_output(&OUTPUT_SENT).rate())
        .query("{output} acknowledged", by_output(&OUTPUT_ACKNOWLEDGED).rate())
}

fn queue() -> Panel {
    let description = "Bytes of the run's logs that an output has not read yet. They are on disk, not in memory";
    Panel::graph("Backlog on disk", description).query("{output}", by_output(&OUTPUT_QUEUE).level())
}

fn retries() -> Panel {
    let description = "Retried pushes per second";
    Panel::graph("Retries", description).query("{output}", by_output(&OUTPUT_RETRIES).rate())
}

fn outputs() -> Panel {
    let total = |metric| by_output(metric).total();
    let description = "Delivery counts of each output over the whole run";
    let columns = Column::all([
        ("Sent", total(&OUTPUT_SENT)),
        ("Acknowledged", total(&OUTPUT_ACKNOWLEDGED)),
        ("Rejected", total(&OUTPUT_REJECTED)),
        ("Lost", total(&OUTPUT_LOST)),
        ("Retries", total(&OUTPUT_RETRIES)),
        ("Lag", by_output(&OUTPUT_LAG).over(Window::Run).highest()),
        ("Backlog", by_output(&OUTPUT_QUEUE).over(Window::Run).level()),
    ]);
    Panel::table("Outputs", description, columns)
}
