//! Panels and variables that several boards share: what is asked on two boards is asked once.

use crate::{
    dashboard::{
        Store,
        panel::{GREEN, ORANGE, Panel, RED},
        query::{Operator, Query, Series, Span},
        target::Target,
        variable::{Moment, Variable},
    },
    metric::catalogue::{
        CHECKS, DROPPED_ITERATIONS, HTTP_ERRORS, HTTP_REQ_FAILED, HTTP_REQ_RESPONSE_TIME, HTTP_REQS, ITERATIONS,
        RUN_INFO, STAGE_ACTIVE, TARGET_RATE, VUS, VUS_MAX,
    },
};

/// How long a user waited, from the intended start.
pub(super) fn waited() -> Series {
    Series::of(&HTTP_REQ_RESPONSE_TIME)
}

/// Requests that failed.
pub(super) fn failed() -> Series {
    Series::of(&HTTP_REQ_FAILED)
}

/// What of the promised load was begun and ended, in the whole run.
pub(super) fn delivered_in_all() -> Panel {
    let ended = || Series::of(&ITERATIONS).total();
    let promised = ended().and(Operator::Plus, Series::of(&DROPPED_ITERATIONS).total().or_zero());
    let about = "Iterations that ended over those and the dropped ones, in the whole run";
    Panel::stat("Delivered", about, ended().per(promised)).rising(&SHOULD_BE_WHOLE)
}

/// Iterations a second over those that the schedule calls for, both of the same steady window.
pub(super) fn delivered() -> Query {
    let (ended, wanted) = (Series::of(&ITERATIONS), Series::of(&TARGET_RATE));
    ended.over(Span::Rolling).rate().per(wanted.over(Span::Rolling).level())
}

/// The run, and in Prometheus the scenarios.
pub(super) fn run_and_scenario(store: Store) -> Vec<Variable> {
    let run = Variable::one("run_id", "Run", "One run; two are compared on their own board", (&RUN_INFO, "run_id"));
    let scenario = || Variable::many("scenario", "Scenario", "Scenarios of the run", (&ITERATIONS, "scenario"));
    match store {
        Store::Prometheus => vec![run, scenario()],
        Store::Influx => vec![run],
    }
}

/// When the run began and ended, as far as the store knows; and how finely a board looks at it.
pub(super) fn run_times(resolutions: &'static [&'static str]) -> Vec<Variable> {
    let about = "Distance of the points that verdicts are computed from";
    vec![
        Variable::one_of("resolution", "Resolution", about, resolutions),
        Variable::moment(Moment::AboutBegan),
        Variable::moment(Moment::AboutEnded),
        Variable::moment(Moment::Began),
        Variable::moment(Moment::Ended),
    ]
}

/// What the agent itself said; below it stands the evidence.
pub(super) fn agent_verdict() -> Panel {
    let about = "Verdicts that the agent computed and exported. Without any, judge by the evidence below and by the \
                 run's summary, which always holds the verdict";
    Panel::stat("Verdict of the agent", about, Query::Verdicts).when_empty("none exported: see the evidence")
}

/// See its description.
pub(super) fn requests_in_all() -> Panel {
    let about = "Requests of which at least a byte was written, up to the end of the shown time; the summary's number";
    Panel::stat("Requests", about, Series::of(&HTTP_REQS).total())
}

/// See its description.
pub(super) fn failed_in_all() -> Panel {
    let about = "Share of requests without a response or with an unexpected status, over the whole run, not rounded";
    Panel::stat("Failed", about, failed().over(Span::Run).share()).steps(&[(0.001, ORANGE), (0.01, RED)])
}

/// See its description.
pub(super) fn p99_in_all() -> Panel {
    let about = "99 of 100 requests of the whole run were answered within this time, counted from their intended start. \
                 From the distribution of all requests, not an average of percentiles";
    Panel::stat("p99 of the run", about, waited().over(Span::Run).quantile(0.99))
}

/// See its description.
pub(super) fn peak_rate() -> Panel {
    let about = "The largest number of requests a second in the shown time";
    Panel::peak("Peak rate", about, Series::of(&HTTP_REQS).rate())
}

/// See its description.
pub(super) fn dropped_in_all() -> Panel {
    let about = "Arrivals for which no user was free, and iterations that were never begun, in the whole run: load that \
                 was promised and not delivered";
    let dropped = Series::of(&DROPPED_ITERATIONS).total().or_zero();
    Panel::stat("Dropped iterations", about, dropped).when_empty("0").steps(&[(1.0, RED)])
}

/// See its description.
pub(super) fn checks_in_all() -> Panel {
    let about = "Share of checks that passed in the whole run";
    Panel::stat("Checks passed", about, Series::of(&CHECKS).over(Span::Run).share()).when_empty("no checks")
}

/// Is the load what was promised?
pub(super) fn offered_and_achieved() -> Panel {
    let about = "Arrivals a second that the schedule calls for, and iterations a second that ended. A gap is load that \
                 was not delivered, or an answer that did not come";
    Panel::graph("Target and achieved rate", about)
        .ask("target", Series::of(&TARGET_RATE).level())
        .ask("achieved", Series::of(&ITERATIONS).rate())
        .ask("requests", Series::of(&HTTP_REQS).rate())
        .ask("dropped", Series::of(&DROPPED_ITERATIONS).rate())
        .unit("cps")
}

/// See its description.
pub(super) fn users() -> Panel {
    let about = "Users that are running iterations or thinking, and users that exist. In an open model growing users \
                 mean that answers come more slowly than arrivals";
    Panel::graph("Users", about).ask("running", Series::of(&VUS).level()).ask("made", Series::of(&VUS_MAX).level())
}

/// What did users see?
pub(super) fn response_times() -> Panel {
    let about = "How long a user waited, from the intended start of each request to its last byte: quantiles of all \
                 requests around each point. Dots are single requests; they lead to their traces";
    Panel::graph("Response time", about)
        .target(Target::new("p50", waited().quantile(0.5)))
        .target(Target::new("p90", waited().quantile(0.9)))
        .target(Target::new("p99", waited().quantile(0.99)).with_exemplars())
        .target(Target::new("max", waited().quantile(1.0)))
}

/// See its description.
pub(super) fn failed_share() -> Panel {
    let about = "Share of requests that failed around each point: no response, or an unexpected status";
    Panel::graph("Failed requests", about).ask("failed", failed().share())
}

/// See its description.
pub(super) fn errors_by_class() -> Panel {
    let about = "Failures a second by class: the stage at which an attempt failed, or the status. Empty while nothing \
                 fails";
    // Requests that did not fail have a counter of failures, too, which stands at zero under no class.
    let classified = Series::of(&HTTP_ERRORS).without("error_class", "").without("error_class", LIMITED);
    Panel::graph("Failures by class", about).ask("{error_class}", classified.by(&["error_class"]).rate()).stacked()
}

/// Requests that were turned away as the profile expects: their class, which is no failure.
pub(super) const LIMITED: &str = "limited";

/// See its description.
pub(super) fn stages() -> Panel {
    let about = "When each stage of each scenario ran. Scenarios with a single stage have none";
    Panel::states("Stages", about)
        .ask("{scenario} / {stage}", Series::of(&STAGE_ACTIVE).by(&["scenario", "stage"]).highest())
        .when_empty("a single stage")
}

/// The colours of a share that should be one.
pub(super) const SHOULD_BE_WHOLE: [(f64, &str); 2] = [(0.95, ORANGE), (0.99, GREEN)];
