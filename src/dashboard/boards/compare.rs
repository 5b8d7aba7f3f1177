//! Two runs over each other. In Prometheus the other run is moved in time, so that both begin together; `InfluxQL` can't
//! move one, so that there both are drawn over their own time.

use super::{Topic, evidence as e};
use crate::{
    dashboard::{
        Dashboard, Row, Store,
        panel::{ORANGE, Panel, RED},
        query::{Operator, Query, Run, Series, Span},
        transform::Column,
        variable::{Moment, Variable},
    },
    metric::catalogue::{HTTP_REQS, RUN_INFO, VUS},
};

/// The board.
pub(super) fn board(store: Store) -> Dashboard {
    let overlay = match store {
        Store::Prometheus => vec![latency(), rate(), failures(), users()],
        Store::Influx => vec![
            own_time("p99", "How long users waited, worst push around each point", |run| {
                e::waited().of_run(run).quantile(0.99)
            }),
            own_time("p50", "How long users waited, worst push around each point", |run| {
                e::waited().of_run(run).quantile(0.5)
            }),
            own_time("Failed requests", "Share of requests that failed", |run| e::failed().of_run(run).share()),
        ],
    };
    Dashboard {
        topic: Topic::Compare,
        title: "Compare",
        about: "Two runs over each other, from the begin of each: what has changed?",
        rows: vec![
            Row { title: "Verdict", panels: verdict() },
            Row { title: "Are they comparable?", panels: vec![profiles(), what_ran()] },
            Row { title: "Over each other", panels: overlay },
            Row { title: "Where?", panels: vec![steps()] },
        ],
        variables: variables(store),
        refresh: "",
        from: "now-1h",
        stage_step: Some("5s"),
    }
}

fn variables(store: Store) -> Vec<Variable> {
    let mut variables = e::run_and_scenario(store);
    let history = "How long before the shown time the other run may have been";
    variables.push(Variable::one_of("history", "Look back", history, &["1d", "6h", "7d"]));
    variables.push(Variable::past(
        "base_run_id",
        "Compared with",
        "The run that is the measure",
        (&RUN_INFO, "run_id"),
    ));
    if store == Store::Prometheus {
        let about = "How exactly the begin of the shown run is found";
        variables.push(Variable::one_of("resolution", "Resolution", about, &["1s", "10s"]));
        variables.extend([Moment::AboutBegan, Moment::Began, Moment::BaseBegan].map(Variable::moment));
        variables.push(Variable::shift());
    }
    variables
}

const BOTH: [(&str, Run); 2] = [("", Run::Shown), ("base ", Run::Base)];

fn ratio(of: impl Fn(Run) -> Query) -> Query {
    of(Run::Shown).per(of(Run::Base))
}

fn verdict() -> Vec<Panel> {
    let quantile = |q| ratio(move |run| e::waited().of_run(run).over(Span::Run).quantile(q));
    let slower = [(1.1, ORANGE), (1.25, RED)];
    let about =
        "The shown run over the other: 100 % is no change. Both from their begin, as far as the shown time reaches";
    vec![
        Panel::stat("p50", about, quantile(0.5)).steps(&slower),
        Panel::stat("p95", about, quantile(0.95)).steps(&slower),
        Panel::stat("p99", about, quantile(0.99)).steps(&slower),
        Panel::stat("Max", about, quantile(1.0)).steps(&slower),
        Panel::stat("Requests", about, ratio(|run| Series::of(&HTTP_REQS).of_run(run).total())),
        Panel::stat(
            "Failed, difference",
            "Share of failed requests of the shown run, less that of the other",
            e::failed()
                .over(Span::Run)
                .share()
                .and(Operator::Minus, e::failed().of_run(Run::Base).over(Span::Run).share()),
        )
        .steps(&[(0.001, ORANGE), (0.01, RED)]),
    ]
}

fn profiles() -> Panel {
    let info = |run| Series::of(&RUN_INFO).of_run(run).over(Span::Run);
    let about = "1 when both runs followed the same profile. Above 1 they did not, and no difference below says anything \
                 about the system";
    Panel::stat("Profiles", about, Query::Distinct("profile", info(Run::Shown), info(Run::Base)))
        .steps(&[(1.5, RED)])
        .sized(6, 6)
}

fn what_ran() -> Panel {
    let info = |run| Series::of(&RUN_INFO).by(&["run_id", "profile", "version"]).of_run(run).over(Span::Run).highest();
    let about = "Profile and version of both runs";
    Panel::table("Runs", about, Column::all([("Shown", info(Run::Shown)), ("Other", info(Run::Base))])).sized(18, 6)
}

fn both(title: &str, about: &str, parts: &[(&str, &dyn Fn(Run) -> Query)]) -> Panel {
    let mut panel = Panel::graph(title, about).dashed("base ");
    for (name, of) in parts {
        for (beginning, run) in BOTH {
            panel = panel.ask(&format!("{beginning}{name}"), of(run));
        }
    }
    panel
}

fn latency() -> Panel {
    let about = "How long users waited in both runs; the other one is dashed and moved, so that both begin together";
    let quantile = |q| move |run| e::waited().of_run(run).quantile(q);
    both("Response time", about, &[("p50", &quantile(0.5)), ("p99", &quantile(0.99))])
}

fn rate() -> Panel {
    both(
        "Requests a second",
        "Of both runs; the other one is dashed",
        &[("requests", &|run| Series::of(&HTTP_REQS).of_run(run).rate())],
    )
}

fn failures() -> Panel {
    both(
        "Failed requests",
        "Share that failed in both runs; the other one is dashed",
        &[("failed", &|run| e::failed().of_run(run).share())],
    )
}

fn users() -> Panel {
    both(
        "Users",
        "Running users of both runs; the other one is dashed",
        &[("users", &|run| Series::of(&VUS).of_run(run).level())],
    )
}

fn own_time(title: &str, about: &str, of: impl Fn(Run) -> Query) -> Panel {
    Panel::points(title, &format!("{about}, of both runs over their own time: pushes since the begin"))
        .ask("shown run", of(Run::Shown).since_begin())
        .ask("other run", of(Run::Base).since_begin())
}

fn steps() -> Panel {
    let requests = |run| Series::of(&HTTP_REQS).by(&["name"]).of_run(run).total();
    let p99 = |run| e::waited().by(&["name"]).of_run(run).over(Span::Run).quantile(0.99);
    let failed = |run| e::failed().by(&["name"]).of_run(run).over(Span::Run).share();
    let columns = Column::all([
        ("Requests", requests(Run::Shown)),
        ("Base requests", requests(Run::Base)),
        ("p99", p99(Run::Shown)),
        ("Base p99", p99(Run::Base)),
        ("p99, shown over base", ratio(p99)),
        ("Failed", failed(Run::Shown)),
        ("Base failed", failed(Run::Base)),
    ]);
    Panel::table("Steps", "Each step of both runs; the ratio is 100 % when nothing changed", columns)
}
