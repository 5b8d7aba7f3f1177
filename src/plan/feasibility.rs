//! What a plan can reach at most, with a target that responds instantly; warnings for plans and thresholds that want more.
//!
//! "At most" is an upper bound: what has none is not said. The way through the steps is searched in [`super::bound`].

use std::time::Duration;

use super::{
    Plan, Request, Scenario, Shape, Wait, Work,
    bound::{Counting, Way, mean_pause, widest},
    outline::Outline,
    reach, shared_names, threshold_range, timeline, used_up,
};
use crate::{
    threshold::{Bearing, Operator, Stat, Threshold},
    units::{show_count, show_duration, show_rate, show_several},
};

/// Parts of the scenario's length at which the arrivals in flight are computed.
const SAMPLES: u32 = 200;
/// The time for responses that a warning reckons with.
const FOR_RESPONSES: Duration = Duration::from_secs(1);
/// The share of a bound below which a mean is worth saying.
pub(super) const LESS: f64 = 0.995;

/// What a scenario can reach at most; None where there is no bound.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Ceiling {
    /// Requests per second, if the target redirects nothing and no token has to be fetched.
    pub rate: f64,
    /// The way through an iteration that reaches it.
    way: Way,
    /// Requests per second with all redirects that are followed and all tokens.
    pub rate_redirected: Option<f64>,
    /// Requests of a user when it starts and when it ends.
    pub once: f64,
    /// Whether iterations that end early can exceed it.
    pub is_exceeded_early: bool,
}

/// Why the requests of a scenario have no bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unbounded {
    /// Its users never pause.
    Users,
    /// The number of requests of an iteration is known only during the run.
    Iteration,
}

impl Ceiling {
    /// The ceiling of a scenario's requests per second.
    ///
    /// # Errors
    /// Why there is none.
    pub(crate) fn of(plan: &Plan, scenario: &Scenario) -> Result<Self, Unbounded> {
        let Some(outline) = &scenario.flow.outline else { return Err(Unbounded::Iteration) };
        let simple = counting(scenario, None, false);
        let full = Counting { redirects: Some(plan.http.max_redirects), ..simple };
        let Some(once) = requests_once(simple, outline) else { return Err(Unbounded::Iteration) };
        match &scenario.shape {
            Shape::Open(open) => {
                let most = |counting: Counting<'_>| counting.most_requests(&outline.iteration);
                let peak = open.schedule.peak_rate();
                let Some(requests) = most(simple) else { return Err(Unbounded::Iteration) };
                Ok(Self {
                    rate: peak * requests,
                    way: Way { requests, pause: 0.0 },
                    rate_redirected: most(full).map(|most| most * peak),
                    once,
                    is_exceeded_early: false,
                })
            }
            Shape::Closed(_) => {
                let users = f64::from(scenario.peak_vus());
                let length = scenario.duration().as_secs_f64();
                let reach = |counting: Counting<'_>| {
                    let way = fastest(counting, scenario, outline)?;
                    // Iterations that are cut off are shorter than their pauses: one more for each user fits in.
                    let is_cut_off = grace(scenario) < Duration::from_secs_f64(way.pause) && length > 0.0;
                    let more = if is_cut_off { counting.most_requests(&outline.iteration)? / length } else { 0.0 };
                    Some((way, users * (per_second(way) + more)))
                };
                let Some((way, rate)) = reach(simple) else { return Err(Unbounded::Users) };
                let early = reach(Counting { lacking: true, ..simple });
                Ok(Self {
                    rate,
                    way,
                    rate_redirected: reach(full).map(|(_, rate)| rate),
                    once,
                    is_exceeded_early: early.is_none_or(|(_, early)| early > rate * (1.0 + 1e-6)),
                })
            }
        }
    }
}

/// The time that an iteration has to finish when its user or its scenario ends.
fn grace(scenario: &Scenario) -> Duration {
    match &scenario.shape {
        Shape::Closed(closed) if closed.schedule.stages().len() > 1 => {
            closed.graceful_ramp_down.min(scenario.graceful_stop)
        }
        _ => scenario.graceful_stop,
    }
}

