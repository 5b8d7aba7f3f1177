//! k6's executors, with its option names and defaults, as open or closed shapes.

use std::time::Duration;

use super::stages::{STAGES, read_stages};
use crate::{
    plan::{ClosedSchedule, ClosedShape, OpenSchedule, OpenShape, Shape, Work, schedule::open::Spacing},
    profile::{
        diagnostic::Invalid,
        grammar::{Key, Section, Type, words},
        node::Node,
        reader::{MapReader, Reader},
    },
    units::{show_count, significant, whole},
};

/// Default of `gracefulStop` and `gracefulRampDown`.
pub(super) const GRACE: Duration = Duration::from_secs(30);
/// Default of `maxDuration`.
pub(super) const MAX_DURATION: Duration = Duration::from_secs(600);
/// Default of `maxVUs`. k6 requires one; a user takes only kilobytes here.
pub(super) const DEFAULT_MAX_VUS: u32 = 10_000;

/// Maximum arrivals per second of a schedule, far beyond what one machine can send.
const MAX_RATE: f64 = 1e7;

static VUS: Key = Key::new("vus", Type::Count, "number of users; 1");
static ITERATIONS: Key = Key::new("iterations", Type::Count, "number of iterations; 1");
static MAXIMUM: Key = Key::new("maxDuration", Type::Duration, "maximum time; 10m");
static DURATION: Key = Key::required("duration", Type::Duration, "length of the load");
static TIME_UNIT: Key = Key::new("timeUnit", Type::Duration, "the time unit of rates; 1s");
static PRE_ALLOCATED: Key = Key::new("preAllocatedVUs", Type::Count, "users created before the start; 0");
static MAX_VUS: Key =
    Key::new("maxVUs", Type::Count, "maximum number of users; `preAllocatedVUs`, or 10000 without it");
static ARRIVALS: Key = Key::new("arrivals", Type::Word(&words(&SPACINGS)), "spacing of arrivals; even");

