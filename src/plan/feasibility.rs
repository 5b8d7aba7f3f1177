//! Upper bounds of requests and iterations from users and pauses, with a target that responds instantly; warnings for
//! plans and thresholds that exceed them.

use std::time::Duration;

use super::{
    Plan, Scenario, Shape, StepKind, StepTable, Work,
    program::{Op, Pause},
    timeline,
};
use crate::{
    metric::catalogue::{HTTP_REQS, ITERATIONS},
    threshold::{Bearing, Operator, Stat, Threshold},
    units::{show_count, show_duration, show_rate, show_several},
};

/// Requests and pauses of one iteration.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Pace {
    pub requests: f64,
    /// Mean time of all pauses of the flow.
    pub think: Duration,
}

impl Pace {
    /// The pace of a scenario, with each step run once.
    #[must_use]
    pub(crate) fn of(steps: &StepTable) -> Self {
        let mut pace = Self { requests: 0.0, think: Duration::ZERO };
        for step in steps.iter() {
            match &step.kind {
                StepKind::Request(request) if !request.internal => pace.requests += 1.0,
                StepKind::Think(Pause::Between(low, high)) => pace.think += (*low + *high) / 2,
                _ => {}
            }
        }
        pace
    }
}

/// Warnings about parts of a plan that can't be reached.
#[must_use]
pub(crate) fn warnings(plan: &Plan) -> Vec<String> {
    let scenarios = plan.scenarios.iter().flat_map(|scenario| {
        let pace = Pace::of(&scenario.flow.steps);
        let cycle = scenario.wait.mean_cycle(pace.think);
        match &scenario.shape {
            Shape::Closed(_) => closed(scenario, pace, cycle),
            Shape::Open(_) => open(scenario, cycle).into_iter().collect(),
        }
    });
    scenarios.chain(plan.thresholds.iter().filter_map(|threshold| promised(plan, threshold))).collect()
}

/// The highest rate of requests per second of a plan: one round per loop, no retries, and a target that responds
/// instantly.
///
/// # Errors
/// A scenario whose users never pause: only the target limits it.
pub(crate) fn peak_requests(plan: &Plan) -> Result<f64, &Scenario> {
    match plan.scenarios.iter().find(|scenario| requests_of_one(scenario).is_none()) {
        Some(unbound) => Err(unbound),
        None => Ok(timeline::highest(plan, |scenario| requests_of_one(scenario).unwrap_or_default())),
    }
}

/// Requests per arrival, or per second and user.
fn requests_of_one(scenario: &Scenario) -> Option<f64> {
    let pace = Pace::of(&scenario.flow.steps);
    let cycle = scenario.wait.mean_cycle(pace.think).as_secs_f64();
    match &scenario.shape {
        Shape::Open(_) => Some(pace.requests),
        Shape::Closed(_) => (cycle > 0.0).then(|| pace.requests / cycle),
    }
}

fn closed(scenario: &Scenario, pace: Pace, cycle: Duration) -> Vec<String> {
    let Shape::Closed(closed) = &scenario.shape else { return Vec::new() };
    let users = scenario.peak_vus();
    let name = &scenario.name;
    if users == 0 {
        return vec![format!("{name}: never has any users")];
    }
    if cycle.is_zero() || !is_straight(scenario) {
        return Vec::new();
    }
    let pause = show_duration(cycle);
    let ceiling = f64::from(users) * pace.requests / cycle.as_secs_f64();
    let mut warnings = vec![format!(
        "{name}: {} at {pause} think time reach at most {} requests, even if the target responds instantly",
        show_several(users.into(), "user"),
        show_rate(ceiling)
    )];
    let rounds = match closed.work {
        Work::Endless => 0,
        Work::PerUser(iterations) => iterations,
        Work::Shared(iterations) => iterations.div_ceil(users.into()),
    };
    // The last iteration can exceed the limit, so only earlier ones must fit.
    let needed = cycle.mul_f64(rounds.saturating_sub(1) as f64);
    if needed >= closed.schedule.duration() && rounds > 1 {
        warnings.push(format!(
            "{name}: {} iterations per user at {pause} each take {}, but `maxDuration` is {}: the rest will be dropped",
            show_count(rounds),
            show_duration(cycle.mul_f64(rounds as f64)),
            show_duration(closed.schedule.duration())
        ));
    }
    warnings
}