/// A line about what a scenario can reach at most; None where nothing but the target limits it.
#[must_use]
pub(crate) fn ceiling_line(plan: &Plan, scenario: &Scenario) -> Option<String> {
    let ceiling = Ceiling::of(plan, scenario).ok()?;
    let Way { requests, pause } = ceiling.way;
    if requests <= 0.0 {
        return None;
    }
    let is_countable = requests < 1e6;
    let how = match &scenario.shape {
        Shape::Open(open) => {
            let arrivals = per_second_of("arrival", open.schedule.peak_rate());
            if whole(requests) == 1 {
                arrivals
            } else {
                format!("{arrivals} of {}", show_several(whole(requests), "request"))
            }
        }
        Shape::Closed(_) => {
            let users = show_several(scenario.peak_vus().into(), "user");
            let pause = show_duration(Duration::from_secs_f64(pause));
            match whole(requests) {
                _ if !is_countable => users,
                1 => format!("{users}; {pause} of pauses per iteration"),
                several => {
                    format!("{users}; {} and {pause} of pauses per iteration", show_several(several, "request"))
                }
            }
        }
    };
    let mean = match &scenario.shape {
        Shape::Open(open) if !open.schedule.is_even() => "on average ",
        _ => "",
    };
    let mut line = format!("{mean}at most {} ({how})", per_second_of("request", ceiling.rate));
    if let Some(rate) = mean_rate(scenario).filter(|rate| *rate < ceiling.rate * LESS) {
        line += &format!(", on average at most {}", show_rate(rate));
    }
    let sends = |is_meant: fn(&Request) -> bool| scenario.flow.steps.requests().any(|(_, request)| is_meant(request));
    let with = if sends(|request| request.spec.mcp.is_some()) {
        "redirects, sessions of MCP and pages of its lists"
    } else if sends(|request| request.spec.a2a.is_some()) {
        "redirects, agent cards and polls of A2A"
    } else if sends(|request| request.internal) {
        "redirects and token requests"
    } else {
        "redirects"
    };
    match ceiling.rate_redirected {
        None => line += &format!(", more with {with}"),
        Some(redirected) if redirected > ceiling.rate => {
            line += &format!(", up to {} with {with}", show_rate(redirected));
        }
        Some(_) => {}
    }
    if ceiling.once > 0.0 {
        line += &format!(", plus {} of each user at its start and end", show_several(whole(ceiling.once), "request"));
    }
    if ceiling.is_exceeded_early {
        line += ", more if iterations end early";
    }
    Some(line)
}

/// Requests per second at the highest load, by the mean of pauses and choices; None where there is no bound.
pub(super) fn mean_rate(scenario: &Scenario) -> Option<f64> {
    Some(f64::from(scenario.peak_vus()) * mean_each(scenario).filter(|_| matches!(scenario.shape, Shape::Closed(_)))?)
}

/// Requests per second of a user, or of an arrival per second, by the mean of pauses and choices.
pub(super) fn mean_each(scenario: &Scenario) -> Option<f64> {
    let outline = scenario.flow.outline.as_ref()?;
    let counting = counting_mean(scenario);
    match &scenario.shape {
        Shape::Open(_) => counting.most_requests(&outline.iteration),
        Shape::Closed(_) => fastest(counting, scenario, outline).map(per_second),
    }
}

/// A line about the most requests that are in flight at a time; None where each user has one.
#[must_use]
pub(crate) fn width_line(scenario: &Scenario) -> Option<String> {
    let width = widest(&scenario.flow.outline.as_ref()?.iteration).filter(|width| *width > 1)?;
    let users = u64::from(scenario.peak_vus());
    Some(format!(
        "at most {} at a time ({}, {} each)",
        show_several(users.saturating_mul(width), "request"),
        show_several(users, "user"),
        show_count(width)
    ))
}

