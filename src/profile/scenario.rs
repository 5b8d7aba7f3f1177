//! Scenarios: k6's executors, option names and defaults, brought to an open or a closed shape.

use std::time::Duration;

use super::{
    flow::{Sections, SetupNames, Surroundings, read_program},
    node::Node,
    reader::{MapReader, Reading},
};
use crate::plan::{
    ClosedSchedule, ClosedShape, OpenSchedule, OpenShape, Origin, Scenario, Shape,
    schedule::{Stage, open::Spacing},
};

/// Time for setup and for teardown; k6's.
const ONCE: Duration = Duration::from_secs(60);
const GRACE: Duration = Duration::from_secs(30);
/// Users an arrival-rate scenario may make when the profile names no number. k6 demands one; a user costs us kilobytes.
pub const DEFAULT_MAX_VUS: u32 = 10_000;

/// Arrivals per second that a schedule may ask for; far beyond what one machine can send.
const MAX_RATE: f64 = 1e7;

#[derive(Debug, Clone, Copy)]
enum Executor {
    ConstantVus,
    RampingVus,
    SharedIterations,
    ConstantArrivalRate,
    RampingArrivalRate,
}

const EXECUTORS: [(&str, Executor); 5] = [
    ("constant-vus", Executor::ConstantVus),
    ("ramping-vus", Executor::RampingVus),
    ("shared-iterations", Executor::SharedIterations),
    ("constant-arrival-rate", Executor::ConstantArrivalRate),
    ("ramping-arrival-rate", Executor::RampingArrivalRate),
];

/// Reads one scenario.
pub fn read<'n>(
    reading: &Reading,
    name: &str,
    node: &'n Node,
    surroundings: &Surroundings<'n>,
    of_setup: &SetupNames,
    origins: &mut Vec<Origin>,
) -> Option<Scenario> {
    let mut map = reading.map(node, &format!("scenario `{name}`"));
    let executor =
        map.need(reading, "executor", "constant-vus").and_then(|node| reading.word(node, "executor", &EXECUTORS));
    let start = map.take("startTime").map_or(Some(Duration::ZERO), |node| reading.duration(node, "startTime"));
    let graceful_stop = map.take("gracefulStop").map_or(Some(GRACE), |node| reading.duration(node, "gracefulStop"));
    let tags = map.take("tags").map(|node| reading.tags(node)).unwrap_or_default();
    let sections = Sections::take(reading, &mut map);
    let program = read_program(reading, surroundings, origins, &sections, of_setup, false);
    let shape = executor.and_then(|executor| read_shape(reading, &mut map, executor));
    if executor.is_some() {
        map.finish(reading);
    }
    let executor = EXECUTORS.iter().find(|(_, known)| executor.is_some_and(|e| e as u8 == *known as u8))?.0;
    Some(Scenario {
        name: name.to_owned(),
        executor,
        shape: shape?,
        start: start?,
        graceful_stop: graceful_stop?,
        program,
        tags,
    })
}

fn read_shape(reading: &Reading, map: &mut MapReader<'_>, executor: Executor) -> Option<Shape> {
    match executor {
        Executor::ConstantVus => {
            let vus = read_vus(reading, map);
            let duration = read_length(reading, map);
            Some(closed(ClosedSchedule::constant(vus?, duration?), GRACE, None))
        }
        Executor::SharedIterations => {
            let vus = read_vus(reading, map);
            let iterations = map.take("iterations").map_or(Some(1), |node| reading.count(node, "iterations"));
            let ten_minutes = Duration::from_secs(600);
            let limit = map.take("maxDuration").map_or(Some(ten_minutes), |node| reading.duration(node, "maxDuration"));
            if let (Some(vus), Some(iterations)) = (vus, iterations)
                && iterations < vus
            {
                reading.fault(
                    map.place,
                    format!("{iterations} iterations can't be shared by {vus} users"),
                    Some("lower `vus`".to_owned()),
                );
            }
            Some(closed(ClosedSchedule::constant(vus?, limit?), GRACE, Some(iterations?.into())))
        }
        Executor::RampingVus => {
            let start = map.take("startVUs").map_or(Some(1), |node| reading.count(node, "startVUs"));
            let grace =
                map.take("gracefulRampDown").map_or(Some(GRACE), |node| reading.duration(node, "gracefulRampDown"));
            let stages = read_stages(reading, map, |node| reading.count(node, "target").map(f64::from));
            Some(closed(ClosedSchedule::ramping(start?, stages?), grace?, None))
        }
        Executor::ConstantArrivalRate => {
            let unit = read_time_unit(reading, map);
            let rate = map.need(reading, "rate", "100");
            let rate = rate.and_then(|node| read_rate(reading, node, "rate", unit.unwrap_or(1.0)));
            if rate == Some(0.0) {
                reading.fault(map.place, "`rate` must be more than zero", None);
            }
            let duration = read_length(reading, map);
            let spacing = read_spacing(reading, map);
            let users = read_users(reading, map);
            Some(open(OpenSchedule::constant(unit.and(rate)?, duration?, spacing?), users?))
        }
        Executor::RampingArrivalRate => {
            let unit = read_time_unit(reading, map);
            let start = map.take("startRate");
            let start = start.map_or(Some(0.0), |node| read_rate(reading, node, "startRate", unit.unwrap_or(1.0)));
            let stages = read_stages(reading, map, |node| read_rate(reading, node, "target", unit.unwrap_or(1.0)));
            let spacing = read_spacing(reading, map);
            let users = read_users(reading, map);
            Some(open(OpenSchedule::ramping(unit.and(start)?, stages?, spacing?), users?))
        }
    }
}

