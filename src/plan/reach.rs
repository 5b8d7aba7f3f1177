//! Thresholds that ask for more than a plan can reach, and the load that would reach them.
//!
//! Two bounds are compared: one that no run can exceed, with every redirect and the shortest pauses; and the mean, which runs
//! exceed only by chance. Beyond the first a threshold can't be met; beyond the second it is out of reach.

use std::time::Duration;

use super::{
    Plan, RequestSpec, Scenario, Shape, Work,
    bound::{Counting, widest},
    feasibility::{LESS, counting, counting_mean, cycle, fastest, mean_each, per_second, requests_once, whole},
    outline::{EndScope, Outline, OutlineKind},
    timeline,
};
use crate::{
    language::data::{AtEnd, Order},
    metric::catalogue::{self, HTTP_REQS, ITERATIONS},
    threshold::{Operator, Stat, Threshold},
    units::{show_count, show_rate, show_several},
};

/// Which bound is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Bound {
    /// No run can exceed it.
    Sure,
    /// Runs exceed it only by chance, unless redirects or iterations that end early add requests.
    Mean,
}

/// Standard deviations of a mean beyond which nothing is by chance.
const DEVIATIONS: f64 = 3.0;
/// The share of a mean that a threshold can ask for if responses shall have some time.
const COMFORTABLE: f64 = 0.9;
/// The highest factor that is recommended.
const MAX_FACTOR: f64 = 1e4;

/// A warning for a lower bound that the plan can't reach.
#[must_use]
pub(super) fn warning(plan: &Plan, threshold: &Threshold) -> Option<String> {
    if !matches!(threshold.operator, Operator::Greater | Operator::GreaterOrEqual) {
        return None;
    }
    let only = match threshold.selector.as_slice() {
        [] => None,
        [(tag, value)] if tag == "scenario" => Some(value),
        _ => return None,
    };
    let concerned: Vec<_> =
        plan.scenarios.iter().filter(|scenario| only.is_none_or(|only| *only == scenario.name)).collect();
    let name = &threshold.metric.name;
    if *name != HTTP_REQS.name && *name != ITERATIONS.name {
        return too_few_at_a_time(&concerned, threshold);
    }
    let per_request = *name == HTTP_REQS.name;
    match (threshold.stat, threshold.window) {
        (Stat::Rate, Some(window)) if per_request => too_slow(plan, &concerned, threshold, window),
        (Stat::Rate | Stat::Count, None) => too_little(plan, &concerned, threshold, per_request),
        _ => None,
    }
}

/// The most requests of a scenario in the whole run, all included; None without a bound.
#[must_use]
pub(crate) fn requests_at_most(plan: &Plan, scenario: &Scenario) -> Option<f64> {
    most_of(plan, scenario, true, Bound::Sure)
}

/// Too few requests or iterations in the whole run.
fn too_little(plan: &Plan, concerned: &[&Scenario], threshold: &Threshold, per_request: bool) -> Option<String> {
    let length = match threshold.stat {
        // A run that ends early has a higher rate.
        Stat::Rate => certain_length(plan)?.as_secs_f64(),
        _ => 1.0,
    };
    let most = |per_request, bound| -> Option<f64> {
        let each = concerned.iter().map(|scenario| most_of(plan, scenario, per_request, bound));
        each.sum::<Option<f64>>().map(|most| most / length)
    };
    let shown = |most: f64| match threshold.stat {
        Stat::Rate => show_rate(most),
        _ => show_count(whole(most)),
    };
    let mean = most(per_request, Bound::Mean);
    if let Some(most) = most(per_request, Bound::Sure).filter(|most| threshold.bound > most * (1.0 + 1e-9)) {
        let without = mean.filter(|mean| *mean < most * LESS);
        let without = without.map(|mean| format!(", {} on average without redirects", shown(mean))).unwrap_or_default();
        let would = mean.map(|mean| what_would(concerned, threshold.bound / mean, "would")).unwrap_or_default();
        return Some(format!(
            "threshold {} on {} can't be met: the run reaches at most {}{without}, even if the target responds instantly{would}",
            threshold.expression,
            threshold.key,
            shown(most)
        ));
    }
    let iterations = most(false, Bound::Mean)? * length;
    judge_mean(concerned, threshold, &shown(mean?), (mean?, iterations))
}

