//! The whole profile: reads variables first, then everything else; the result is a plan, or all errors.

use std::collections::BTreeSet;

use url::Url;

use super::{
    data,
    diagnostic::{Diagnostic, Diagnostics, Invalid, Position, did_you_mean},
    environment::{self, Overlaid},
    flow::{self, Defaults, ProfileContext},
    grammar::{Key, Section, Type},
    http,
    include::{self, Included},
    metrics,
    node::{Node, Yaml},
    preset,
    reader::{MapReader, Reader, same_key},
    scenario::{self, FlowInputs, Hook},
    secrets::Secrets,
    targets,
    texts::Texts,
    thresholds,
    variables::Variables,
};
use crate::plan::Plan;

/// The keys at the top of a profile.
pub(super) static PROFILE: Section = Section {
    name: "profile",
    about: "Top-level keys. A profile has a `flow` for one scenario, or `scenarios`.",
    keys: &[PROFILE_KEYS],
    includes: &[&scenario::shortcut::LOAD, &scenario::wait::WAIT],
};

static PROFILE_KEYS: &[Key] = &[
    Key::new("name", Type::Text, "name of the profile; the file name without its extension"),
    Key::new(
        "include",
        Type::Several(&Type::Text),
        "files whose keys are taken over, where the profile has not its own",
    ),
    Key::new(
        "vars",
        Type::Names(&Type::Text),
        "variables with one value for the whole run; environment variables and `-e` override them",
    ),
    Key::new("base_url", Type::Text, "prefix of relative URLs"),
    Key::new("environments", Type::Names(&Type::Any), "keys of the profile that each environment overrides, by name"),
    Key::new("environment", Type::Text, "the selected environment; `--environment` overrides it"),
    Key::new("presets", Type::Names(&Type::Any), "keys of the profile that each preset overrides, by name"),
    Key::new("preset", Type::Text, "smoke, load, stress, spike, soak, breakpoint, or one of `presets`"),
    Key::new("traces", Type::Text, "where traces are sent"),
    Key::new(
        "targets",
        Type::List(&Type::Either(&[Type::Text, Type::Map(&targets::TARGET)])),
        "metrics of the system under test that are read during the run, as with `--scrape-target`",
    ),
    Key::new("auth", Type::Names(&Type::Map(&flow::auth::AUTH)), "authentication by name, for `auth` of requests"),
    Key::new("practice_target", Type::Names(&Type::Several(&Type::Text)), "options of a built-in practice target"),
    Key::new("http", Type::Map(&http::HTTP), "HTTP options of all requests"),
    Key::new("tags", Type::Names(&Type::Text), "labels of every series"),
    Key::new("seed", Type::Count, "seed of all random values; 1"),
    Key::new("outputs", Type::List(&Type::Text), "where metrics are sent, as with `--out`"),
    Key::new(
        "metrics",
        Type::Names(&Type::Either(&[Type::Word(&metrics::KIND_WORDS), Type::Map(&metrics::METRIC)])),
        "custom metrics by name",
    ),
    Key::new(
        "thresholds",
        Type::Names(&Type::Several(&Type::Either(&[Type::Text, Type::Map(&thresholds::THRESHOLD)]))),
        "pass criteria by metric or `metric{tag:value}`",
    ),
    Key::new(
        "baseline",
        Type::Either(&[Type::Text, Type::Map(&thresholds::BASELINE)]),
        "for thresholds such as `p(95) < 3 x baseline`: the directory of a run, its ID in `runs/`, or a stage of this one",
    ),
    Key::new(
        "data",
        Type::Names(&Type::Either(&[Type::List(&Type::Any), Type::Map(&data::DATA_SET)])),
        "data sets by name, for `row`; a list holds the rows themselves",
    ),
    Key::new("flows", Type::Names(&Type::Steps), "reusable steps by name, for `use`"),
    Key::new("checks", Type::Names(&flow::checks::CONDITIONS), "checks by name, for `check`"),
    Key::new("setup", Type::Steps, "steps that run once before the load; a failed request ends the test"),
    Key::new("setupTimeout", Type::Duration, "maximum time of `setup`; 60s"),
    Key::new("teardown", Type::Steps, "steps that run once after the load"),
    Key::new("teardownTimeout", Type::Duration, "maximum time of `teardown`; 60s"),
    Key::new("flow", Type::Steps, "steps of an iteration, when there is one scenario"),
    Key::new("scenarios", Type::Scenarios, "scenarios by name; they start together unless they have a `startTime`"),
];

