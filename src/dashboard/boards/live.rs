//! A run while it lasts: is the load what was promised, what did users see, and where?

use super::{Topic, evidence as e};
use crate::{
    dashboard::{
        Dashboard, Row, Store,
        panel::Panel,
        query::{Query, Series, Span},
        target::Target,
        transform::Column,
    },
    metric::catalogue::{
        CHECKS, DATA_RECEIVED, DATA_SENT, GROUP_DURATION, HTTP_REQ_BLOCKED, HTTP_REQ_CONNECTING, HTTP_REQ_DURATION,
        HTTP_REQ_RECEIVING, HTTP_REQ_RESPONSE_TIME, HTTP_REQ_SENDING, HTTP_REQ_TLS_HANDSHAKING, HTTP_REQ_WAITING,
        HTTP_REQS, ITERATION_DURATION, ITERATION_FAILURES, ITERATION_RESPONSE_TIME, PARALLEL_WIDTH,
    },
};

/// The board.
pub(super) fn board(store: Store) -> Dashboard {
    Dashboard {
        topic: Topic::Live,
        title: "Live",
        about: "A run while it lasts: is the load what was promised, what did users see, and where?",
        rows: vec![
            Row {
                title: "Verdict",
                panels: vec![
                    e::agent_verdict(),
                    e::requests_in_all(),
                    e::failed_in_all(),
                    e::p99_in_all(),
                    e::peak_rate(),
                    e::dropped_in_all(),
                ],
            },
            Row {
                title: "Is the load what was promised?",
                panels: vec![e::offered_and_achieved(), e::users(), e::stages()],
            },
            Row {
                title: "What did users see?",
                panels: vec![
                    e::response_times(),
                    distribution(),
                    e::failed_share(),
                    e::errors_by_class(),
                    ended_early(),
                    limited(),
                ],
            },
            Row { title: "Where?", panels: vec![endpoints(), groups()] },
            Row {
                title: "Detail",
                panels: vec![
                    phases(),
                    service_time(),
                    iterations(),
                    parallel_width(),
                    transfer(),
                    checks(),
                    e::checks_in_all(),
                ],
            },
        ],
        variables: e::run_and_scenario(store),
        refresh: "5s",
        from: "now-15m",
        stage_step: Some("5s"),
    }
}

fn distribution() -> Panel {
    let about = "How many requests took how long, around each point. The second query is for VictoriaMetrics, which \
                 takes histograms apart; only one of the two has data";
    let series = || Series::of(&HTTP_REQ_RESPONSE_TIME);
    Panel::heatmap("Distribution of response times", about)
        .target(Target::new("{le}", Query::Buckets(series())))
        .target(Target::new("{le}", Query::VictoriaBuckets(series())))
        .unit("s")
}

fn endpoints() -> Panel {
    let by = |series: Series| series.by(&["name"]);
    let waited = |q| by(e::waited()).over(Span::Run).quantile(q);
    let about = "Each step over the whole run. Times count from the intended start";
    let columns = Column::all([
        ("Requests", by(Series::of(&HTTP_REQS)).total()),
        ("Failed", by(e::failed()).over(Span::Run).share()),
        ("p50", waited(0.5)),
        ("p95", waited(0.95)),
        ("p99", waited(0.99)),
        ("Max", waited(1.0)),
        ("Received", by(Series::of(&DATA_RECEIVED)).total()),
    ]);
    Panel::table("Steps", about, columns)
}

fn ended_early() -> Panel {
    let about = "Iterations a second that ended early, by reason: a `fail` step, or a value that a step needs was \
                 missing. Their requests may all have succeeded. Empty while none does";
    Panel::graph("Iterations that ended early", about)
        .ask("{reason}", Series::of(&ITERATION_FAILURES).by(&["reason"]).rate())
        .stacked()
}

fn limited() -> Panel {
    let about = "Requests a second that were turned away as the profile expects (`expect: {limited: 429}`): no failures, \
                 but load that did no work. Empty where none is";
    Panel::graph("Limited requests", about)
        .ask("limited", Series::of(&HTTP_REQS).having("error_class", e::LIMITED).rate())
}

fn groups() -> Panel {
    let took = |q| Series::of(&GROUP_DURATION).by(&["group"]).over(Span::Run).quantile(q);
    let about = "Each group of steps over the whole run, from its first step to its last. Empty without groups";
    let columns = Column::all([("p50", took(0.5)), ("p95", took(0.95)), ("p99", took(0.99)), ("Max", took(1.0))]);
    Panel::table("Groups", about, columns)
}

fn parallel_width() -> Panel {
    let about = "Requests of a parallel block that were in flight at once, at its widest: the number that a server sees \
                 from one user. Empty without such blocks";
    let width = |q| Series::of(&PARALLEL_WIDTH).quantile(q);
    Panel::graph("Width of parallel blocks", about).ask("p50", width(0.5)).ask("max", width(1.0))
}

fn phases() -> Panel {
    let about = "Where the time of a request goes: p95 of each phase. They need not add up, for each is a distribution \
                 of its own";
    let phases = [
        ("waiting for a connection", &HTTP_REQ_BLOCKED),
        ("TCP connect", &HTTP_REQ_CONNECTING),
        ("TLS handshake", &HTTP_REQ_TLS_HANDSHAKING),
        ("sending", &HTTP_REQ_SENDING),
        ("waiting for the first byte", &HTTP_REQ_WAITING),
        ("receiving", &HTTP_REQ_RECEIVING),
    ];
    let panel = Panel::graph("Phases of a request, p95", about);
    phases.into_iter().fold(panel, |panel, (legend, metric)| panel.ask(legend, Series::of(metric).quantile(0.95)))
}

fn service_time() -> Panel {
    let about = "From the intended start (what a user waits) and from the sending (what the server takes). A gap between \
                 the two is waiting for a connection or for the generator";
    Panel::graph("Response and service time, p99", about)
        .ask("response time", e::waited().quantile(0.99))
        .ask("service time", Series::of(&HTTP_REQ_DURATION).quantile(0.99))
}

fn iterations() -> Panel {
    let about = "Whole iterations: from their start, and in open models from their arrival";
    Panel::graph("Iterations, p95", about)
        .ask("duration", Series::of(&ITERATION_DURATION).quantile(0.95))
        .ask("from the arrival", Series::of(&ITERATION_RESPONSE_TIME).quantile(0.95))
}

fn transfer() -> Panel {
    Panel::graph("Transfer", "Bytes a second over all connections")
        .ask("received", Series::of(&DATA_RECEIVED).rate())
        .ask("sent", Series::of(&DATA_SENT).rate())
}

fn checks() -> Panel {
    let about = "Share of checks that passed around each point";
    Panel::graph("Checks", about).ask("{check}", Series::of(&CHECKS).by(&["check"]).share()).up_to(1.0)
}
