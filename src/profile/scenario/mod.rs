//! Scenarios: flows and their load, as open and closed shapes.
//!
//! Owns the load's part of the grammar: executors (`executor`), load without executor ([`shortcut`]), a total load that
//! scenarios share, pauses between iterations (`wait`). Never reads the steps of a flow. Start with [`read_all`].

mod executor;
mod hook;
pub(super) mod shortcut;
pub(super) mod stages;
mod total;
pub(super) mod wait;

use std::time::Duration;

pub use executor::EXECUTORS;
pub(crate) use hook::Hook;
pub(crate) use shortcut::LoadShortcut;

use self::total::Total;
use super::{
    diagnostic::{Position, did_you_mean},
    document::Overrides,
    flow::{FlowSections, ProfileContext, SetupNames, read_flow},
    grammar::{Key, Section, Type},
    node::Node,
    reader::{MapReader, Reader},
};
use crate::plan::{FlowPlan, Origin, Scenario, Shape, Wait, series::LeftOut};

/// A scenario.
pub(in crate::profile) static SCENARIO: Section = Section {
    name: "scenario",
    about: "A flow and its load: load options, an `executor`, or a `share` of the profile's load.",
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

/// Load flags; they override the profile.
#[derive(Debug, Clone, Default)]
pub struct LoadOverrides {
    /// Replaces the load of the profile.
    pub shortcut: LoadShortcut,
    /// `--scenarios`: run only these; empty for all.
    pub only: Vec<String>,
    /// Minimum time between the starts of a user's iterations.
    pub min_iteration_duration: Option<Duration>,
}

/// Inputs of the compilation of flows, and its list of servers.
pub(crate) struct FlowInputs<'s, 'n> {
    /// Parts of the profile that all flows use.
    pub context: &'s ProfileContext<'n>,
    /// Variables that setup sets.
    pub setup_names: &'s SetupNames,
    /// Servers of the plan; extended by each flow.
    pub origins: &'s mut Vec<Origin>,
}

impl<'n> FlowInputs<'_, 'n> {
    /// Compiles a flow.
    pub(super) fn flow(&mut self, reader: &Reader, sections: &FlowSections<'n>, strict: bool) -> FlowPlan {
        read_flow(reader, self.context, self.origins, sections, self.setup_names, strict)
    }
}

/// The scenarios of a profile.
#[derive(Debug, Default)]
pub(crate) struct Scenarios {
    pub run: Vec<Scenario>,
    /// Scenarios excluded by `--scenarios`.
    pub left_out: Vec<LeftOut>,
    /// Notes on differences between the load and the profile.
    pub notes: Vec<String>,
}

/// A scenario of the profile, before shares are resolved.
struct ReadScenario {
    name: String,
    position: Position,
    load: Load,
    /// Whether it runs: `--scenarios` can exclude it.
    kept: bool,
    start: Option<Duration>,
    graceful_stop: Option<Duration>,
    wait: Option<Wait>,
    flow: FlowPlan,
    tags: Vec<(String, String)>,
}