fn closed(schedule: ClosedSchedule, graceful_ramp_down: Duration, shared_iterations: Option<u64>) -> Shape {
    Shape::Closed(ClosedShape { schedule, graceful_ramp_down, shared_iterations })
}

fn open(schedule: OpenSchedule, (pre_allocated_vus, max_vus): (u32, u32)) -> Shape {
    Shape::Open(OpenShape { schedule, pre_allocated_vus, max_vus })
}

fn read_vus(reading: &Reading, map: &mut MapReader<'_>) -> Option<u32> {
    map.take("vus").map_or(Some(1), |node| reading.count(node, "vus"))
}

fn read_length(reading: &Reading, map: &mut MapReader<'_>) -> Option<Duration> {
    let node = map.need(reading, "duration", "30s")?;
    let duration = reading.duration(node, "duration")?;
    if duration.is_zero() {
        reading.fault(node.place, "`duration` must be more than zero", None);
        return None;
    }
    Some(duration)
}

/// A rate per time unit, as a rate per second.
fn read_rate(reading: &Reading, node: &Node, what: &str, unit_seconds: f64) -> Option<f64> {
    let rate = reading.number(node, what)? / unit_seconds;
    if rate > MAX_RATE {
        reading.fault(node.place, format!("{what}: more than {MAX_RATE} arrivals a second"), None);
        return None;
    }
    Some(rate)
}

/// Seconds of the time unit.
fn read_time_unit(reading: &Reading, map: &mut MapReader<'_>) -> Option<f64> {
    let Some(node) = map.take("timeUnit") else { return Some(1.0) };
    let unit = reading.duration(node, "timeUnit")?;
    if unit.is_zero() {
        reading.fault(node.place, "`timeUnit` must be more than zero", None);
        return None;
    }
    Some(unit.as_secs_f64())
}

fn read_spacing(reading: &Reading, map: &mut MapReader<'_>) -> Option<Spacing> {
    let words = [("even", Spacing::Even), ("poisson", Spacing::Poisson)];
    map.take("arrivals").map_or(Some(Spacing::Even), |node| reading.word(node, "spacing of arrivals", &words))
}

/// Pre-allocated and most users. k6 demands the first; here both may be left out.
fn read_users(reading: &Reading, map: &mut MapReader<'_>) -> Option<(u32, u32)> {
    let made = map.take("preAllocatedVUs").map(|node| (node.place, reading.count(node, "preAllocatedVUs")));
    let most = map.take("maxVUs").map(|node| (node.place, reading.count(node, "maxVUs")));
    let pre_allocated = made.map_or(Some(0), |(_, count)| count)?;
    let default = if made.is_some() { pre_allocated } else { DEFAULT_MAX_VUS };
    let max = most.map_or(Some(default), |(_, count)| count)?;
    if max < pre_allocated || max == 0 {
        let place = most.or(made).map_or(map.place, |(place, _)| place);
        reading.fault(
            place,
            format!("`maxVUs` ({max}) must be at least 1 and at least `preAllocatedVUs` ({pre_allocated})"),
            None,
        );
    }
    Some((pre_allocated, max))
}

fn read_stages(
    reading: &Reading,
    map: &mut MapReader<'_>,
    read_target: impl Fn(&Node) -> Option<f64>,
) -> Option<Vec<Stage>> {
    let node = map.need(reading, "stages", "[{duration: 1m, target: 10}]")?;
    let mut stages = Vec::new();
    let items = reading.list(node, "stages");
    for item in items {
        let mut stage = reading.map(item, "this stage");
        let duration = stage.need(reading, "duration", "1m").and_then(|node| reading.duration(node, "duration"));
        let target = stage.need(reading, "target", "10").and_then(&read_target);
        stage.finish(reading);
        if let (Some(duration), Some(target)) = (duration, target) {
            stages.push(Stage { duration, target });
        }
    }
    if items.is_empty() {
        reading.fault(
            node.place,
            "`stages` is empty",
            Some("for example `stages: [{duration: 1m, target: 10}]`".to_owned()),
        );
    }
    (!stages.is_empty() && stages.len() == items.len()).then_some(stages)
}

/// Setup or teardown: steps of one user that run once, within a time.
pub fn once<'n>(
    reading: &Reading,
    (name, key): (&str, &'static str),
    map: &mut MapReader<'n>,
    surroundings: &Surroundings<'n>,
    of_setup: &SetupNames,
    origins: &mut Vec<Origin>,
) -> Option<Scenario> {
    let limit = map.take(key).map_or(Some(ONCE), |node| reading.duration(node, key));
    let steps = map.take(if name == "setup" { "setup" } else { "teardown" })?;
    let program = read_program(reading, surroundings, origins, &Sections::once(steps), of_setup, name == "setup");
    Some(Scenario {
        name: name.to_owned(),
        executor: "once",
        shape: closed(ClosedSchedule::constant(1, limit?), Duration::ZERO, Some(1)),
        start: Duration::ZERO,
        graceful_stop: Duration::ZERO,
        program,
        tags: Vec::new(),
    })
}
