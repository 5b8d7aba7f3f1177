//! Long and steady: does anything creep? The end is compared with the begin, slopes are told an hour.

use super::{Topic, evidence as e};
use crate::{
    dashboard::{
        Dashboard, Row, Store,
        panel::{ORANGE, Panel, RED},
        query::{Fold, Operator, Query, Series, Span},
        variable::Variable,
    },
    metric::catalogue::{GENERATOR_OPEN_SOCKETS, GENERATOR_RSS, ITERATIONS, OUTPUT_LAG},
};

/// The board.
pub(super) fn board(store: Store) -> Dashboard {
    Dashboard {
        topic: Topic::Soak,
        title: "Soak",
        about: "A long, steady run: does anything creep? Compares the last steady window with the first",
        rows: vec![
            Row { title: "Verdict", panels: verdict() },
            Row { title: "Does latency creep?", panels: vec![latency(), e::response_times()] },
            Row { title: "Was the load steady?", panels: vec![e::offered_and_achieved(), delivered_graph()] },
            Row { title: "Is the error budget kept?", panels: vec![burn(), e::errors_by_class()] },
            Row {
                title: "Who leaks: the system or the generator?",
                panels: vec![system(), memory(), sockets(), lag()],
            },
        ],
        variables: variables(store),
        refresh: "1m",
        from: "now-24h",
        stage_step: Some("1m"),
    }
}

fn variables(store: Store) -> Vec<Variable> {
    let mut variables = e::run_and_scenario(store);
    variables.push(Variable::one_of(
        "window",
        "Window",
        "Length of a steady window",
        &["5m", "15s", "1m", "15m", "1h"],
    ));
    let slo = "Objective for p99, in seconds (InfluxDB: milliseconds)";
    variables.push(Variable::text("slo", "p99 objective", slo, if store == Store::Influx { "500" } else { "0.5" }));
    variables.push(Variable::text("budget", "Error budget", "Share of requests that may fail", "0.01"));
    if store == Store::Prometheus {
        let warmup = "The first steady window ends so long after the start of the run";
        variables.push(Variable::one_of("warmup", "Warm-up", warmup, &["10m", "30s", "2m", "30m", "1h"]));
        let system =
            "A selector of series of the system under test, for example process_resident_memory_bytes{job=\"shop\"}";
        variables.push(Variable::selector("sut", "System", system, &GENERATOR_RSS));
        variables.extend(e::run_times(&["1m", "1s", "5s", "5m"]));
    }
    variables
}

fn p99(span: Span) -> Query {
    e::waited().over(span).quantile(0.99)
}

fn verdict() -> Vec<Panel> {
    let grown = p99(Span::Last).per(p99(Span::First));
    let left = |query: Query| Query::Variable("slo").and(Operator::Minus, query);
    vec![
        e::agent_verdict(),
        Panel::stat(
            "p99, end over begin",
            "p99 of the last steady window over that of the first. 100 % is no change",
            grown,
        )
        .steps(&[(1.2, ORANGE), (1.5, RED)]),
        Panel::stat(
            "p99 grows an hour",
            "Slope of p99 over the run, from its warm-up to its end, as seconds an hour",
            p99(Span::Rolling).steady().slope(),
        ),
        Panel::stat(
            "Hours to the objective",
            "How long until p99 reaches the objective, if it goes on so. Nothing unless it grows",
            left(p99(Span::Last)).per(p99(Span::Rolling).steady().slope()),
        )
        .unit("h")
        .when_empty("never"),
        e::delivered_in_all(),
        Panel::stat(
            "Unsteadiness",
            "Standard deviation over mean of the rate of iterations in steady windows, from the warm-up to the end of \
             the run: 0 is perfectly steady",
            steady_rate().over_run(Fold::Deviation).per(steady_rate().over_run(Fold::Mean)),
        )
        .when_empty("no steady window")
        .steps(&[(0.1, ORANGE), (0.25, RED)]),
        e::requests_in_all(),
        e::failed_in_all(),
        e::p99_in_all(),
        Panel::stat(
            "Budget burnt",
            "Share of the error budget that the whole run has used",
            burnt(e::failed().over(Span::Run)),
        )
        .steps(&[(0.5, ORANGE), (1.0, RED)]),
        Panel::stat(
            "Failures grow an hour",
            "Slope of the share of failed requests over the run, from its warm-up to its end",
            e::failed().over(Span::Rolling).share().steady().slope(),
        ),
        e::dropped_in_all(),
    ]
}

fn steady_rate() -> Query {
    Series::of(&ITERATIONS).over(Span::Rolling).rate().steady()
}

fn burnt(series: Series) -> Query {
    series.share().with_variable(Operator::Over, "budget")
}

fn latency() -> Panel {
    let about = "Quantiles of each steady window: what creeps is seen here, what jumps in the next panel";
    let quantile = |q| e::waited().over(Span::Rolling).quantile(q);
    Panel::graph("Response time of steady windows", about)
        .ask("p50", quantile(0.5))
        .ask("p90", quantile(0.9))
        .ask("p99", quantile(0.99))
}

fn delivered_graph() -> Panel {
    let about = "Iterations that ended over those that the schedule calls for, in each steady window. Below 100 % the \
                 load is not what was promised";
    Panel::graph("Delivered share", about).ask("delivered", e::delivered().steady())
}

fn burn() -> Panel {
    let about = "How many times faster than allowed failures use the budget: around each point, and over a steady \
                 window. Above 1 the budget does not last";
    Panel::graph("Burn rate of the error budget", about)
        .ask("now", burnt(e::failed()))
        .ask("steady window", burnt(e::failed().over(Span::Rolling)))
        .unit("short")
}

fn system() -> Panel {
    let about = "The series of the system under test that the variable `System` selects. Until it is set, the memory of \
                 the generator";
    Panel::graph("System under test", about).ask("system", Query::Chosen).unit("short")
}

fn memory() -> Panel {
    let about = "Resident memory of the generator. It must not grow, else its leak is taken for the system's";
    Panel::graph("Memory of the generator", about).ask("resident", Series::of(&GENERATOR_RSS).level())
}

fn sockets() -> Panel {
    let about = "Open connections to the target. They grow with users, not with time";
    Panel::graph("Connections", about).ask("open", Series::of(&GENERATOR_OPEN_SOCKETS).level())
}

fn lag() -> Panel {
    let about =
        "Age of the oldest interval that a sink has not delivered: an outage shows as a ramp, and no hole stays";
    Panel::graph("Export lag", about).ask("{output}", Series::of(&OUTPUT_LAG).by(&["output"]).highest())
}