/// A rate with what it counts: `1 request/s`, `200 arrivals/s`.
fn per_second_of(noun: &str, rate: f64) -> String {
    let shown = show_rate(rate);
    let (number, unit) = shown.split_once('/').unwrap_or((&shown, "s"));
    format!("{number} {noun}{}/{unit}", if number == "1" { "" } else { "s" })
}

pub(super) fn counting(scenario: &Scenario, redirects: Option<u32>, lacking: bool) -> Counting<'_> {
    Counting { steps: &scenario.flow.steps, redirects, lacking, mean: false }
}

/// What iterations do on average: pauses and choices by chance have their mean, and nothing ends or redirects them.
pub(super) fn counting_mean(scenario: &Scenario) -> Counting<'_> {
    Counting { mean: true, ..counting(scenario, None, false) }
}

/// The time between the starts of iterations whose steps take `busy`: the least, or the mean.
pub(super) fn cycle(counting: Counting<'_>, wait: Wait, busy: Duration) -> Duration {
    if counting.mean { wait.mean_cycle(busy) } else { wait.least_cycle(busy) }
}

pub(super) fn per_second(way: Way) -> f64 {
    if way.requests > 0.0 { way.requests / way.pause } else { 0.0 }
}

/// The fastest way of a user through its iterations, with the pauses between them.
pub(super) fn fastest(counting: Counting<'_>, scenario: &Scenario, outline: &Outline) -> Option<Way> {
    let rest = cycle(counting, scenario.wait, Duration::ZERO).as_secs_f64();
    if !matches!(scenario.wait, Wait::Pacing(_)) {
        return counting.fastest(&outline.iteration, rest);
    }
    // Iterations begin no sooner than the pacing says, however short they are.
    let by_steps = counting.fastest(&outline.iteration, 0.0);
    let by_pacing = counting.most_requests(&outline.iteration).filter(|_| rest > 0.0);
    let by_pacing = by_pacing.map(|requests| Way { requests, pause: rest });
    match (by_steps, by_pacing) {
        (Some(one), Some(other)) => Some(if per_second(other) < per_second(one) { other } else { one }),
        (one, other) => one.or(other),
    }
}

pub(super) fn requests_once(counting: Counting<'_>, outline: &Outline) -> Option<f64> {
    Some(counting.most_requests(&outline.on_start)? + counting.most_requests(&outline.on_stop)?)
}

/// The highest rate of requests per second of a plan, without redirects, token requests and the first and last steps of
/// users, with a target that responds instantly.
///
/// # Errors
/// A scenario whose rate has no bound.
pub(crate) fn peak_requests(plan: &Plan) -> Result<f64, (&Scenario, Unbounded)> {
    let mut each = Vec::new();
    for scenario in &plan.scenarios {
        let ceiling = Ceiling::of(plan, scenario).map_err(|reason| (scenario, reason))?;
        each.push((
            &scenario.name,
            match &scenario.shape {
                Shape::Open(_) => ceiling.way.requests,
                Shape::Closed(_) => per_second(ceiling.way),
            },
        ));
    }
    let of = |scenario: &Scenario| each.iter().find(|(name, _)| **name == scenario.name).map_or(0.0, |(_, each)| *each);
    Ok(timeline::highest(plan, of))
}

/// Warnings about parts of a plan that can't be reached.
#[must_use]
pub(crate) fn warnings(plan: &Plan) -> Vec<String> {
    let scenarios = plan.scenarios.iter().filter_map(|scenario| match &scenario.shape {
        Shape::Closed(_) => warn_closed(scenario),
        Shape::Open(_) => warn_open(scenario),
    });
    let thresholds = plan.thresholds.iter().filter(|threshold| threshold.bearing != Bearing::NotRun);
    let impossible = thresholds
        .clone()
        .filter_map(|threshold| threshold_range::warning(plan, threshold).or_else(|| reach::warning(plan, threshold)));
    let unmatched = thresholds.clone().filter(|threshold| !threshold.allow_no_data).filter_map(|threshold| {
        let why = plan.unmatched(threshold)?;
        Some(format!("threshold {} on {} matches no series: {why}", threshold.expression, threshold.key))
    });
    let used_up = plan.scenarios.iter().filter_map(|scenario| used_up::warning(plan, scenario));
    let shared = plan.scenarios.iter().flat_map(|scenario| shared_names::warnings(plan, scenario));
    let thresholds = impossible.chain(unmatched).chain(thresholds.filter_map(aborted_at_once));
    scenarios.chain(used_up).chain(thresholds).chain(shared).collect()
}

