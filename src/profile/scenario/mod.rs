//! Scenarios: who runs a flow, when and how many; brought to open and closed shapes.
//!
//! Owns the load's part of the grammar: executors (`executor`), load in brief ([`brief`]), totals that scenarios
//! share, rests between iterations (`wait`). Never reads the steps of a flow. Start with [`read_all`].

pub(super) mod brief;
mod executor;
mod once;
pub(super) mod stages;
mod total;
pub(super) mod wait;

use std::time::Duration;

pub(crate) use brief::Brief;
pub use executor::EXECUTORS;
pub(crate) use once::Once;

use self::total::Total;
use super::{
    diagnostic::{Place, did_you_mean},
    document::Given,
    flow::{Sections, SetupNames, Surroundings, read_flow},
    grammar::{Key, Section, Type},
    node::Node,
    reader::{MapReader, Reading},
};
use crate::plan::{FlowPlan, Origin, Scenario, Shape, Wait};

/// A scenario.
pub(in crate::profile) static SCENARIO: Section = Section {
    name: "scenario",
    about: "A flow and its load. The load is in brief, an executor's, or a share of the profile's.",
    keys: &[&[
        Key::required("flow", Type::Steps, "steps of an iteration"),
        Key::new("user", Type::Names(&Type::Any), "initial variables of each user"),
        Key::new("on_start", Type::Steps, "steps of each user before its first iteration"),
        Key::new("on_stop", Type::Steps, "steps of each user after its last iteration"),
        Key::new("startTime", Type::Duration, "delay from the start of the run; 0s"),
        Key::new("gracefulStop", Type::Duration, "time for running iterations to finish after the end; 30s"),
        Key::new("tags", Type::Names(&Type::Text), "labels of its series"),
        Key::new("share", Type::Count, "its weight when scenarios share the profile's load; 1"),
    ]],
    includes: &[&wait::WAIT],
};

/// The key that names an executor.
pub(in crate::profile) static EXECUTOR: Key =
    Key::required("executor", Type::Word(&executor::NAMES), "name of the executor");

/// What flags and the environment say of the load; they stand over the profile.
#[derive(Debug, Clone, Default)]
pub struct GivenLoad {
    /// The load in brief: it replaces the profile's.
    pub brief: Brief,
    /// Only these scenarios; all when empty.
    pub only: Vec<String>,
    /// The least time between the begins of a user's iterations.
    pub min_iteration_duration: Option<Duration>,
}

/// What steps are compiled from, and where the servers that they name go.
pub(crate) struct Sources<'s, 'n> {
    /// What all flows of the profile share.
    pub surroundings: &'s Surroundings<'n>,
    /// Names that setup gives values.
    pub of_setup: &'s SetupNames,
    /// The plan's servers.
    pub origins: &'s mut Vec<Origin>,
}

impl<'n> Sources<'_, 'n> {
    /// Compiles the steps of one kind of user.
    pub(super) fn flow(&mut self, reading: &Reading, sections: &Sections<'n>, strict: bool) -> FlowPlan {
        read_flow(reading, self.surroundings, self.origins, sections, self.of_setup, strict)
    }
}

/// The scenarios of a profile.
#[derive(Debug, Default)]
pub(crate) struct Scenarios {
    /// What runs.
    pub run: Vec<Scenario>,
    /// What `--scenarios` leaves out: names and tags.
    pub left_out: Vec<(String, Vec<(String, String)>)>,
    /// How the load came about, where that is not what the profile says.
    pub notes: Vec<String>,
}

/// A scenario as it stands in the profile.
struct Read {
    name: String,
    place: Place,
    load: Load,
    /// Whether it runs: `--scenarios` may leave it out.
    kept: bool,
    start: Option<Duration>,
    graceful_stop: Option<Duration>,
    wait: Option<Wait>,
    flow: FlowPlan,
    tags: Vec<(String, String)>,
}

