//! Campaigns: several runs in order. The file is read as a profile is: all errors at once, each with its position.
//!
//! A key of a run stands for an option of `loadagent run`. At the top, it holds for every run that does not have it.

use std::time::Duration;

use super::{
    diagnostic::{Diagnostic, Diagnostics, Position},
    grammar::{Key, Section, Type, words},
    node::{self, Node},
    reader::{Entry, MapReader, Reader, same_key},
    secrets::Secrets,
    texts::Texts,
    variables::Variables,
};

/// Most runs of a campaign, repeats included.
const MAX_RUNS: usize = 10_000;

/// What follows a run that does not pass.
const ON_FAILURE: [(&str, bool); 2] = [("continue", false), ("stop", true)];

/// The top of the file.
pub(crate) static CAMPAIGN: Section = Section {
    name: "campaign",
    about: "Several runs in order.",
    keys: &[&[
        Key::new("name", Type::Text, "name of the campaign; the file name without its extension"),
        Key::required("runs", Type::List(&Type::Map(&RUN)), "the runs, in order"),
        Key::new(
            "on_failure",
            Type::Word(&words(&ON_FAILURE)),
            "what follows a run that does not end with 0; continue",
        ),
    ]],
    includes: &[&EACH],
};

/// A run.
pub(crate) static RUN: Section = Section {
    name: "run",
    about: "A run of the campaign.",
    keys: &[&[
        Key::required("profile", Type::Text, "a file beside the campaign, a bundled profile or a URL"),
        Key::new("name", Type::Text, "name in the table; the file name of the profile without its extension"),
    ]],
    includes: &[&EACH],
};

/// What a run has, and at the top each run that does not have it.
pub(crate) static EACH: Section = Section::new(
    "each",
    "Keys of a run; at the top, they hold for every run that does not have them.",
    &[&[
        Key::new("repeats", Type::Count, "how often the run is made; 1"),
        Key::new("warm_up", Type::Duration, "time from the start of a run that thresholds and the table leave out; 0s"),
        Key::new("cool_down", Type::Duration, "pause after a run, if another one follows; 0s"),
        Key::new("env", Type::Names(&Type::Text), "variables, as with `-e`"),
        Key::new("environment", Type::Text, "as with `--environment`"),
        Key::new("confirm", Type::Text, "the protected environment that the run may load, as with `--confirm`"),
        Key::new("preset", Type::Text, "as with `--preset`"),
        Key::new("scenarios", Type::Several(&Type::Text), "the only scenarios to run, as with `--scenarios`"),
        Key::new("vus", Type::Count, "number of users, as with `-u`"),
        Key::new("duration", Type::Duration, "length of the load, as with `-d`"),
        Key::new("iterations", Type::Count, "iterations of all users together, as with `-i`"),
        Key::new("rate", Type::Number, "arrivals per second, as with `--rate`"),
        Key::new("vus_factor", Type::Number, "as with `--vus-factor`"),
        Key::new("duration_factor", Type::Number, "as with `--duration-factor`"),
        Key::new("thresholds", Type::Names(&Type::Several(&Type::Text)), "as with `--threshold`"),
        Key::new("tags", Type::Names(&Type::Text), "labels of every series, as with `--tag`"),
        Key::new("outputs", Type::Several(&Type::Text), "where metrics are sent, as with `-o`"),
        Key::new("seed", Type::Count, "as with `--seed`"),
        Key::new("workers", Type::Count, "as with `--workers`"),
    ]],
);

/// How the value of a key is read.
#[derive(Clone, Copy)]
enum Value {
    Text,
    Count,
    Number,
    Duration,
    /// Several texts, each a flag of its own.
    Each,
    /// The same, as written: its variables are replaced later.
    AsWritten,
    Names,
}

/// Keys that stand for a flag of `run`.
const FLAGS: [(&str, &str, Value); 16] = [
    ("env", "--env", Value::Names),
    ("environment", "--environment", Value::Text),
    ("confirm", "--confirm", Value::Text),
    ("preset", "--preset", Value::Text),
    ("scenarios", "--scenarios", Value::Each),
    ("vus", "--vus", Value::Count),
    ("duration", "--duration", Value::Duration),
    ("iterations", "--iterations", Value::Count),
    ("rate", "--rate", Value::Number),
    ("vus_factor", "--vus-factor", Value::Number),
    ("duration_factor", "--duration-factor", Value::Number),
    ("thresholds", "--threshold", Value::Names),
    ("tags", "--tag", Value::Names),
    ("outputs", "--out", Value::AsWritten),
    ("seed", "--seed", Value::Count),
    ("workers", "--workers", Value::Count),
];