/// An executor: its options, and their reader.
#[derive(Debug)]
pub struct Executor {
    /// The options; the name of the section is that of the executor.
    pub options: Section,
    read: fn(&Reader, &mut MapReader<'_>) -> Option<Shape>,
}

/// The table of executors.
pub static EXECUTORS: [Executor; 7] = [
    Executor {
        options: Section::new(
            "constant-vus",
            "A fixed number of users, each running iterations one after another.",
            &[&[VUS, DURATION]],
        ),
        read: constant_vus,
    },
    Executor {
        options: Section::new(
            "ramping-vus",
            "A number of users that changes in stages.",
            &[&[
                Key::new("startVUs", Type::Count, "users at the start; 1"),
                Key::required("stages", STAGES, "stages of the number of users"),
                Key::new(
                    "gracefulRampDown",
                    Type::Duration,
                    "time for an iteration to finish when its user is stopped; 30s",
                ),
            ]],
        ),
        read: ramping_vus,
    },
    Executor {
        options: Section::new(
            "shared-iterations",
            "A fixed number of iterations, shared by all users.",
            &[&[VUS, ITERATIONS, MAXIMUM]],
        ),
        read: shared_iterations,
    },
    Executor {
        options: Section::new(
            "per-vu-iterations",
            "A fixed number of iterations per user.",
            &[&[VUS, ITERATIONS, MAXIMUM]],
        ),
        read: per_vu_iterations,
    },
    Executor {
        options: Section::new(
            "constant-arrival-rate",
            "A constant rate of arrivals, independent of response times.",
            &[&[
                Key::required("rate", Type::Number, "arrivals per `timeUnit`"),
                DURATION,
                TIME_UNIT,
                ARRIVALS,
                PRE_ALLOCATED,
                MAX_VUS,
            ]],
        ),
        read: constant_arrival_rate,
    },
    Executor {
        options: Section::new(
            "ramping-arrival-rate",
            "A rate of arrivals that changes in stages.",
            &[&[
                Key::new("startRate", Type::Number, "arrivals per `timeUnit` at the start; 0"),
                Key::required("stages", STAGES, "stages of the rate"),
                TIME_UNIT,
                ARRIVALS,
                PRE_ALLOCATED,
                MAX_VUS,
            ]],
        ),
        read: ramping_arrival_rate,
    },
    Executor {
        options: Section::new(
            "externally-controlled",
            "A number of users that the control API changes.",
            &[&[VUS, Key::new("maxVUs", Type::Count, "maximum number of users; `vus`"), DURATION]],
        ),
        read: externally_controlled,
    },
];

/// The executors' names.
pub(super) static NAMES: [&str; EXECUTORS.len()] = {
    let mut names = [""; EXECUTORS.len()];
    let mut at = 0;
    while at < names.len() {
        names[at] = EXECUTORS[at].options.name;
        at += 1;
    }
    names
};

/// Reads an executor and its options; returns its canonical name, and the shape unless there are errors.
pub(super) fn read(reader: &Reader, map: &mut MapReader<'_>, node: &Node) -> Option<(&'static str, Option<Shape>)> {
    let words: Vec<_> = EXECUTORS.iter().map(|executor| (executor.options.name, executor)).collect();
    let executor = reader.word(node, "executor", &words)?;
    map.expect(executor.options.own_keys());
    Some((executor.options.name, (executor.read)(reader, map)))
}

fn constant_vus(reader: &Reader, map: &mut MapReader<'_>) -> Option<Shape> {
    let vus = read_vus(reader, map);
    let duration = read_length(reader, map);
    Some(closed(ClosedSchedule::constant(vus?, duration?), GRACE, Work::Endless))
}

fn shared_iterations(reader: &Reader, map: &mut MapReader<'_>) -> Option<Shape> {
    let vus = read_vus(reader, map);
    let iterations = map.take("iterations").map_or(Some(1), |node| reader.count(node, "iterations"));
    let limit = read_limit(reader, map);
    if let (Some(vus), Some(iterations)) = (vus, iterations)
        && iterations < vus
    {
        reader.invalid(map.position, too_few_iterations(iterations, vus));
    }
    Some(closed(ClosedSchedule::constant(vus?, limit?), GRACE, Work::Shared(iterations?.into())))
}

fn per_vu_iterations(reader: &Reader, map: &mut MapReader<'_>) -> Option<Shape> {
    let vus = read_vus(reader, map);
    let node = map.take("iterations");
    let iterations = node.map_or(Some(1), |node| reader.count(node, "iterations"));
    if let (Some(node), Some(0)) = (node, iterations) {
        reader.error(node.position, "`iterations` must be greater than zero", None);
    }
    let limit = read_limit(reader, map);
    Some(closed(ClosedSchedule::constant(vus?, limit?), GRACE, Work::PerUser(iterations?.into())))
}

fn ramping_vus(reader: &Reader, map: &mut MapReader<'_>) -> Option<Shape> {
    let start = map.take("startVUs").map_or(Some(1), |node| reader.count(node, "startVUs"));
    let grace = map.take("gracefulRampDown").map_or(Some(GRACE), |node| reader.duration(node, "gracefulRampDown"));
    let stages = read_stages(reader, map, |node| reader.count(node, "target").map(f64::from));
    Some(closed(ClosedSchedule::ramping(start?, stages?), grace?, Work::Endless))
}

fn constant_arrival_rate(reader: &Reader, map: &mut MapReader<'_>) -> Option<Shape> {
    let unit = read_time_unit(reader, map);
    let node = map.need(reader, "rate", "100");
    let rate = node.and_then(|node| read_rate(reader, node, "rate", unit.unwrap_or(1.0)));
    if let (Some(node), Some(0.0)) = (node, rate) {
        reader.error(node.position, "`rate` must be greater than zero", None);
    }
    let duration = read_length(reader, map);
    let spacing = read_spacing(reader, map);
    let users = read_users(reader, map);
    Some(open(OpenSchedule::constant(unit.and(rate)?, duration?, spacing?), users?))
}

fn ramping_arrival_rate(reader: &Reader, map: &mut MapReader<'_>) -> Option<Shape> {
    let unit = read_time_unit(reader, map);
    let start = map.take("startRate");
    let start = start.map_or(Some(0.0), |node| read_rate(reader, node, "startRate", unit.unwrap_or(1.0)));
    let stages = read_stages(reader, map, |node| read_rate(reader, node, "target", unit.unwrap_or(1.0)));
    let spacing = read_spacing(reader, map);
    let users = read_users(reader, map);
    Some(open(OpenSchedule::ramping(unit.and(start)?, stages?, spacing?), users?))
}

/// A number of users that the control API can change. In k6, a duration of zero is endless.
fn externally_controlled(reader: &Reader, map: &mut MapReader<'_>) -> Option<Shape> {
    let vus = read_vus(reader, map);
    let most = map.take("maxVUs").map(|node| (node.position, reader.count(node, "maxVUs")));
    let node = map.need(reader, "duration", "1h");
    let duration = node.and_then(|node| reader.duration(node, "duration"));
    if let (Some(node), Some(Duration::ZERO)) = (node, duration) {
        let hint = "for an open-ended run use a long one, such as 30d, and stop it with Ctrl-C or the control API";
        reader.error(node.position, "`duration` must be greater than zero", Some(hint.to_owned()));
    }
    let (position, most) = most.map_or((map.position, vus), |(position, most)| (position, most));
    if let (Some(vus), Some(most)) = (vus, most)
        && most < vus
    {
        reader.error(position, format!("`maxVUs` ({most}) must be at least `vus` ({vus})"), None);
    }
    let schedule = ClosedSchedule::constant(vus?, duration?);
    Some(Shape::Closed(ClosedShape {
        schedule,
        graceful_ramp_down: GRACE,
        work: Work::Endless,
        max_users: Some(most?),
    }))
}

/// The error for fewer shared iterations than users.
pub(super) fn too_few_iterations(iterations: u32, vus: u32) -> Invalid {
    Invalid::new(format!("`iterations` ({iterations}) must be at least the number of users ({vus})"))
        .hint("raise `iterations`, or lower the number of users")
}

fn read_limit(reader: &Reader, map: &mut MapReader<'_>) -> Option<Duration> {
    map.take("maxDuration").map_or(Some(MAX_DURATION), |node| reader.duration(node, "maxDuration"))
}

pub(super) fn closed(schedule: ClosedSchedule, graceful_ramp_down: Duration, work: Work) -> Shape {
    Shape::Closed(ClosedShape { schedule, graceful_ramp_down, work, max_users: None })
}

pub(super) fn open(schedule: OpenSchedule, (pre_allocated_vus, max_vus): (u32, u32)) -> Shape {
    Shape::Open(OpenShape { schedule, pre_allocated_vus, max_vus, is_searched: false })
}

fn read_vus(reader: &Reader, map: &mut MapReader<'_>) -> Option<u32> {
    map.take("vus").map_or(Some(1), |node| reader.count(node, "vus"))
}

fn read_length(reader: &Reader, map: &mut MapReader<'_>) -> Option<Duration> {
    let node = map.need(reader, "duration", "30s")?;
    let duration = reader.duration(node, "duration")?;
    if duration.is_zero() {
        reader.error(node.position, "`duration` must be greater than zero", None);
        return None;
    }
    Some(duration)
}

/// A rate per time unit, converted to a rate per second.
pub(super) fn read_rate(reader: &Reader, node: &Node, what: &str, unit_seconds: f64) -> Option<f64> {
    let rate = reader.number(node, what)? / unit_seconds;
    if rate > MAX_RATE {
        let message = format!(
            "{what}: {} per `timeUnit` are {} arrivals per second; the maximum is {}",
            significant(rate * unit_seconds),
            show_count(whole(rate)),
            show_count(whole(MAX_RATE))
        );
        reader.error(node.position, message, None);
        return None;
    }
    Some(rate)
}

/// The time unit in seconds.
fn read_time_unit(reader: &Reader, map: &mut MapReader<'_>) -> Option<f64> {
    let Some(node) = map.take("timeUnit") else { return Some(1.0) };
    let unit = reader.duration(node, "timeUnit")?;
    if unit.is_zero() {
        reader.error(node.position, "`timeUnit` must be greater than zero", None);
        return None;
    }
    Some(unit.as_secs_f64())
}

const SPACINGS: [(&str, Spacing); 2] = [("even", Spacing::Even), ("poisson", Spacing::Poisson)];

fn read_spacing(reader: &Reader, map: &mut MapReader<'_>) -> Option<Spacing> {
    map.take("arrivals").map_or(Some(Spacing::Even), |node| reader.word(node, "spacing of arrivals", &SPACINGS))
}

/// Pre-allocated and maximum users. k6 requires the first; here both are optional.
pub(super) fn read_users(reader: &Reader, map: &mut MapReader<'_>) -> Option<(u32, u32)> {
    let made = map.take("preAllocatedVUs").map(|node| (node.position, reader.count(node, "preAllocatedVUs")));
    let most = map.take("maxVUs").map(|node| (node.position, reader.count(node, "maxVUs")));
    let pre_allocated = made.map_or(Some(0), |(_, count)| count)?;
    let default = if made.is_some() { pre_allocated } else { DEFAULT_MAX_VUS };
    let max = most.map_or(Some(default), |(_, count)| count)?;
    if max < pre_allocated || max == 0 {
        let position = most.or(made).map_or(map.position, |(position, _)| position);
        let message = match pre_allocated {
            0 => "`maxVUs` must be at least 1".to_owned(),
            _ => format!("`maxVUs` ({max}) must be at least `preAllocatedVUs` ({pre_allocated})"),
        };
        reader.error(position, message, None);
    }
    Some((pre_allocated, max))
}