/// Where a scenario's load comes from.
enum Load {
    /// It has its own; None after an error.
    Own(Option<(&'static str, Shape)>),
    /// So much of the total.
    Share(u32),
}

/// Reads the load at the top, `flow` or `scenarios`.
pub(crate) fn read_all<'n>(
    reading: &Reading,
    map: &mut MapReader<'n>,
    given: &Given,
    sources: &mut Sources<'_, 'n>,
) -> Scenarios {
    let mut found = Scenarios::default();
    let flow = map.take("flow");
    let total = Total::read(reading, map, &given.load.brief, flow.is_some());
    let wait = wait::read(reading, map).unwrap_or_default();
    let mut read = Vec::new();
    if let Some(node) = flow {
        let flow = sources.flow(reading, &Sections::of_flow(node, "flow"), false);
        let (start, grace) = (Some(Duration::ZERO), Some(executor::GRACE));
        let (name, place, load) = ("default".to_owned(), node.place, Load::Share(1));
        read.push(Read {
            name,
            place,
            load,
            kept: true,
            start,
            graceful_stop: grace,
            wait: None,
            flow,
            tags: Vec::new(),
        });
    }
    let example = "{users: {executor: constant-vus, vus: 10, duration: 30s, flow: [{get: /}]}}";
    let section = map.take("scenarios");
    if section.is_none() && flow.is_none() && map.is_map() {
        let hint = format!("for example `flow: [{{get: /}}]`, or `scenarios: {example}`");
        reading.error(map.place, "the profile needs `flow` or `scenarios`", Some(hint));
    }
    if let (Some(node), true) = (section, flow.is_some()) {
        let hint = "move the top-level flow into `scenarios`, under a name";
        reading.error(node.place, "a profile has either `flow` or `scenarios`, not both", Some(hint.to_owned()));
    }
    if let Some(node) = section {
        let entries = reading.map(node, "scenarios").entries;
        if entries.is_empty() && !reading.has_errors() {
            reading.error(node.place, "`scenarios` is empty", None);
        }
        for entry in &entries {
            check_name(reading, &entry.name, entry.place);
            read.push(read_one(reading, (&entry.name, entry.value), sources, &mut found.notes, &total));
        }
    }
    let place = section.or(flow).map_or(map.place, |node| node.place);
    leave_out(reading, place, &given.load.only, &mut read);
    if total.replaces_own() && read.iter().any(|one| matches!(one.load, Load::Own(_))) {
        for one in &mut read {
            one.start = Some(Duration::ZERO);
            if matches!(one.load, Load::Own(_)) {
                one.load = Load::Share(1);
            }
        }
        found.notes.push({
            let kept = read.iter().filter(|one| one.kept).map(|one| one.name.as_str()).collect::<Vec<_>>();
            format!("flags replace the load of {}; they start together", kept.join(", "))
        });
    }
    let least = given.load.min_iteration_duration.map(Wait::Pacing);
    let (shapes, notes) = total.deal(reading, &read);
    found.notes.extend(notes);
    for (one, shape) in read.into_iter().zip(shapes) {
        if !one.kept {
            found.left_out.push((one.name, one.tags));
            continue;
        }
        let rest = least.or(one.wait).unwrap_or(wait);
        found.run.extend(finished(one, shape, rest));
    }
    found
}

fn finished(read: Read, dealt: Option<(&'static str, Shape)>, wait: Wait) -> Option<Scenario> {
    let (executor, shape) = match read.load {
        Load::Own(own) => own?,
        Load::Share(_) => dealt?,
    };
    Some(Scenario {
        name: read.name,
        executor,
        shape,
        start: read.start?,
        graceful_stop: read.graceful_stop?,
        wait,
        flow: read.flow,
        tags: read.tags,
    })
}

fn named(read: &[Read]) -> String {
    read.iter().map(|one| one.name.as_str()).collect::<Vec<_>>().join(", ")
}

fn check_name(reading: &Reading, name: &str, place: Place) {
    let known = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    if name.is_empty() || !name.chars().all(known) {
        let message = format!("scenario name `{name}` may contain only letters, digits, `_` and `-`");
        reading.error(place, message, None);
    }
}

/// Marks what `--scenarios` does not name.
fn leave_out(reading: &Reading, place: Place, only: &[String], read: &mut [Read]) {
    for wanted in only {
        if !read.iter().any(|one| one.name == *wanted) {
            let names = read.iter().map(|one| one.name.as_str());
            let hint = did_you_mean(wanted, names).unwrap_or_else(|| format!("known: {}", named(read)));
            reading.error(place, format!("--scenarios: unknown scenario `{wanted}`"), Some(hint));
        }
    }
    for one in read.iter_mut().filter(|_| !only.is_empty()) {
        one.kept = only.contains(&one.name);
    }
}

fn read_one<'n>(
    reading: &Reading,
    (name, node): (&str, &'n Node),
    sources: &mut Sources<'_, 'n>,
    notes: &mut Vec<String>,
    total: &Total,
) -> Read {
    let mut map = reading.section(node, &format!("scenario `{name}`"), &SCENARIO);
    map.expect([&EXECUTOR]);
    let named = map.take("executor");
    let start = map.take("startTime").map_or(Some(Duration::ZERO), |node| reading.duration(node, "startTime"));
    let graceful_stop =
        map.take("gracefulStop").map_or(Some(executor::GRACE), |node| reading.duration(node, "gracefulStop"));
    let tags = map.take("tags").map(|node| reading.tags(node)).unwrap_or_default();
    let wait = wait::read(reading, &mut map);
    let share = map.take("share").map(|node| (node.place, total::read_share(reading, node)));
    let sections = Sections::take(reading, &mut map);
    let flow = sources.flow(reading, &sections, false);
    let mut known = true;
    let load = if let Some(node) = named {
        let executor = executor::read(reading, &mut map, node);
        known = executor.is_some();
        Load::Own(executor.and_then(|(name, shape)| Some((name, shape?))))
    } else {
        map.expect(brief::LOAD.own_keys());
        let before = reading.error_count();
        let brief = Brief::read(reading, &mut map);
        if reading.error_count() > before {
            // What can't be read is told; that it is missing would be told twice.
            Load::Own(None)
        } else if !brief.is_empty() {
            Load::Own(shaped(reading, Brief::place_in(&map), name, &brief, notes))
        } else if share.is_some() || total.is_there() {
            Load::Share(share.and_then(|(_, share)| share).unwrap_or(1))
        } else {
            map.need(reading, "executor", "constant-vus");
            Load::Own(None)
        }
    };
    if let (Some((place, _)), Load::Own(Some(_))) = (share, &load) {
        let hint = "`share` splits the load at the top of the profile; remove one of them";
        reading.error(place, format!("scenario `{name}` has both its own load and a share"), Some(hint.to_owned()));
    }
    if known {
        map.finish(reading);
    }
    Read { name: name.to_owned(), place: node.place, load, kept: true, start, graceful_stop, wait, flow, tags }
}

/// The shape of load in brief; an error at `place` when there is none.
fn shaped(
    reading: &Reading,
    place: Place,
    name: &str,
    brief: &Brief,
    notes: &mut Vec<String>,
) -> Option<(&'static str, Shape)> {
    match brief.shape() {
        Ok((executor, shape, note)) => {
            notes.extend(note.map(|note| format!("{name}: {note}")));
            Some((executor, shape))
        }
        Err(invalid) => {
            reading.invalid(place, invalid);
            None
        }
    }
}
