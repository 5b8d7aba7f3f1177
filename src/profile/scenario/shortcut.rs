//! Load without `executor`: k6's shortcut options (`vus`, `duration`, `iterations`, `stages`), Locust's (`users`,
//! `spawn_rate`, `run_time`) and `rate`. At the top of a profile, in a scenario, and on the command line.

use std::time::Duration;

use super::{
    executor::{self, GRACE, MAX_DURATION},
    stages::{self, STAGES},
};
use crate::{
    plan::{
        ClosedSchedule, OpenSchedule, Shape, Work,
        schedule::{Stage, open::Spacing},
    },
    profile::{
        diagnostic::{Invalid, Position},
        grammar::{Key, Section, Type},
        reader::{MapReader, Reader, same_key},
    },
    units::{parse_seconds, show_duration, show_several},
};

/// Keys of the load shortcut.
pub(in crate::profile) static LOAD: Section = Section::new(
    "load",
    "Load without `executor`, at the top of a profile or in a scenario.",
    &[&[
        Key::new("vus", Type::Count, "number of users"),
        Key::new("users", Type::Count, "same as `vus` (Locust)"),
        Key::new("duration", Type::Duration, "length of the load"),
        Key::new(
            "runTime",
            Type::Either(&[Type::Duration, Type::Number]),
            "same as `duration`; a number without a unit is in seconds (Locust)",
        ),
        Key::new("iterations", Type::Count, "number of iterations, shared by all users"),
        Key::new("rate", Type::Number, "arrivals per second"),
        Key::new("stages", STAGES, "stages of the number of users, or of the rate if `rate` is set"),
        Key::new("spawnRate", Type::Number, "users started per second, until all are running (Locust)"),
        Key::new("maxVUs", Type::Count, "maximum number of users of a `rate`; 10000"),
    ]],
);

/// The maximum of counts in a profile.
const MAX_USERS: f64 = 1e7;

/// The load as written; all parts are optional.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LoadShortcut {
    /// Users: `vus` or `users`.
    pub vus: Option<u32>,
    /// Length: `duration` or `runTime`.
    pub duration: Option<Duration>,
    /// Iterations shared by all users.
    pub iterations: Option<u32>,
    /// Stages of users, or of the rate if there is one.
    pub stages: Option<Vec<Stage>>,
    /// Arrivals per second.
    pub rate: Option<f64>,
    /// Users started per second.
    pub spawn_rate: Option<f64>,
    /// Maximum number of users of an arrival rate.
    pub max_vus: Option<u32>,
}

