//! A long steady run: compares the last window with the first, and shows slopes per hour.

use super::{BundledDashboard, shared};
use crate::{
    dashboard::{
        Dashboard, DataSource, Row,
        panel::{ORANGE, Panel, RED},
        query::{Aggregation, Operator, Query, Series, Window},
        variable::Variable,
    },
    metric::catalogue::{GENERATOR_OPEN_SOCKETS, GENERATOR_RSS, ITERATIONS, OUTPUT_LAG, TARGET_SCRAPE_FAILED},
};

pub(super) fn dashboard(data_source: DataSource) -> Dashboard {
    Dashboard {
        topic: BundledDashboard::Soak,
        title: "Soak",
        description: "A long, steady run: does latency, error rate or memory drift? Compares the last window with the \
                      first",
        rows: vec![
            Row { title: "Summary", panels: summary() },
            Row { title: "Does latency drift?", panels: vec![latency(), shared::response_times()] },
            Row { title: "Was the load steady?", panels: vec![shared::offered_and_achieved(), delivered_graph()] },
            Row { title: "Error budget", panels: vec![burn(), shared::errors_by_class()] },
            Row { title: "Leaks: system or generator?", panels: vec![system(), memory(), sockets(), lag(), scrapes()] },
        ],
        variables: variables(data_source),
        refresh: "1m",
        from: "now-24h",
        stage_step: Some("1m"),
    }
}

fn variables(data_source: DataSource) -> Vec<Variable> {
    let mut variables = shared::run_and_scenario(data_source);
    variables.push(Variable::one_of("window", "Window", "Length of a window", &["5m", "15s", "1m", "15m", "1h"]));
    variables.extend(shared::objectives(data_source));
    if data_source == DataSource::Prometheus {
        let warmup = "The first window ends this long after the start of the run";
        variables.push(Variable::one_of("warmup", "Warm-up", warmup, &["10m", "30s", "2m", "30m", "1h"]));
        let system = "PromQL selector of a metric of the system under test, for example \
             process_resident_memory_bytes{job=\"shop\"}";
        variables.push(Variable::selector("sut", "System under test", system, &GENERATOR_RSS));
        variables.extend(shared::run_times(&["1m", "1s", "5s", "5m"]));
    }
    variables
}

fn p99(window: Window) -> Query {
    shared::response_time().over(window).quantile(0.99)
}

fn summary() -> Vec<Panel> {
    let grown = p99(Window::Last).per(p99(Window::First));
    let left = |query: Query| Query::Variable("slo").and(Operator::Subtract, query);
    vec![
        Panel::stat(
            "p99, last / first window",
            "p99 of the last window divided by p99 of the first. 100 % is no change",
            grown,
        )
        .steps(&[(1.2, ORANGE), (1.5, RED)])
        .sized(8, 4),
        Panel::stat(
            "p99 growth per hour",
            "Slope of p99 from the warm-up to the end of the run, in seconds per hour",
            p99(Window::Rolling).steady().slope(),
        ),
        Panel::stat(
            "Hours to SLO breach",
            "Time until p99 reaches the SLO if it keeps growing at this rate. No value unless it grows",
            left(p99(Window::Last)).per(p99(Window::Rolling).steady().slope()),
        )
        .unit("h")
        .no_value("never"),
        shared::delivered_in_all(),
        Panel::stat(
            "Rate variation",
            "Coefficient of variation of the iteration rate per window, from the warm-up to the end of the run. 0 is \
             perfectly steady",
            steady_rate().over_run(Aggregation::StdDev).per(steady_rate().over_run(Aggregation::Mean)),
        )
        .no_value("no full window")
        .steps(&[(0.1, ORANGE), (0.25, RED)]),
        shared::requests_in_all(),
        shared::failed_in_all(),
        shared::p99_in_all(),
        Panel::stat(
            "Error budget used",
            "Share of the error budget that the run has used",
            burnt(shared::failed().over(Window::Run)),
        )
        .steps(&[(0.5, ORANGE), (1.0, RED)]),
        Panel::stat(
            "Error rate growth per hour",
            "Slope of the share of failed requests from the warm-up to the end of the run",
            shared::failed().over(Window::Rolling).share().steady().slope(),
        ),
        shared::dropped_in_all(),
        shared::degradation(),
        shared::leak(),
    ]
}

fn steady_rate() -> Query {
    Series::of(&ITERATIONS).over(Window::Rolling).rate().steady()
}

fn burnt(series: Series) -> Query {
    series.share().with_variable(Operator::Divide, "budget")
}

fn latency() -> Panel {
    let description = "Quantiles over a sliding window: they show drift, the next panel shows outliers";
    let quantile = |q| shared::response_time().over(Window::Rolling).quantile(q);
    Panel::graph("Response time per window", description)
        .query("p50", quantile(0.5))
        .query("p90", quantile(0.9))
        .query("p99", quantile(0.99))
}

fn delivered_graph() -> Panel {
    let description = "Completed iterations divided by planned ones in each window. Below 100 % the planned load is \
                       not delivered";
    Panel::graph("Delivered load over time", description).query("delivered", shared::delivered().steady())
}

fn burn() -> Panel {
    let description = "Error rate divided by the error budget, now and per window. Above 1 the budget is exhausted \
                       before the run ends";
    Panel::graph("Error budget burn rate", description)
        .query("now", burnt(shared::failed()))
        .query("per window", burnt(shared::failed().over(Window::Rolling)))
        .unit("short")
}

fn system() -> Panel {
    let description = "The metric that the variable `System under test` selects. By default the memory of the \
                       generator";
    Panel::graph("System under test", description).query("system", Query::SystemUnderTest).unit("short")
}

fn memory() -> Panel {
    let description = "Resident memory of the generator. It must not grow over time";
    Panel::graph("Generator memory", description).query("resident", Series::of(&GENERATOR_RSS).level())
}

fn sockets() -> Panel {
    let description = "Open connections to the target. They depend on users, not on time";
    Panel::graph("Connections", description).query("open", Series::of(&GENERATOR_OPEN_SOCKETS).level())
}

fn scrapes() -> Panel {
    let description =
        "Share of the scrapes of each target (`targets`, `--scrape-target`) that failed. Empty without targets";
    Panel::graph("Failed scrapes of targets", description)
        .query("{target}", Series::of(&TARGET_SCRAPE_FAILED).by(&["target"]).share())
}

fn lag() -> Panel {
    let description =
        "Age of the oldest interval that an output has not delivered. An outage of a receiver shows as a ramp";
    Panel::graph("Export lag", description).query("{output}", Series::of(&OUTPUT_LAG).by(&["output"]).highest())
}