/// Inputs besides the profile: variables (`-e` before the environment), the load of the flags, selected environment
/// and preset.
#[derive(Debug, Clone, Default)]
pub struct Overrides {
    /// Variables of `-e NAME=VALUE`.
    pub flags: Vec<(String, String)>,
    /// Environment variables.
    pub environment: Vec<(String, String)>,
    /// URL of the practice target that runs in this process, for profiles without `base_url`.
    pub practice_url: Option<String>,
    /// The load of the flags.
    pub load: scenario::LoadOverrides,
    /// `--environment`; it overrides `environment`.
    pub environment_name: Option<String>,
    /// `--preset`; it overrides `preset`.
    pub preset: Option<String>,
    /// `--seed`; it overrides `seed`.
    pub seed: Option<u64>,
    /// Checks an option of the practice target, which this module doesn't know.
    pub check_target_option: Option<fn(&str, &str) -> Result<(), String>>,
    /// Checks `outputs`, which this module doesn't know; None if flags replace them.
    pub(crate) check_outputs: Option<CheckOutputs>,
}

/// From addresses of outputs, and the variables that they can refer to, to what is wrong with which of them.
pub(crate) type CheckOutputs = fn(&[String], &dyn Fn(&str) -> Option<String>) -> Vec<(usize, Invalid)>;

impl Overrides {
    fn value(&self, name: &str) -> Option<&str> {
        let find = |list: &'_ [(String, String)]| list.iter().rposition(|(known, _)| known == name);
        find(&self.flags)
            .map(|at| &*self.flags[at].1)
            .or_else(|| find(&self.environment).map(|at| &*self.environment[at].1))
    }
}

/// Reads a profile.
///
/// # Errors
/// All errors of the text, in its order.
pub(crate) fn load(file: &str, text: &str, overrides: &Overrides) -> Result<Plan, Diagnostics> {
    let Included { root, texts, files } = include::read(file, text).map_err(|(texts, list)| refused(&texts, list))?;
    let variables = Variables::within(&overrides.environment);
    let mut reader = Reader::new(variables.clone(), texts);
    preset_variables(&mut reader, root.get("vars"), overrides);
    let Overlaid { root, environment, is_unknown, own_preset } = environment::overlay(&reader, root, overrides);
    if is_unknown {
        return Err(refused(&reader.texts.clone(), reader.into_errors()));
    }
    reader.variables = variables;
    reader.set_during_run = flow::set_during_run(&root);
    let mut map = reader.section(&root, "the profile", &PROFILE);
    for selector in ["environments", "environment", "presets"] {
        map.take(selector);
    }
    if let Some(second) = map.take("include") {
        let hint = "write a list: `include: [parts.yaml, more.yaml]`".to_owned();
        reader.error(second.position, "`include` is there twice", Some(hint));
    }
    read_variables(&mut reader, map.take("vars"), overrides);
    refuse_unknown_variables(&reader, &declared_variables(&root), overrides);
    let stem = std::path::Path::new(file)
        .file_stem()
        .map_or_else(|| "profile".to_owned(), |stem| stem.to_string_lossy().into_owned());
    let mut plan = read_plan(&reader, &mut map, stem, overrides);
    // A preset of the profile is merged by now, and may name a built-in one.
    let flag = overrides.preset.as_deref().filter(|_| !own_preset);
    let preset = preset::read(&reader, &mut map, flag, root.get("presets"));
    if let Some(preset) = preset {
        plan.apply_preset(preset);
    }
    // The shape of a preset takes the place of a length that is given with users or a rate.
    let shortcut = &overrides.load.shortcut;
    let length = if preset.is_some() { shortcut.duration } else { shortcut.only_duration() };
    if let Some(length) = length {
        plan.set_length(length);
    }
    plan.environment = environment;
    plan.included = files;
    map.finish(&reader);
    if reader.has_errors() { Err(refused(&reader.texts.clone(), reader.into_errors())) } else { Ok(plan) }
}

fn refused(texts: &Texts, list: Vec<Diagnostic>) -> Diagnostics {
    let secrets = Secrets::of(texts);
    Diagnostics::of(texts, &secrets.hidden(&texts.whole()), secrets.masked(list))
}

/// Sets the variables that `environment` and `preset` may use: they are selected before the variables are read, with all
/// that is wrong with them.
fn preset_variables(reader: &mut Reader, vars: Option<&Node>, overrides: &Overrides) {
    let Some(Yaml::Map(pairs)) = vars.map(|node| &node.value) else { return };
    for (name, node) in pairs.iter().filter_map(|(key, node)| Some((key.scalar()?, node))) {
        let written = || node.scalar().filter(|text| !node.is_null() && !text.contains("${")).unwrap_or_default();
        reader.variables.set(name, overrides.value(name).unwrap_or_else(written));
    }
}