fn open(scenario: &Scenario, cycle: Duration) -> Option<String> {
    let Shape::Open(open) = &scenario.shape else { return None };
    let peak = open.schedule.peak_rate();
    let needed = peak * cycle.as_secs_f64();
    (needed > f64::from(open.max_vus)).then(|| {
        format!(
            "{}: {} with {} think time need {needed:.0} users even if the target responds instantly, but `maxVUs` is {}: arrivals will be dropped",
            scenario.name,
            show_rate(peak),
            show_duration(cycle),
            show_count(open.max_vus.into())
        )
    })
}

/// A warning for a threshold that needs more requests or iterations than the plan can reach.
fn promised(plan: &Plan, threshold: &Threshold) -> Option<String> {
    let wants_more = matches!(threshold.operator, Operator::Greater | Operator::GreaterOrEqual);
    let name = &threshold.metric.name;
    let per_request = *name == HTTP_REQS.name;
    if !per_request && *name != ITERATIONS.name {
        return None;
    }
    let only = match threshold.selector.as_slice() {
        [] => None,
        [(tag, value)] if tag == "scenario" => Some(value),
        _ => return None,
    };
    if !wants_more || threshold.window.is_some() || threshold.bearing == Bearing::NotRun {
        return None;
    }
    let concerned = plan.scenarios.iter().filter(|scenario| only.is_none_or(|only| *only == scenario.name));
    let most: Option<f64> = concerned.map(|scenario| most_of(plan, scenario, per_request)).sum();
    let most = most?;
    let (ceiling, shown) = match threshold.stat {
        Stat::Count => (most, show_count(whole(most))),
        // A run that ends early has a higher rate.
        _ => return None,
    };
    (threshold.bound > ceiling).then(|| {
        format!(
            "threshold {} on {} can't be met: the run reaches at most {shown}, even if the target responds instantly",
            threshold.expression, threshold.key
        )
    })
}

/// Upper bound of the requests or iterations of a scenario; None where there is none: users without a fixed pause, random
/// arrivals, and requests of loops, parallel blocks, polls, retries and token providers.
fn most_of(plan: &Plan, scenario: &Scenario, per_request: bool) -> Option<f64> {
    let each = if per_request { requests_at_most(plan, scenario)? } else { 1.0 };
    let iterations = match &scenario.shape {
        Shape::Open(open) => open.schedule.is_even().then(|| open.schedule.area_until(open.schedule.duration()).ceil()),
        Shape::Closed(closed) => match closed.work {
            Work::Shared(iterations) => Some(iterations as f64),
            Work::PerUser(iterations) => Some(f64::from(scenario.peak_vus()) * iterations as f64),
            Work::Endless => None,
        },
    };
    iterations.map(|iterations| iterations * each)
}

/// Whether each step runs once an iteration.
fn is_straight(scenario: &Scenario) -> bool {
    let Some(program) = scenario.flow.program() else { return false };
    let branches = |op: &Op| {
        matches!(
            op,
            Op::Goto(_) | Op::Unless(..) | Op::When(..) | Op::Chance(..) | Op::Choose(_) | Op::Due { .. } | Op::Fail(_)
        )
    };
    !program.ops.iter().any(|op| repeats(op) || branches(op))
}

/// Whether an operation can run others again, or beside each other.
fn repeats(op: &Op) -> bool {
    matches!(op, Op::Retry(_) | Op::Return(_) | Op::Loop(_) | Op::Expired { .. } | Op::Parallel(_) | Op::Detach { .. })
}

/// Requests of an iteration with `on_start` and `on_stop`, each with all redirects that it may follow, and once more after
/// a 401.
fn requests_at_most(plan: &Plan, scenario: &Scenario) -> Option<f64> {
    let program = scenario.flow.program()?;
    let is_internal = scenario.flow.steps.iter().any(|step| step.request().is_some_and(|request| request.internal));
    if is_internal || program.ops.iter().any(repeats) {
        return None;
    }
    let sent = program.ops.iter().filter_map(|op| if let Op::Send(step, _) = op { Some(*step) } else { None });
    let most = sent.map(|step| {
        let request = scenario.flow.steps.get(step).and_then(|step| step.request());
        let redirects = request.and_then(|request| request.spec.redirects).unwrap_or(plan.http.max_redirects);
        2.0 * (1.0 + f64::from(redirects))
    });
    Some(most.sum())
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count")]
fn whole(count: f64) -> u64 {
    count.max(0.0) as u64
}