/// A flag of `run`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Flag {
    /// Such as `--env`.
    pub option: &'static str,
    /// What is before `=` in its value.
    pub name: Option<String>,
    pub value: String,
}

impl Flag {
    /// The word of the command line.
    #[must_use]
    pub(crate) fn word(&self) -> String {
        let name = self.name.as_ref().map(|name| format!("{name}=")).unwrap_or_default();
        format!("{}={name}{}", self.option, self.value)
    }
}

/// A run of a campaign, which can be repeated.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct CampaignRun {
    pub name: String,
    pub profile: String,
    /// Position of the profile's name.
    pub position: Position,
    pub repeats: u32,
    pub warm_up: Duration,
    pub cool_down: Duration,
    pub flags: Vec<Flag>,
}

/// A campaign.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Campaign {
    pub name: String,
    /// Whether a run that does not end with 0 is the last one.
    pub stops_on_failure: bool,
    pub runs: Vec<CampaignRun>,
}

/// Keys of every run, those of the top or its own.
#[derive(Debug, Clone, Default)]
struct Shared {
    repeats: Option<u32>,
    warm_up: Option<Duration>,
    cool_down: Option<Duration>,
    flags: Vec<Flag>,
}

/// Whether a text is a campaign and no profile.
#[must_use]
pub(crate) fn is_campaign(text: &str) -> bool {
    // A text without the word has no such key, and most profiles don't have it.
    text.contains("uns") && node::parse(text).is_ok_and(|root| root.get("runs").is_some() && root.get("flow").is_none())
}

/// Reads a campaign; `environment` is for `env()`.
///
/// # Errors
/// All errors of the text, in its order.
pub(crate) fn load(file: &str, text: &str, environment: &[(String, String)]) -> Result<Campaign, Diagnostics> {
    let all = |list: Vec<Diagnostic>| {
        let secrets = Secrets::of(&Texts::of(file, text));
        Diagnostics::new(file, &secrets.hidden(text), secrets.masked(list))
    };
    let root = node::parse(text).map_err(|error| all(vec![error]))?;
    let path = std::path::Path::new(file);
    let reader = Reader::new(Variables::within(environment), Texts::of(file, text));
    let mut map = reader.section(&root, "the campaign", &CAMPAIGN);
    let stem = path.file_stem().map_or_else(|| "campaign".to_owned(), |stem| stem.to_string_lossy().into_owned());
    let name = map.take("name").and_then(|node| reader.text(node, "name")).unwrap_or(stem);
    let stops = map.take("on_failure").and_then(|node| reader.word(node, "`on_failure`", &ON_FAILURE));
    let shared = Shared::read(&reader, &mut map);
    let example = "[{profile: first.yaml}, {profile: second.yaml}]";
    let nodes = map.need(&reader, "runs", example).map(|node| (node.position, reader.list(node, "runs")));
    let mut runs: Vec<CampaignRun> = Vec::new();
    if let Some((position, nodes)) = nodes {
        for node in nodes {
            runs.extend(read_run(&reader, node, &shared, &runs));
        }
        if nodes.is_empty() && !reader.has_errors() {
            reader.error(position, "a campaign needs a run", Some(format!("for example `runs: {example}`")));
        }
        let count: usize = runs.iter().map(|run| run.repeats as usize).sum();
        if count > MAX_RUNS {
            reader.error(position, format!("{count} runs are more than the {MAX_RUNS} that a campaign can have"), None);
        }
    }
    map.finish(&reader);
    if reader.has_errors() {
        return Err(all(reader.into_errors()));
    }
    Ok(Campaign { name, stops_on_failure: stops.unwrap_or(false), runs })
}

impl Shared {
    fn read(reader: &Reader, map: &mut MapReader<'_>) -> Self {
        let mut duration = |key: &str| map.take(key).and_then(|node| reader.duration(node, &format!("`{key}`")));
        let (warm_up, cool_down) = (duration("warm_up"), duration("cool_down"));
        let repeats = map.take("repeats").and_then(|node| {
            let repeats = reader.count(node, "`repeats`")?;
            if repeats == 0 {
                reader.error(node.position, "`repeats` must be at least 1", None);
            }
            Some(repeats)
        });
        let mut flags = Vec::new();
        for (key, flag, kind) in FLAGS {
            if let Some(node) = map.take(key) {
                flags.extend(values(reader, node, key, kind).into_iter().map(|(name, value)| Flag {
                    option: flag,
                    name,
                    value,
                }));
            }
        }
        Self { repeats, warm_up, cool_down, flags }
    }
}