fn read_variables(reader: &mut Reader, node: Option<&Node>, overrides: &Overrides) {
    let Some(node) = node else { return };
    let map = reader.map(node, "vars");
    for entry in &map.entries {
        if let Some(value) = overrides.value(&entry.name) {
            reader.variables.set(&entry.name, value);
        } else if entry.value.is_null() {
            let hint = format!("set it with `-e {}=…` or in the environment", entry.name);
            reader.error(entry.position, format!("variable `{}` has no value", entry.name), Some(hint));
            reader.variables.declare_unset(&entry.name);
        } else if let Some(text) = reader.text(entry.value, "a variable") {
            reader.variables.set(&entry.name, &text);
        }
    }
}

/// Refuses `-e` flags that name no variable: with a misspelt name, the default would silently be used. Variables of
/// environments and presets that are not selected are known, so that one command line fits all of them.
fn refuse_unknown_variables(reader: &Reader, known: &BTreeSet<String>, overrides: &Overrides) {
    for (name, _) in overrides.flags.iter().filter(|(name, _)| !known.contains(name)) {
        let hint = did_you_mean(name, known.iter().map(String::as_str));
        let hint = hint.unwrap_or_else(|| format!("variables are declared in a profile: `vars: {{{name}: …}}`"));
        reader.error(Position::default(), format!("-e {name}: unknown variable"), Some(hint));
    }
}

/// The names of `vars`, of the profile and of all its overlays.
fn declared_variables(root: &Node) -> BTreeSet<String> {
    let sections = ["environments", "presets"].iter().filter_map(|word| root.get(word));
    let layers = sections.flat_map(|section| match &section.value {
        Yaml::Map(pairs) => &pairs[..],
        _ => &[],
    });
    let vars = std::iter::once(root).chain(layers.map(|(_, layer)| layer)).filter_map(|layer| layer.get("vars"));
    vars.flat_map(environment::names_of).map(str::to_owned).collect()
}

/// Paths are appended to the base URL, so it ends with its own path.
fn refuse_query(reader: &Reader, url: &Url, text: &str, position: Position) {
    let (part, hint) = match (url.query(), url.fragment()) {
        (Some(_), _) => ("query", "give the parameters to each request, with `params:` or in its URL"),
        (None, Some(_)) => ("fragment", "fragments are never sent: leave out `#` and what follows"),
        (None, None) => return,
    };
    let message = format!("base_url: `{text}` has a {part}, but paths are appended to it");
    reader.error(position, message, Some(hint.to_owned()));
}

/// The text of `base_url` with its node, or else the address of the practice target.
fn base_url<'n>(
    reader: &Reader,
    map: &mut MapReader<'n>,
    overrides: &Overrides,
    has_practice_target: bool,
) -> Option<(Option<&'n Node>, String)> {
    match map.take("base_url") {
        Some(node) => reader.text(node, "base_url").map(|text| (Some(node), text)),
        None => overrides.practice_url.clone().filter(|_| has_practice_target).map(|url| (None, url)),
    }
}

fn read_plan(reader: &Reader, map: &mut MapReader<'_>, stem: String, overrides: &Overrides) -> Plan {
    let name = map.take("name").and_then(|node| reader.text(node, "name")).unwrap_or(stem);
    let practice_target = map.take("practice_target").map(|node| read_practice_target(reader, node, overrides));
    let mut defaults = Defaults::default();
    set_base_url(reader, map, overrides, practice_target.is_some(), &mut defaults);
    let auth = map.peek("http").and_then(|node| node.get("auth")).filter(|node| !node.is_null());
    let http = http::read(reader, overrides, map, &mut defaults);
    let tags = map.take("tags").map(|node| reader.tags(node)).unwrap_or_default();
    let seed = map.take("seed").and_then(|node| reader.count(node, "seed")).unwrap_or(1);
    let seed = overrides.seed.unwrap_or(seed.into());
    let outputs = read_outputs(reader, map, overrides);
    let targets = map.take("targets").map(|node| targets::read(reader, node)).unwrap_or_default();
    let traces = map.take("traces").and_then(|node| reader.text_as_written(node, "traces"));
    let variables = reader.variables.all();
    let metrics = map.take("metrics").map(|node| metrics::read(reader, node)).unwrap_or_default();
    let definitions: Vec<_> = metrics.iter().map(|metric| &metric.def).collect();
    let thresholds =
        map.take("thresholds").map(|node| thresholds::read(reader, node, &definitions)).unwrap_or_default();
    let baseline = map.take("baseline").and_then(|node| thresholds::read_baseline(reader, node));
    let flows = map.take("flows").map(|node| reader.map(node, "flows").entries).unwrap_or_default();
    let flows = flows.iter().map(|entry| (entry.name.clone(), entry.value)).collect();
    let checks = map.take("checks").map(|node| reader.map(node, "checks").entries).unwrap_or_default();
    let checks = checks.iter().map(|entry| (entry.name.clone(), entry.value)).collect();
    let providers = map.take("auth").map(|node| reader.map(node, "auth").entries).unwrap_or_default();
    let providers = providers.iter().map(|entry| (entry.name.clone(), entry.value)).collect();
    let (data, rows) = map.take("data").map(|node| data::read(reader, node, seed)).unwrap_or_default();
    let context = ProfileContext { defaults, flows, checks, metrics, data, rows, providers, auth };
    let mut origins = Vec::new();
    let setup_names = map.peek("setup").map(|node| flow::assigned_names(node, &context.flows)).unwrap_or_default();
    let mut inputs = FlowInputs { context: &context, setup_names: &setup_names, origins: &mut origins };
    let setup = Hook::Setup.read(reader, map, &mut inputs);
    let teardown = Hook::Teardown.read(reader, map, &mut inputs);
    let scenarios = scenario::read_all(reader, map, overrides, &mut inputs);
    Plan {
        name,
        scenarios: scenarios.run,
        left_out: scenarios.left_out,
        notes: scenarios.notes,
        origins,
        thresholds,
        tags,
        http,
        seed,
        outputs,
        baseline,
        targets,
        traces,
        variables,
        metrics: context.metrics.into(),
        data: context.rows.into(),
        setup,
        teardown,
        practice_target,
        environment: None,
        included: Vec::new(),
    }
}