fn warn_closed(scenario: &Scenario) -> Option<String> {
    let Shape::Closed(closed) = &scenario.shape else { return None };
    let users = scenario.peak_vus();
    let name = &scenario.name;
    if users == 0 {
        return Some(format!("{name}: never has any users"));
    }
    let rounds = match closed.work {
        Work::Endless => return None,
        Work::PerUser(iterations) => iterations,
        Work::Shared(iterations) => iterations.div_ceil(users.into()),
    };
    let outline = scenario.flow.outline.as_ref()?;
    let busy = Duration::from_secs_f64(counting(scenario, None, true).least_pause(&outline.iteration));
    let cycle = scenario.wait.least_cycle(busy);
    // The last iteration can exceed the limit, so only earlier ones must fit.
    let needed = cycle.mul_f64(rounds.saturating_sub(1) as f64);
    (needed >= closed.schedule.duration() && rounds > 1).then(|| {
        format!(
            "{name}: {} iterations per user at {} each take {}, but `maxDuration` is {}: the rest will be dropped",
            show_count(rounds),
            show_duration(cycle),
            show_duration(cycle.mul_f64(rounds as f64)),
            show_duration(closed.schedule.duration())
        )
    })
}

fn warn_open(scenario: &Scenario) -> Option<String> {
    let Shape::Open(open) = &scenario.shape else { return None };
    let busy = Duration::from_secs_f64(mean_pause(&scenario.flow.outline.as_ref()?.iteration));
    let cycle = scenario.wait.mean_cycle(busy);
    let schedule = &open.schedule;
    // As many are in flight as arrive within the time of one.
    let in_flight = |cycle: Duration| {
        let sample = |sample| {
            let at = schedule.duration() * sample / SAMPLES;
            schedule.area_until(at) - schedule.area_until(at.saturating_sub(cycle))
        };
        (1..=SAMPLES).map(sample).fold(0.0, f64::max)
    };
    let users = |cycle: Duration| show_several(whole((in_flight(cycle) - 1e-6).ceil()), "user");
    let most = f64::from(open.max_vus);
    let why = if in_flight(cycle) > most {
        "arrivals will be dropped".to_owned()
    } else if in_flight(cycle + cycle / 10) > most {
        format!(
            "responses have hardly any time before arrivals are dropped; {} leave them 1s",
            users(cycle + FOR_RESPONSES)
        )
    } else {
        return None;
    };
    Some(format!(
        "{}: {} with {} think time need {} even if the target responds instantly, but `maxVUs` is {}: {why}",
        scenario.name,
        show_rate(schedule.peak_rate()),
        show_duration(cycle),
        users(cycle),
        show_count(open.max_vus.into())
    ))
}

/// A warning for a lower bound of a counter that ends the run before it can be reached.
fn aborted_at_once(threshold: &Threshold) -> Option<String> {
    let is_lower_bound = matches!(threshold.operator, Operator::Greater | Operator::GreaterOrEqual);
    let counts = threshold.stat == Stat::Count && threshold.window.is_none();
    (is_lower_bound && counts && threshold.abort_on_fail && threshold.delay_abort.is_zero()).then(|| {
        format!(
            "threshold {} on {} aborts the run at its first evaluation unless the count is reached by then; set `delayAbortEval`",
            threshold.expression, threshold.key
        )
    })
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count")]
pub(super) fn whole(count: f64) -> u64 {
    count.max(0.0) as u64
}
