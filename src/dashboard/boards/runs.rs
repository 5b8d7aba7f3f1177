//! All runs, each with a way to its board and its time.

use super::{Topic, evidence as e};
use crate::{
    dashboard::{
        Dashboard, Row, Store,
        panel::Panel,
        query::{Query, Run, Series, Span},
        transform::Column,
        variable::Variable,
    },
    metric::catalogue::{DROPPED_ITERATIONS, HTTP_REQS, RUN_INFO},
};

/// The board.
pub(super) fn board(store: Store) -> Dashboard {
    let resolution = Variable::one_of(
        "resolution",
        "Resolution",
        "How exactly begin and end are found; shorter runs are not seen",
        &["10s", "1s", "1m"],
    );
    Dashboard {
        topic: Topic::Runs,
        title: "Runs",
        about: "All runs of the shown time. The name of a run leads to its board, at its time",
        rows: vec![Row { title: "Runs", panels: how_many(store).into_iter().chain([words(), runs(store)]).collect() }],
        variables: if store == Store::Prometheus { vec![resolution] } else { Vec::new() },
        refresh: "",
        from: "now-24h",
        stage_step: None,
    }
}

/// `InfluxQL` has no look-back that would tell a run that goes on from one that ended.
fn how_many(store: Store) -> Option<Panel> {
    let about = "Runs that are going on now, counted by their heartbeat";
    let running = Series::of(&RUN_INFO).of_run(Run::Any).level().or_zero();
    (store == Store::Prometheus).then(|| Panel::stat("Running now", about, running).when_empty("0"))
}

fn words() -> Panel {
    Panel::text(
        "How to read this",
        "Where to go from here",
        "Click a run to see it live, or as it was. *Boards* (top right) leads to soak, spike, stress, the comparison and \
         the health of the generator; on each of them choose the run.",
    )
    .sized(20, 4)
}

fn runs(store: Store) -> Panel {
    let by = |series: Series| series.by(&["run_id"]).of_run(Run::Any);
    let info = Series::of(&RUN_INFO).by(&["run_id", "profile", "version"]).of_run(Run::Any);
    let about = "Every run of the shown time with its totals, which are the summary's";
    let columns = Column::all([
        ("Begin", Query::Begin(info)),
        ("End", Query::End(by(Series::of(&RUN_INFO)))),
        ("Requests", by(Series::of(&HTTP_REQS)).total()),
        ("Failed", by(e::failed()).over(Span::Run).share()),
        ("p50", by(e::waited()).over(Span::Run).quantile(0.5)),
        ("p99", by(e::waited()).over(Span::Run).quantile(0.99)),
        ("Dropped", by(Series::of(&DROPPED_ITERATIONS)).total()),
    ]);
    Panel::table("Runs", about, columns).leading_to(Topic::Live.uid(store), "run_id").sized(24, 16)
}