/// The values of a key, each with its name if it has one.
fn values(reader: &Reader, node: &Node, key: &str, kind: Value) -> Vec<(Option<String>, String)> {
    let what = format!("`{key}`");
    let plain = |value: Option<String>| value.map(|value| (None, value)).into_iter().collect();
    match kind {
        Value::Text => plain(reader.text(node, &what)),
        Value::Count => plain(reader.count(node, &what).map(|count| count.to_string())),
        Value::Number => plain(reader.number(node, &what).map(|number| number.to_string())),
        Value::Duration => plain(reader.duration(node, &what).and_then(|_| reader.text(node, &what))),
        Value::Each => node.one_or_many().iter().filter_map(|node| Some((None, reader.text(node, &what)?))).collect(),
        Value::AsWritten => {
            node.one_or_many().iter().filter_map(|node| Some((None, reader.text_as_written(node, &what)?))).collect()
        }
        Value::Names => reader.data(node, key, None).entries.iter().flat_map(|entry| named(reader, entry)).collect(),
    }
}

fn named(reader: &Reader, entry: &Entry<'_>) -> Vec<(Option<String>, String)> {
    let what = format!("`{}`", entry.name);
    let values = entry.value.one_or_many().iter();
    values.filter_map(|node| Some((Some(entry.name.clone()), reader.text(node, &what)?))).collect()
}

fn read_run(reader: &Reader, node: &Node, shared: &Shared, before: &[CampaignRun]) -> Option<CampaignRun> {
    // A profile alone is a run.
    if let Some(text) = node.scalar().filter(|_| !node.is_null()) {
        let name = unique(reader, node.position, None, text, before);
        return Some(CampaignRun { flags: shared.flags.clone(), ..shared.run(name, text.to_owned(), node.position) });
    }
    let mut map = reader.section(node, "this run", &RUN);
    let profile = map.need(reader, "profile", "load.yaml");
    let given = map.take("name").and_then(|node| Some((node.position, reader.text(node, "name")?)));
    let own = Shared::read(reader, &mut map);
    map.finish(reader);
    let profile = profile.and_then(|node| Some((node.position, reader.text(node, "profile")?)));
    let (position, profile) = profile?;
    let name = unique(reader, position, given, &profile, before);
    let replaces = |default: &Flag| {
        own.flags.iter().any(|own| own.option == default.option && (own.name.is_none() || own.name == default.name))
    };
    let flags = shared.flags.iter().filter(|default| !replaces(default)).chain(&own.flags).cloned().collect();
    let merged = Shared {
        repeats: own.repeats.or(shared.repeats),
        warm_up: own.warm_up.or(shared.warm_up),
        cool_down: own.cool_down.or(shared.cool_down),
        flags: Vec::new(),
    };
    Some(CampaignRun { flags, ..merged.run(name, profile, position) })
}

impl Shared {
    fn run(&self, name: String, profile: String, position: Position) -> CampaignRun {
        CampaignRun {
            name,
            profile,
            position,
            repeats: self.repeats.unwrap_or(1),
            warm_up: self.warm_up.unwrap_or_default(),
            cool_down: self.cool_down.unwrap_or_default(),
            flags: Vec::new(),
        }
    }
}

/// The name of a run, which no run before it may have: it is a row of the table.
fn unique(
    reader: &Reader,
    position: Position,
    given: Option<(Position, String)>,
    profile: &str,
    before: &[CampaignRun],
) -> String {
    let stem = std::path::Path::new(profile).file_stem().map(|stem| stem.to_string_lossy().into_owned());
    let (position, name) = given.unwrap_or_else(|| (position, stem.unwrap_or_else(|| profile.to_owned())));
    if before.iter().any(|run| same_key(&run.name, &name)) {
        let hint = "give each run a `name` of its own; `repeats` repeats one".to_owned();
        reader.error(position, format!("there is a run `{name}` already"), Some(hint));
    }
    name
}

#[cfg(test)]
mod tests;