/// Too few requests per second in some part of the run.
fn too_slow(plan: &Plan, concerned: &[&Scenario], threshold: &Threshold, window: Duration) -> Option<String> {
    let each = |scenario: &Scenario, of: &dyn Fn(&Scenario) -> Option<f64>| {
        concerned.iter().any(|one| one.name == scenario.name).then(|| of(scenario)).flatten().unwrap_or_default()
    };
    if concerned.iter().any(|scenario| is_open_ended(scenario) || mean_each(scenario).is_none()) {
        return None;
    }
    let most = timeline::highest(plan, |scenario| each(scenario, &mean_each));
    let iterations = |scenario: &Scenario| match &scenario.shape {
        Shape::Open(_) => Some(1.0),
        Shape::Closed(_) => pace(counting_mean(scenario), scenario, scenario.flow.outline.as_ref()?, false),
    };
    let iterations = timeline::highest(plan, |scenario| each(scenario, &iterations));
    judge_mean(concerned, threshold, &show_rate(most), (most, iterations * window.as_secs_f64()))
}

/// Judges a bound by a mean over a number of iterations.
fn judge_mean(
    concerned: &[&Scenario],
    threshold: &Threshold,
    shown: &str,
    (mean, iterations): (f64, f64),
) -> Option<String> {
    let (expression, key, bound) = (&threshold.expression, &threshold.key, threshold.bound);
    let chance = 1.0 + DEVIATIONS / iterations.max(1.0).sqrt();
    if bound > mean * chance {
        return Some(format!(
            "threshold {expression} on {key} is out of reach: without redirects the run makes {shown} on average, even if the target responds instantly{}",
            what_would(concerned, bound / mean, "would")
        ));
    }
    let waits = |scenario: &&Scenario| matches!(&scenario.shape, Shape::Closed(closed) if closed.work == Work::Endless);
    let is_near = bound > mean * COMFORTABLE && concerned.iter().all(waits);
    is_near.then(|| {
        format!(
            "threshold {expression} on {key} leaves responses hardly any time: the run makes {shown} on average if the target responds instantly{}",
            what_would(concerned, bound / (mean * COMFORTABLE), "would leave more")
        )
    })
}

/// Too few users, sockets, streams, or branches at a time.
fn too_few_at_a_time(concerned: &[&Scenario], threshold: &Threshold) -> Option<String> {
    let name = &*threshold.metric.name;
    let holds = |of: fn(&RequestSpec) -> bool| {
        move |scenario: &Scenario| {
            let per_user = scenario.flow.outline.as_ref().and_then(|outline| widest(&outline.iteration))?;
            let has = scenario.flow.steps.requests().any(|(_, request)| of(&request.spec));
            Some(if has { per_user as f64 } else { 0.0 })
        }
    };
    let (most, what) = if name == catalogue::PARALLEL_WIDTH.name && threshold.stat != Stat::Count {
        let widths = concerned.iter().map(|scenario| widest(&scenario.flow.outline.as_ref()?.iteration));
        let most = widths.collect::<Option<Vec<_>>>()?.into_iter().max()? as f64;
        return (threshold.bound > most).then(|| {
            format!(
                "threshold {} on {} can't be met: the widest parallel block has {} in flight",
                threshold.expression,
                threshold.key,
                show_several(whole(most), "request")
            )
        });
    } else if name == catalogue::WS_SOCKETS_OPEN.name {
        (at_a_time(concerned, holds(|spec| spec.websocket.is_some()))?, "WebSocket")
    } else if name == catalogue::SSE_STREAMS_OPEN.name {
        (at_a_time(concerned, holds(|spec| spec.events.is_some()))?, "event stream")
    } else if name == catalogue::VUS.name || name == catalogue::VUS_MAX.name {
        (at_a_time(concerned, |_| Some(1.0))?, "user")
    } else {
        return None;
    };
    (most > 0.0 && threshold.bound > most).then(|| {
        format!(
            "threshold {} on {} can't be met: at most {} at a time{}",
            threshold.expression,
            threshold.key,
            show_several(whole(most), what),
            what_would(concerned, threshold.bound / most, "would")
        )
    })
}

/// The most at a time of what each user has `each` of; None without a bound.
fn at_a_time(concerned: &[&Scenario], each: impl Fn(&Scenario) -> Option<f64>) -> Option<f64> {
    let of = |scenario: &&Scenario| Some(each(scenario)? * f64::from(scenario.peak_vus()));
    if concerned.iter().any(|scenario| is_open_ended(scenario)) { None } else { concerned.iter().map(of).sum() }
}

/// Whether the control API can start any number of users.
fn is_open_ended(scenario: &Scenario) -> bool {
    matches!(&scenario.shape, Shape::Closed(closed) if closed.max_users.is_some())
}