/// The URL that paths are appended to. An invalid one is a single error, not another one for each path.
fn set_base_url(
    reader: &Reader,
    map: &mut MapReader<'_>,
    overrides: &Overrides,
    has_practice_target: bool,
    defaults: &mut Defaults,
) {
    let base = base_url(reader, map, overrides, has_practice_target);
    let stand_in = || Url::parse("http://unknown.invalid").ok();
    if base.is_none() && map.entries.iter().any(|entry| same_key(&entry.name, "base_url")) {
        defaults.base_url = stand_in();
    }
    if let Some((node, text)) = base {
        match flow::resolve(&text, &Defaults::default()) {
            Ok(url) => {
                refuse_query(reader, &url, &text, node.map_or(map.position, |node| node.position));
                defaults.base_url = Some(url);
            }
            Err(_) if !text.contains("://") => {
                let position = node.map_or(map.position, |node| node.position);
                let hint = format!("for example `base_url: http://{}`", text.trim_start_matches('/'));
                reader.error(
                    position,
                    format!("base_url: `{text}` is missing a scheme (`http://` or `https://`)"),
                    Some(hint),
                );
                defaults.base_url = stand_in();
            }
            Err(Invalid { message, hint }) => {
                let position = node.map_or(map.position, |node| node.position);
                let example = || "for example `base_url: http://127.0.0.1:8080`".to_owned();
                reader.error(position, message, Some(hint.unwrap_or_else(example)));
                defaults.base_url = stand_in();
            }
        }
    }
}

/// The addresses of `outputs`, each checked.
fn read_outputs(reader: &Reader, map: &mut MapReader<'_>, overrides: &Overrides) -> Vec<String> {
    let nodes = map.take("outputs").map(|node| reader.list(node, "outputs")).unwrap_or_default();
    let written = nodes.iter().filter_map(|node| Some((node.position, reader.text_as_written(node, "an output")?)));
    let (positions, addresses): (Vec<_>, Vec<_>) = written.unzip();
    let Some(check) = overrides.check_outputs else { return addresses };
    let variables = reader.variables.all();
    let environment = |name: &str| variables.get(name).cloned().or_else(|| overrides.value(name).map(str::to_owned));
    for (at, Invalid { message, hint }) in check(&addresses, &environment) {
        reader.error(positions[at], message, hint);
    }
    addresses
}

/// Options of `loadagent target`; a list repeats an option.
fn read_practice_target(reader: &Reader, node: &Node, overrides: &Overrides) -> Vec<(String, String)> {
    let map = reader.map(node, "practice_target");
    let mut options = Vec::new();
    for entry in &map.entries {
        let values = entry.value.one_or_many();
        for value in values {
            let Some(text) = reader.text(value, &format!("`{}`", entry.name)) else { continue };
            if let Some(Err(message)) = overrides.check_target_option.map(|check| check(&entry.name, &text)) {
                reader.error(value.position, message, None);
            }
            options.push((entry.name.clone(), text));
        }
    }
    options
}

#[cfg(test)]
mod tests;
