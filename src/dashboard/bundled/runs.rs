//! All runs, each with a link to its dashboard.

use super::{BundledDashboard, shared};
use crate::{
    dashboard::{
        Dashboard, DataSource, Row,
        panel::Panel,
        query::{Query, Run, Series, Window},
        transform::Column,
        variable::Variable,
    },
    metric::catalogue::{
        DROPPED_ITERATIONS, HTTP_REQS, RUN_INFO, VERDICT_DEGRADATION, VERDICT_LAST_GOOD_RATE, VERDICT_LEAK,
        VERDICT_MAX_SUSTAINED_RATE, VERDICT_RECOVERY_TIME,
    },
};

pub(super) fn dashboard(data_source: DataSource) -> Dashboard {
    let resolution = Variable::one_of(
        "resolution",
        "Resolution",
        "Accuracy of start and end times. Runs shorter than this are not listed",
        &["10s", "1s", "1m"],
    );
    Dashboard {
        topic: BundledDashboard::Runs,
        title: "Runs",
        description: "All runs in the time range. The ID of a run links to its dashboard",
        rows: vec![Row {
            title: "Runs",
            panels: how_many(data_source).into_iter().chain([words(), runs(data_source)]).collect(),
        }],
        variables: if data_source == DataSource::Prometheus { vec![resolution] } else { Vec::new() },
        refresh: "",
        from: "now-24h",
        stage_step: None,
    }
}

/// `InfluxQL` has no staleness that would distinguish a run in progress from a finished one.
fn how_many(data_source: DataSource) -> Option<Panel> {
    let description = "Runs in progress, counted by their heartbeat `run_info`";
    let running = Series::of(&RUN_INFO).of_run(Run::Any).level().or_zero();
    (data_source == DataSource::Prometheus).then(|| Panel::stat("Running now", description, running).no_value("0"))
}

fn words() -> Panel {
    Panel::text(
        "How to read this",
        "How to open the dashboards of a run",
        "Click a run ID to open its dashboard. *Dashboards* (top right) links to soak, spike, stress, compare, and \
         generator; choose the run there.",
    )
    .sized(20, 4)
}

fn runs(data_source: DataSource) -> Panel {
    let by = |series: Series| series.by(&["run_id"]).of_run(Run::Any);
    let info = Series::of(&RUN_INFO).by(&["run_id", "profile", "version"]).of_run(Run::Any);
    let verdict = |metric| by(Series::of(metric)).over(Window::Run).highest();
    let description = "Every run in the time range with the totals of its summary";
    let columns = Column::all([
        ("Start", Query::FirstSeen(info)),
        ("End", Query::LastSeen(by(Series::of(&RUN_INFO)))),
        ("Requests", by(Series::of(&HTTP_REQS)).total()),
        ("Failed", by(shared::failed()).over(Window::Run).share()),
        ("p50", by(shared::response_time()).over(Window::Run).quantile(0.5)),
        ("p99", by(shared::response_time()).over(Window::Run).quantile(0.99)),
        ("Dropped", by(Series::of(&DROPPED_ITERATIONS)).total()),
        ("Degradation", verdict(&VERDICT_DEGRADATION)),
        ("Recovery time", verdict(&VERDICT_RECOVERY_TIME)),
        ("Last good rate", verdict(&VERDICT_LAST_GOOD_RATE)),
        ("Max sustained rate", verdict(&VERDICT_MAX_SUSTAINED_RATE)),
        ("Leak", verdict(&VERDICT_LEAK)),
    ]);
    Panel::table("Runs", description, columns).link_to(BundledDashboard::Live.uid(data_source), "run_id").sized(24, 16)
}