/// What so many times the load does, as a last clause; empty if more users do not help.
fn what_would(concerned: &[&Scenario], times: f64, does: &str) -> String {
    let is_shared = |scenario: &&Scenario| matches!(&scenario.shape, Shape::Closed(closed) if matches!(closed.work, Work::Shared(_)));
    if !(1.0..MAX_FACTOR).contains(&times) || concerned.iter().any(is_shared) {
        return String::new();
    }
    let (factor, shown) = rounded_up(times);
    let flag = format!("`--vus-factor {shown}`");
    match concerned {
        [only] if matches!(only.shape, Shape::Closed(_)) => {
            let users = (f64::from(only.peak_vus()) * factor - 1e-6).ceil();
            format!("; {} {does} ({flag})", show_several(whole(users), "user"))
        }
        _ => format!("; {flag} {does}"),
    }
}

/// A factor above one, rounded up to three digits, and its text.
fn rounded_up(factor: f64) -> (f64, String) {
    let unit = 10_f64.powf(factor.log10().floor() - 2.0);
    let rounded = (factor / unit - 1e-6).ceil() * unit;
    let places = if factor < 10.0 { 2 } else { usize::from(factor < 100.0) };
    let text = format!("{rounded:.places$}");
    let text = if places > 0 { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text };
    (rounded, text)
}

/// The time that a run lasts at least, unless it is stopped: until the last scenario ends that nothing else can end.
fn certain_length(plan: &Plan) -> Option<Duration> {
    let rows_end = plan.data.iter().any(|data| {
        !matches!(data.order, Order::Sequential(AtEnd::Recycle) | Order::Shuffled(AtEnd::Recycle) | Order::Random)
    });
    let lasts = |scenario: &&Scenario| {
        let is_timed = match &scenario.shape {
            Shape::Open(_) => true,
            Shape::Closed(closed) => closed.work == Work::Endless,
        };
        let ends = |kind: &OutlineKind| match kind {
            OutlineKind::End(EndScope::User) => true,
            OutlineKind::Row => rows_end,
            _ => false,
        };
        is_timed && scenario.flow.outline.as_ref().is_some_and(|outline| !outline.any(ends))
    };
    let ends = plan.scenarios.iter().filter(lasts).map(|scenario| scenario.start + scenario.duration());
    ends.max().filter(|length| !length.is_zero())
}

/// Upper bound of the requests or iterations of a scenario; None where there is none.
fn most_of(plan: &Plan, scenario: &Scenario, per_request: bool, bound: Bound) -> Option<f64> {
    let outline = scenario.flow.outline.as_ref()?;
    let counting = match bound {
        Bound::Sure => counting(scenario, Some(plan.http.max_redirects), true),
        Bound::Mean => counting_mean(scenario),
    };
    let (each, once) = if per_request {
        (counting.most_requests(&outline.iteration)?, requests_once(counting, outline)?)
    } else {
        (1.0, 0.0)
    };
    match &scenario.shape {
        Shape::Open(open) => {
            // The number of random arrivals has no bound.
            let arrivals =
                open.schedule.is_even().then(|| open.schedule.area_until(open.schedule.duration()).ceil())?;
            Some(arrivals * (each + once))
        }
        Shape::Closed(_) if is_open_ended(scenario) => None,
        Shape::Closed(closed) => {
            // Steps before the first iteration are begun again until they succeed.
            if per_request && counting.may_end_early(&outline.on_start) {
                return None;
            }
            let users = closed.schedule.rises();
            let iterations = match closed.work {
                Work::Shared(iterations) => iterations as f64 * each,
                Work::PerUser(iterations) => users * iterations as f64 * each,
                // All iterations of a user but its last one end within its time.
                Work::Endless => {
                    closed.schedule.user_seconds() * pace(counting, scenario, outline, per_request)? + users * each
                }
            };
            Some(iterations + users * once)
        }
    }
}

/// The most requests or iterations per second of a user.
fn pace(counting: Counting<'_>, scenario: &Scenario, outline: &Outline, per_request: bool) -> Option<f64> {
    if per_request {
        return fastest(counting, scenario, outline).map(per_second);
    }
    let busy = Duration::from_secs_f64(counting.least_pause(&outline.iteration));
    let cycle = cycle(counting, scenario.wait, busy);
    (!cycle.is_zero()).then(|| 1.0 / cycle.as_secs_f64())
}

#[cfg(test)]
mod tests;
