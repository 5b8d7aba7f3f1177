//! Compares two runs. `PromQL` shifts the baseline run in time, so that both start together; `InfluxQL` can't, so both are
//! plotted by pushes since their start.

use super::{BundledDashboard, shared};
use crate::{
    dashboard::{
        Dashboard, DataSource, Row,
        panel::{ORANGE, Panel, RED},
        query::{Operator, Query, Run, Series, Window},
        transform::Column,
        variable::{RunTime, Variable},
    },
    metric::catalogue::{HTTP_REQS, RUN_INFO, VUS},
};

pub(super) fn dashboard(data_source: DataSource) -> Dashboard {
    let overlay = match data_source {
        DataSource::Prometheus => vec![latency(), rate(), failures(), users()],
        DataSource::InfluxDb => vec![
            own_time("p99", "Response time, the worst push in each interval", |run| {
                shared::response_time().of_run(run).quantile(0.99)
            }),
            own_time("p50", "Response time, the worst push in each interval", |run| {
                shared::response_time().of_run(run).quantile(0.5)
            }),
            own_time("Failed requests", "Share of failed requests", |run| shared::failed().of_run(run).share()),
        ],
    };
    Dashboard {
        topic: BundledDashboard::Compare,
        title: "Compare",
        description: "Two runs overlaid, aligned at their start: what changed?",
        rows: vec![
            Row { title: "Summary", panels: summary() },
            Row { title: "Are they comparable?", panels: vec![profiles(), what_ran()] },
            Row { title: "Overlay", panels: overlay },
            Row { title: "Steps and groups", panels: vec![steps()] },
            shared::verdicts(),
        ],
        variables: variables(data_source),
        refresh: "",
        from: "now-1h",
        stage_step: Some("5s"),
    }
}

fn variables(data_source: DataSource) -> Vec<Variable> {
    let mut variables = shared::run_and_scenario(data_source);
    let history = "How far before the dashboard's time range the baseline run may have started";
    variables.push(Variable::one_of("history", "Look-back", history, &["1d", "6h", "7d"]));
    variables.push(Variable::past("base_run_id", "Baseline run", "The run to compare against", (&RUN_INFO, "run_id")));
    if data_source == DataSource::Prometheus {
        let description = "Accuracy of the start time of the selected run";
        variables.push(Variable::one_of("resolution", "Resolution", description, &["1s", "10s"]));
        variables.extend([RunTime::ApproximateStart, RunTime::Start, RunTime::BaselineStart].map(Variable::time));
        variables.push(Variable::shift());
    }
    variables
}

const BOTH: [(&str, Run); 2] = [("", Run::Selected), ("baseline ", Run::Baseline)];

fn ratio(of: impl Fn(Run) -> Query) -> Query {
    of(Run::Selected).per(of(Run::Baseline))
}

fn summary() -> Vec<Panel> {
    let quantile = |q| ratio(move |run| shared::response_time().of_run(run).over(Window::Run).quantile(q));
    let slower = [(1.1, ORANGE), (1.25, RED)];
    let description = "Selected run divided by baseline run: 100 % is no change. Both count from their start to the end of the \
         dashboard's time range";
    vec![
        Panel::stat("p50", description, quantile(0.5)).steps(&slower),
        Panel::stat("p95", description, quantile(0.95)).steps(&slower),
        Panel::stat("p99", description, quantile(0.99)).steps(&slower),
        Panel::stat("Max", description, quantile(1.0)).steps(&slower),
        Panel::stat("Requests", description, ratio(|run| Series::of(&HTTP_REQS).of_run(run).total())),
        Panel::stat(
            "Error rate, difference",
            "Share of failed requests of the selected run minus that of the baseline run",
            shared::failed()
                .over(Window::Run)
                .share()
                .and(Operator::Subtract, shared::failed().of_run(Run::Baseline).over(Window::Run).share()),
        )
        .steps(&[(0.001, ORANGE), (0.01, RED)]),
    ]
}

fn profiles() -> Panel {
    let info = |run| Series::of(&RUN_INFO).of_run(run).over(Window::Run);
    let description = "1 when both runs used the same profile. Above 1 the profiles differ, and the runs are not \
                       comparable";
    Panel::stat("Profiles", description, Query::Distinct("profile", info(Run::Selected), info(Run::Baseline)))
        .steps(&[(1.5, RED)])
        .sized(6, 6)
}

fn what_ran() -> Panel {
    let info =
        |run| Series::of(&RUN_INFO).by(&["run_id", "profile", "version"]).of_run(run).over(Window::Run).highest();
    let description = "Profile and version of both runs";
    Panel::table(
        "Runs",
        description,
        Column::all([("Selected", info(Run::Selected)), ("Baseline", info(Run::Baseline))]),
    )
    .sized(18, 6)
}

fn both(title: &str, description: &str, parts: &[(&str, &dyn Fn(Run) -> Query)]) -> Panel {
    let mut panel = Panel::graph(title, description).dashed("baseline ");
    for (name, of) in parts {
        for (beginning, run) in BOTH {
            panel = panel.query(&format!("{beginning}{name}"), of(run));
        }
    }
    panel
}

fn latency() -> Panel {
    let description = "Response time of both runs. The baseline run is dashed and shifted in time, so that both start \
                       together";
    let quantile = |q| move |run| shared::response_time().of_run(run).quantile(q);
    both("Response time", description, &[("p50", &quantile(0.5)), ("p99", &quantile(0.99))])
}

fn rate() -> Panel {
    both(
        "Request rate",
        "Requests per second of both runs. The baseline run is dashed",
        &[("requests", &|run| Series::of(&HTTP_REQS).of_run(run).rate())],
    )
}

fn failures() -> Panel {
    both(
        "Failed requests",
        "Share of failed requests of both runs. The baseline run is dashed",
        &[("failed", &|run| shared::failed().of_run(run).share())],
    )
}

fn users() -> Panel {
    both(
        "Virtual users",
        "Active virtual users of both runs. The baseline run is dashed",
        &[("users", &|run| Series::of(&VUS).of_run(run).level())],
    )
}

fn own_time(title: &str, description: &str, of: impl Fn(Run) -> Query) -> Panel {
    Panel::points(title, &format!("{description}, of both runs by pushes since their start"))
        .query("selected run", of(Run::Selected).since_start())
        .query("baseline run", of(Run::Baseline).since_start())
}

fn steps() -> Panel {
    let requests = |run| Series::of(&HTTP_REQS).by(&["name"]).of_run(run).total();
    let p99 = |run| shared::response_time().by(&["name"]).of_run(run).over(Window::Run).quantile(0.99);
    let failed = |run| shared::failed().by(&["name"]).of_run(run).over(Window::Run).share();
    let columns = Column::all([
        ("Requests", requests(Run::Selected)),
        ("Baseline requests", requests(Run::Baseline)),
        ("p99", p99(Run::Selected)),
        ("Baseline p99", p99(Run::Baseline)),
        ("p99 ratio", ratio(p99)),
        ("Failed", failed(Run::Selected)),
        ("Baseline failed", failed(Run::Baseline)),
    ]);
    Panel::table("Steps", "Each step in both runs. A ratio of 100 % is no change", columns)
}