/// The source of a scenario's load.
enum Load {
    /// Its own load; None after an error.
    Own(Option<(&'static str, Shape)>),
    /// Its weight in the total load.
    Share(u32),
}

/// Reads the load at the top, `flow` or `scenarios`.
pub(crate) fn read_all<'n>(
    reader: &Reader,
    map: &mut MapReader<'n>,
    overrides: &Overrides,
    inputs: &mut FlowInputs<'_, 'n>,
) -> Scenarios {
    let mut found = Scenarios::default();
    let flow = map.take("flow");
    let total = Total::read(reader, map, &overrides.load.shortcut, flow.is_some());
    let wait = wait::read(reader, map).unwrap_or_default();
    let mut read = Vec::new();
    if let Some(node) = flow {
        let flow = inputs.flow(reader, &FlowSections::of_flow(node, "flow"), false);
        let (start, grace) = (Some(Duration::ZERO), Some(executor::GRACE));
        let (name, position, load) = ("default".to_owned(), node.position, Load::Share(1));
        read.push(ReadScenario {
            name,
            position,
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
        reader.error(map.position, "the profile needs `flow` or `scenarios`", Some(hint));
    }
    if let (Some(node), true) = (section, flow.is_some()) {
        let hint = "move the top-level flow into `scenarios`, under a name";
        reader.error(node.position, "a profile has either `flow` or `scenarios`, not both", Some(hint.to_owned()));
    }
    if let Some(node) = section {
        let entries = reader.map(node, "scenarios").entries;
        if entries.is_empty() && !reader.has_errors() {
            reader.error(node.position, "`scenarios` is empty", None);
        }
        for entry in &entries {
            check_name(reader, &entry.name, entry.position);
            read.push(read_one(reader, (&entry.name, entry.value), inputs, &mut found.notes, &total));
        }
    }
    let position = section.or(flow).map_or(map.position, |node| node.position);
    leave_out(reader, position, &overrides.load.only, &mut read);
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
    let least = overrides.load.min_iteration_duration.map(Wait::Pacing);
    let (shapes, notes) = total.deal(reader, &read);
    found.notes.extend(notes);
    for (one, shape) in read.into_iter().zip(shapes) {
        if !one.kept {
            let has_arrivals = match (&one.load, &shape) {
                (Load::Own(own), _) => matches!(own, Some((_, Shape::Open(_)))),
                (Load::Share(_), dealt) => dealt.as_ref().is_none_or(|(_, shape)| matches!(shape, Shape::Open(_))),
            };
            found.left_out.push(LeftOut { name: one.name, tags: one.tags, flow: one.flow, has_arrivals });
            continue;
        }
        let rest = least.or(one.wait).unwrap_or(wait);
        found.run.extend(finished(one, shape, rest));
    }
    found
}

fn finished(read: ReadScenario, dealt: Option<(&'static str, Shape)>, wait: Wait) -> Option<Scenario> {
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

fn named(read: &[ReadScenario]) -> String {
    read.iter().map(|one| one.name.as_str()).collect::<Vec<_>>().join(", ")
}

fn check_name(reader: &Reader, name: &str, position: Position) {
    let known = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    if name.is_empty() || !name.chars().all(known) {
        let message = format!("scenario name `{name}` may contain only letters, digits, `_` and `-`");
        reader.error(position, message, None);
    }
}

/// Marks scenarios that `--scenarios` excludes.
fn leave_out(reader: &Reader, position: Position, only: &[String], read: &mut [ReadScenario]) {
    for wanted in only {
        if !read.iter().any(|one| one.name == *wanted) {
            let names = read.iter().map(|one| one.name.as_str());
            let hint = did_you_mean(wanted, names).unwrap_or_else(|| format!("known: {}", named(read)));
            reader.error(position, format!("--scenarios: unknown scenario `{wanted}`"), Some(hint));
        }
    }
    for one in read.iter_mut().filter(|_| !only.is_empty()) {
        one.kept = only.contains(&one.name);
    }
}

fn read_one<'n>(
    reader: &Reader,
    (name, node): (&str, &'n Node),
    inputs: &mut FlowInputs<'_, 'n>,
    notes: &mut Vec<String>,
    total: &Total,
) -> ReadScenario {
    let mut map = reader.section(node, &format!("scenario `{name}`"), &SCENARIO);
    map.expect([&EXECUTOR]);
    let named = map.take("executor");
    let start = map.take("startTime").map_or(Some(Duration::ZERO), |node| reader.duration(node, "startTime"));
    let graceful_stop =
        map.take("gracefulStop").map_or(Some(executor::GRACE), |node| reader.duration(node, "gracefulStop"));
    let tags = map.take("tags").map(|node| reader.tags(node)).unwrap_or_default();
    let wait = wait::read(reader, &mut map);
    let share = map.take("share").map(|node| (node.position, total::read_share(reader, node)));
    let sections = FlowSections::take(reader, &mut map);
    let flow = inputs.flow(reader, &sections, false);
    let mut known = true;
    let load = if let Some(node) = named {
        let executor = executor::read(reader, &mut map, node);
        known = executor.is_some();
        Load::Own(executor.and_then(|(name, shape)| Some((name, shape?))))
    } else {
        map.expect(shortcut::LOAD.own_keys());
        let before = reader.error_count();
        let shortcut = LoadShortcut::read(reader, &mut map);
        if reader.error_count() > before {
            // The error is already reported; a missing load would be a second one.
            Load::Own(None)
        } else if !shortcut.is_empty() {
            Load::Own(shaped(reader, LoadShortcut::position_in(&map), name, &shortcut, notes))
        } else if share.is_some() || total.is_there() {
            Load::Share(share.and_then(|(_, share)| share).unwrap_or(1))
        } else {
            let hint = "for example `vus: 10` with `duration: 30s`, or `rate: 50` with `duration: 30s`; a load at the top of \
                        the profile, or `-u 10 -d 30s`, is shared by its scenarios; presets need one, too";
            if map.is_map() {
                reader.error(map.position, format!("{} has no load", map.what), Some(hint.to_owned()));
            }
            Load::Own(None)
        }
    };
    if let (Some((position, _)), Load::Own(Some(_))) = (share, &load) {
        let hint =
            "remove `share`, or the scenario's own load: `share` is its part of the load at the top of the profile";
        reader.error(position, format!("scenario `{name}` has both its own load and a share"), Some(hint.to_owned()));
    }
    if known {
        map.finish(reader);
    }
    ReadScenario {
        name: name.to_owned(),
        position: node.position,
        load,
        kept: true,
        start,
        graceful_stop,
        wait,
        flow,
        tags,
    }
}

/// The shape of a load shortcut; errors are reported at `position`.
fn shaped(
    reader: &Reader,
    position: Position,
    name: &str,
    shortcut: &LoadShortcut,
    notes: &mut Vec<String>,
) -> Option<(&'static str, Shape)> {
    match shortcut.shape() {
        Ok((executor, shape, note)) => {
            notes.extend(note.map(|note| format!("{name}: {note}")));
            Some((executor, shape))
        }
        Err(invalid) => {
            reader.invalid(position, invalid);
            None
        }
    }
}