/// The executor's name, its shape, and a note if the shape differs from the options.
pub(super) type Shaped = (&'static str, Shape, Option<String>);

impl LoadShortcut {
    pub(in crate::profile) fn read(reader: &Reader, map: &mut MapReader<'_>) -> Self {
        let mut either = |one: &'static str, other: &'static str| {
            let (first, second) = (map.take(one), map.take(other));
            if let (Some(_), Some(node)) = (first, second) {
                reader.error(node.position, format!("`{one}` and `{other}` mean the same; use one of them"), None);
            }
            first.map(|node| (one, node)).or(second.map(|node| (other, node)))
        };
        let vus = either("vus", "users").and_then(|(what, node)| reader.count(node, what));
        let length = either("duration", "runTime");
        let duration = length.and_then(|(what, node)| {
            let duration = if what == "runTime" {
                reader.parsed(node, what, parse_seconds)?
            } else {
                reader.duration(node, what)?
            };
            if duration.is_zero() {
                reader.error(node.position, format!("`{what}` must be greater than zero"), None);
            }
            Some(duration)
        });
        let iterations = map.take("iterations").and_then(|node| reader.count(node, "iterations"));
        let rate = map.take("rate").and_then(|node| executor::read_rate(reader, node, "rate", 1.0));
        let stages =
            map.take("stages").and_then(|node| stages::read_list(reader, node, |node| reader.number(node, "target")));
        let spawn_rate = map.take("spawnRate").and_then(|node| reader.number(node, "spawnRate"));
        let max_vus = map.take("maxVUs").and_then(|node| reader.count(node, "maxVUs"));
        Self { vus, duration, iterations, stages, rate, spawn_rate, max_vus }
    }

    /// Position of the first key of the load.
    pub(super) fn position_in(map: &MapReader<'_>) -> Position {
        let is_load = |name: &str| LOAD.own_keys().any(|key| same_key(key.name, name));
        map.entries.iter().find(|entry| is_load(&entry.name)).map_or(map.position, |entry| entry.position)
    }

    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The duration, if nothing else is set: it then sets the length of a load and keeps its shape.
    pub(in crate::profile) fn only_duration(&self) -> Option<Duration> {
        let rest = Self { duration: None, ..self.clone() };
        self.duration.filter(|_| rest.is_empty())
    }

    /// Whether it says how long it lasts, so that a duration alone can scale it.
    fn has_length(&self) -> bool {
        self.duration.is_some() || self.stages.is_some()
    }

    /// `self` overrides `lower`. As in k6, stages, iterations, a duration or a rate replace all of these, and the number
    /// of users stays unless it is set. A duration alone keeps all else: the plan is scaled to it later.
    pub(super) fn over(&self, lower: &Self) -> Self {
        let lower = lower.clone();
        if let Some(duration) = self.only_duration() {
            let duration = if lower.has_length() { lower.duration } else { Some(duration) };
            return Self { duration, ..lower };
        }
        let (vus, max_vus) = (self.vus.or(lower.vus), self.max_vus.or(lower.max_vus));
        let spawn_rate = self.spawn_rate.or(lower.spawn_rate);
        match (&self.stages, self.iterations, self.rate, self.duration) {
            (None, None, None, None) => Self { vus, spawn_rate, max_vus, ..lower },
            (None, None, None, duration) => {
                Self { vus, max_vus, spawn_rate, duration, rate: lower.rate, ..Self::default() }
            }
            (None, None, rate, None) => Self { vus, max_vus, rate, duration: lower.duration, ..Self::default() },
            // `maxVUs` applies to arrivals only.
            (_, _, rate, _) => Self { vus, max_vus: max_vus.filter(|_| rate.is_some()), ..self.clone() },
        }
    }

    /// The executor and shape. The default is one iteration by one user, as in k6.
    ///
    /// # Errors
    /// If options contradict each other, or one is missing.
    pub(super) fn shape(&self) -> Result<Shaped, Invalid> {
        if let Some(message) = self.contradiction() {
            return Err(Invalid::new(message));
        }
        if self.max_vus.is_some() && self.rate.is_none() {
            return Err(Invalid::new("`maxVUs` needs `rate`"));
        }
        let vus = self.vus.unwrap_or(1);
        let closed = |name, schedule, work| (name, executor::closed(schedule, GRACE, work), None);
        if let Some(rate) = self.rate {
            return self.open(rate);
        }
        if let Some(spawn_rate) = self.spawn_rate {
            return self.spawned(vus, spawn_rate);
        }
        if let Some(stages) = &self.stages {
            if let Some(stage) = stages.iter().find(|stage| stage.target.fract() != 0.0 || stage.target > MAX_USERS) {
                return Err(Invalid::new(format!(
                    "`stages`: the number of users must be a whole number, not {}",
                    stage.target
                )));
            }
            return Ok(closed("ramping-vus", ClosedSchedule::ramping(vus, stages.clone()), Work::Endless));
        }
        let limit = self.duration.unwrap_or(MAX_DURATION);
        if let Some(iterations) = self.iterations {
            if iterations < vus {
                return Err(executor::too_few_iterations(iterations, vus));
            }
            let work = Work::Shared(iterations.into());
            return Ok(closed("shared-iterations", ClosedSchedule::constant(vus, limit), work));
        }
        Ok(match (self.duration, self.vus) {
            (Some(duration), _) => closed("constant-vus", ClosedSchedule::constant(vus, duration), Work::Endless),
            // As in k6 since 2.1: one iteration for each user.
            (None, Some(vus)) => {
                closed("shared-iterations", ClosedSchedule::constant(vus, limit), Work::Shared(vus.into()))
            }
            (None, None) => closed("per-vu-iterations", ClosedSchedule::constant(1, limit), Work::PerUser(1)),
        })
    }

    /// Options that can't be combined.
    pub(in crate::profile) fn contradiction(&self) -> Option<String> {
        let (iterations, spawns) = (self.iterations.is_some(), self.spawn_rate.is_some());
        let (stages, rate) = (self.stages.is_some(), self.rate.is_some());
        let lengths = "`stages` and `duration` can't be combined: each stage has its own duration";
        let contradictions = [
            (stages && self.duration.is_some(), lengths),
            (stages && iterations, "`stages` and `iterations` can't be combined"),
            (rate && iterations, "`rate` and `iterations` can't be combined: use `duration` with a rate"),
            (
                rate && spawns,
                "`rate` and `spawnRate` can't be combined: with a rate, users start as arrivals need them",
            ),
            (stages && spawns, "`stages` and `spawnRate` can't be combined: stages define how users start"),
            (iterations && spawns, "`iterations` and `spawnRate` can't be combined"),
        ];
        contradictions.iter().find(|(holds, _)| *holds).map(|(_, message)| (*message).to_owned())
    }

    fn open(&self, rate: f64) -> Result<Shaped, Invalid> {
        let made = self.vus.unwrap_or(0);
        let most = self.max_vus.or(self.vus).unwrap_or(executor::DEFAULT_MAX_VUS);
        if most < made || most == 0 {
            let message = match made {
                0 => "`maxVUs` must be at least 1".to_owned(),
                _ => format!("`maxVUs` ({most}) must be at least `vus` ({made})"),
            };
            return Err(Invalid::new(message));
        }
        let schedule = match (&self.stages, self.duration) {
            (Some(stages), _) => OpenSchedule::ramping(rate, stages.clone(), Spacing::Even),
            (None, _) if rate <= 0.0 => return Err(Invalid::new("`rate` must be greater than zero")),
            (None, Some(duration)) => OpenSchedule::constant(rate, duration, Spacing::Even),
            (None, None) => return Err(needs("rate", "duration", "30s")),
        };
        let name = if self.stages.is_some() { "ramping-arrival-rate" } else { "constant-arrival-rate" };
        Ok((name, executor::open(schedule, (made, most)), None))
    }

    /// As in Locust: starts users at a rate until all run; the duration includes the start.
    fn spawned(&self, users: u32, spawn_rate: f64) -> Result<Shaped, Invalid> {
        if self.vus.is_none() {
            return Err(needs("spawnRate", "users", "100"));
        }
        if spawn_rate <= 0.0 {
            return Err(Invalid::new("`spawnRate` must be greater than zero"));
        }
        let whole = self.duration.ok_or_else(|| needs("spawnRate", "runTime", "5m"))?;
        let reached = (spawn_rate * whole.as_secs_f64()).floor().min(f64::from(users));
        let note = (reached < f64::from(users)).then(|| {
            format!(
                "{} at {spawn_rate} per second do not all start within {}; only {reached} will start",
                show_several(users.into(), "user"),
                show_duration(whole)
            )
        });
        let ramp = Duration::try_from_secs_f64(reached / spawn_rate).unwrap_or(whole).min(whole);
        let stay = Stage { duration: whole.saturating_sub(ramp), target: reached };
        let stages = vec![Stage { duration: ramp, target: reached }, stay];
        Ok(("users", executor::closed(ClosedSchedule::ramping(0, stages), GRACE, Work::Endless), note))
    }
}

fn needs(what: &str, key: &str, example: &str) -> Invalid {
    Invalid::new(format!("`{what}` needs `{key}`")).hint(format!("for example `{key}: {example}`"))
}
