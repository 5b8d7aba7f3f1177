//! The timeline of a plan: starts, changes and ends, and the load at these times.

use std::{collections::BTreeMap, time::Duration};

use super::{Plan, Scenario, Shape};

/// A time at which the load changes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct TimelinePoint {
    /// Offset from the start of the run.
    pub at: Duration,
    /// Users of all closed scenarios from this time on.
    pub users: u64,
    /// Arrivals per second of all open scenarios from this time on.
    pub rate: f64,
    /// Descriptions of the changes.
    pub what: Vec<String>,
}

/// The highest load, and the time at which it is first reached.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Peaks {
    /// Users of closed scenarios.
    pub users: (u64, Duration),
    /// Arrivals per second of open scenarios.
    pub rate: (f64, Duration),
}

/// All points in order of time.
#[must_use]
pub(crate) fn points(plan: &Plan) -> Vec<TimelinePoint> {
    let mut changes: BTreeMap<Duration, Vec<String>> = BTreeMap::new();
    for scenario in &plan.scenarios {
        let mut note = |at, what: String| changes.entry(scenario.start + at).or_default().push(what);
        for (number, mark) in scenario.stages().iter().enumerate() {
            let stage = if mark.label.is_empty() { String::new() } else { format!(" stage {}", mark.label) };
            let begins = if number == 0 { " begins" } else { "" };
            note(
                mark.start,
                format!("{}{begins}{}{stage}", scenario.name, if number == 0 && !stage.is_empty() { "," } else { "" }),
            );
        }
        note(scenario.duration(), format!("{} ends", scenario.name));
    }
    let point = |(at, what)| TimelinePoint { at, users: users_at(plan, at), rate: rate_at(plan, at), what };
    changes.into_iter().map(point).collect()
}

/// The highest load. It is linear between two points, so that its maximum is at a point or right before one.
#[must_use]
pub(crate) fn peaks(plan: &Plan) -> Peaks {
    let mut peaks = Peaks::default();
    for TimelinePoint { at, users, rate, .. } in points(plan) {
        let before = at.saturating_sub(Duration::from_micros(1));
        for (users, rate) in [(users_at(plan, before), rate_at(plan, before)), (users, rate)] {
            if users > peaks.users.0 {
                peaks.users = (users, at);
            }
            if rate > peaks.rate.0 * (1.0 + 1e-6) {
                peaks.rate = (rate, at);
            }
        }
    }
    peaks
}

/// The maximum over time of the sum over all scenarios of load times `each`.
#[must_use]
pub(crate) fn highest(plan: &Plan, each: impl Fn(&Scenario) -> f64) -> f64 {
    let sum = |at| {
        active(plan, at)
            .map(|(scenario, offset)| each(scenario) * load_at(scenario, offset))
            .fold(0.0, |sum, load| sum + load)
    };
    let points = points(plan).into_iter().map(|point| point.at);
    points.map(|at| sum(at).max(sum(at.saturating_sub(Duration::from_micros(1))))).fold(0.0, f64::max)
}

/// Arrivals per second, or users.
fn load_at(scenario: &Scenario, offset: Duration) -> f64 {
    match &scenario.shape {
        Shape::Closed(closed) => closed.schedule.users_at(offset).into(),
        Shape::Open(open) => open.schedule.rate_at(offset),
    }
}

fn users_at(plan: &Plan, at: Duration) -> u64 {
    let users = active(plan, at).map(|(scenario, offset)| match &scenario.shape {
        Shape::Closed(closed) => u64::from(closed.schedule.users_at(offset)),
        Shape::Open(_) => 0,
    });
    users.sum()
}

fn rate_at(plan: &Plan, at: Duration) -> f64 {
    let rates = active(plan, at).map(|(scenario, offset)| match &scenario.shape {
        Shape::Open(open) => open.schedule.rate_at(offset),
        Shape::Closed(_) => 0.0,
    });
    // A sum of nothing would be -0.0.
    rates.fold(0.0, |sum, rate| sum + rate)
}

fn active(plan: &Plan, at: Duration) -> impl Iterator<Item = (&Scenario, Duration)> {
    let offset = move |scenario: &Scenario| at.checked_sub(scenario.start).filter(|at| *at < scenario.duration());
    plan.scenarios.iter().filter_map(move |scenario| Some((scenario, offset(scenario)?)))
}
