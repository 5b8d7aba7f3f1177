//! A run in progress: delivered load, latency, errors, slow steps.

use super::{BundledDashboard, shared};
use crate::{
    dashboard::{
        Dashboard, DataSource, Row,
        panel::Panel,
        query::{Query, Series, Window},
        target::Target,
        transform::Column,
    },
    metric::catalogue::{
        CHECKS, DATA_RECEIVED, DATA_SENT, GROUP_DURATION, HTTP_REQ_BLOCKED, HTTP_REQ_CONNECTING, HTTP_REQ_DURATION,
        HTTP_REQ_RECEIVING, HTTP_REQ_RESPONSE_TIME, HTTP_REQ_SENDING, HTTP_REQ_TLS_HANDSHAKING, HTTP_REQ_WAITING,
        HTTP_REQS, ITERATION_DURATION, ITERATION_FAILURES, ITERATION_RESPONSE_TIME, PARALLEL_WIDTH,
    },
};

pub(super) fn dashboard(data_source: DataSource) -> Dashboard {
    Dashboard {
        topic: BundledDashboard::Live,
        title: "Live",
        description: "A run in progress: is the planned load delivered, how fast are responses, and which steps are \
                      slow?",
        rows: vec![
            Row {
                title: "Summary",
                panels: vec![
                    shared::requests_in_all(),
                    shared::failed_in_all(),
                    shared::p99_in_all(),
                    shared::peak_rate(),
                    shared::dropped_in_all(),
                    shared::checks_in_all(),
                ],
            },
            Row {
                title: "Was the planned load delivered?",
                panels: vec![shared::offered_and_achieved(), shared::users(), shared::stages()],
            },
            Row {
                title: "Latency and errors",
                panels: vec![
                    shared::response_times(),
                    distribution(),
                    shared::failed_share(),
                    shared::errors_by_class(),
                    ended_early(),
                    limited(),
                ],
            },
            Row { title: "Steps and groups", panels: vec![endpoints(), groups()] },
            shared::verdicts(),
            Row {
                title: "Details",
                panels: vec![phases(), service_time(), iterations(), parallel_width(), transfer(), checks()],
            },
        ],
        variables: shared::run_and_scenario(data_source),
        refresh: "5s",
        from: "now-15m",
        stage_step: Some("5s"),
    }
}

fn distribution() -> Panel {
    let description = "Response time histogram over time. The second query is for VictoriaMetrics' `vmrange` buckets; \
                       only one of the two has data";
    let series = || Series::of(&HTTP_REQ_RESPONSE_TIME);
    Panel::heatmap("Response time distribution", description)
        .target(Target::new("{le}", Query::Buckets(series())))
        .target(Target::new("{le}", Query::VictoriaBuckets(series())))
        .unit("s")
}

fn endpoints() -> Panel {
    let by = |series: Series| series.by(&["name"]);
    let response_time = |q| by(shared::response_time()).over(Window::Run).quantile(q);
    let description = "Each step over the whole run. Response times count from the intended start";
    let columns = Column::all([
        ("Requests", by(Series::of(&HTTP_REQS)).total()),
        ("Failed", by(shared::failed()).over(Window::Run).share()),
        ("p50", response_time(0.5)),
        ("p95", response_time(0.95)),
        ("p99", response_time(0.99)),
        ("Max", response_time(1.0)),
        ("Received", by(Series::of(&DATA_RECEIVED)).total()),
    ]);
    Panel::table("Steps", description, columns)
}

fn ended_early() -> Panel {
    let description = "Iterations per second that ended early, by reason: a `fail` step, or a missing value. Their \
                       requests may all have succeeded. Empty while none fails";
    Panel::graph("Failed iterations", description)
        .query("{reason}", Series::of(&ITERATION_FAILURES).by(&["reason"]).rate())
        .stacked()
}

fn limited() -> Panel {
    let description = "Requests per second with a status that the profile expects as rate limiting (`expect: {limited: \
                       429}`). They are not failures. Empty without any";
    Panel::graph("Rate-limited requests", description)
        .query("limited", Series::of(&HTTP_REQS).having("error_class", shared::LIMITED).rate())
}

fn groups() -> Panel {
    let took = |q| Series::of(&GROUP_DURATION).by(&["group"]).over(Window::Run).quantile(q);
    let description = "Duration of each group, from its first step to its last, over the whole run. Empty without \
                       groups";
    let columns = Column::all([("p50", took(0.5)), ("p95", took(0.95)), ("p99", took(0.99)), ("Max", took(1.0))]);
    Panel::table("Groups", description, columns)
}

fn parallel_width() -> Panel {
    let description = "Largest number of requests that one parallel block had in flight at once. Empty without \
                       parallel blocks";
    let width = |q| Series::of(&PARALLEL_WIDTH).quantile(q);
    Panel::graph("Parallel block concurrency", description).query("p50", width(0.5)).query("max", width(1.0))
}

fn phases() -> Panel {
    let description = "p95 of each phase of a request. Percentiles of phases do not add up to the percentile of the \
                       whole";
    let phases = [
        ("blocked", &HTTP_REQ_BLOCKED),
        ("TCP connect", &HTTP_REQ_CONNECTING),
        ("TLS handshake", &HTTP_REQ_TLS_HANDSHAKING),
        ("sending", &HTTP_REQ_SENDING),
        ("waiting (TTFB)", &HTTP_REQ_WAITING),
        ("receiving", &HTTP_REQ_RECEIVING),
    ];
    let panel = Panel::graph("Request phases, p95", description);
    phases.into_iter().fold(panel, |panel, (legend, metric)| panel.query(legend, Series::of(metric).quantile(0.95)))
}

fn service_time() -> Panel {
    let description = "Response time counts from the intended start, service time from the first byte sent. The \
                       difference is waiting for a connection or for the generator";
    Panel::graph("Response and service time, p99", description)
        .query("response time", shared::response_time().quantile(0.99))
        .query("service time", Series::of(&HTTP_REQ_DURATION).quantile(0.99))
}

fn iterations() -> Panel {
    let description = "Duration of iterations from their start and, in open models, from their arrival";
    Panel::graph("Iteration duration, p95", description)
        .query("duration", Series::of(&ITERATION_DURATION).quantile(0.95))
        .query("from arrival", Series::of(&ITERATION_RESPONSE_TIME).quantile(0.95))
}

fn transfer() -> Panel {
    Panel::graph("Transfer", "Bytes per second over all connections")
        .query("received", Series::of(&DATA_RECEIVED).rate())
        .query("sent", Series::of(&DATA_SENT).rate())
}

fn checks() -> Panel {
    let description = "Share of passed checks over time";
    Panel::graph("Checks", description).query("{check}", Series::of(&CHECKS).by(&["check"]).share()).max(1.0)
}
