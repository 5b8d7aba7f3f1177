//! Environments and presets of the profile: overlays on its tree, laid before anything of it is read, so that every error
//! still points to where the text stands.
//!
//! ```text
//!  profile ◀── environment ◀── preset ◀── flags
//! ```

use super::{
    diagnostic::{Position, did_you_mean},
    document::Overrides,
    node::{Node, Yaml},
    reader::{Reader, same_key},
};
use crate::plan::Environment;

/// Words that choose; an overlay can't hold them.
const CHOOSING: [&str; 3] = ["environments", "environment", "presets"];

/// A tree with its overlays, and what they were.
#[derive(Debug)]
pub(crate) struct Overlaid {
    /// The whole profile.
    pub root: Node,
    /// Where it runs, if the profile tells environments apart.
    pub environment: Option<Environment>,
    /// Whether the preset was one of the profile's own.
    pub own_preset: bool,
}

/// Lays the environment and the preset that were chosen over a profile.
#[must_use]
pub(crate) fn overlay(reader: &Reader, mut root: Node, overrides: &Overrides) -> Overlaid {
    let environments = root.get("environments").cloned();
    let presets = root.get("presets").cloned();
    let chosen = choice(reader, &root, "environment", overrides.environment_name.as_deref());
    let environment = chosen.and_then(|choice| {
        let mut laid = choice.find(reader, environments.as_ref(), "environments")?;
        let environment = read_environment(reader, &choice.name, &mut laid);
        remove_replaced_load(&mut root, &laid);
        lay(&mut root, laid);
        Some(environment)
    });
    let chosen = choice(reader, &root, "preset", overrides.preset.as_deref());
    // Other names are those of loadagent's presets, or wrong.
    let own = chosen.filter(|choice| presets.as_ref().is_some_and(|own| own.get_exactly(&choice.name).is_some()));
    let own_preset = own.is_some();
    if own_preset {
        // The word has done its duty; the overlay may name one that loadagent brings.
        remove(&mut root, "preset");
    }
    if let Some(laid) = own.and_then(|choice| choice.find(reader, presets.as_ref(), "presets")) {
        remove_replaced_load(&mut root, &laid);
        lay(&mut root, laid);
    }
    Overlaid { root, environment, own_preset }
}

/// Which overlay is wanted, and where that stands.
struct Choice {
    name: String,
    what: &'static str,
    position: Position,
    by_flag: bool,
}

/// A flag stands over the profile.
fn choice(reader: &Reader, root: &Node, what: &'static str, flag: Option<&str>) -> Option<Choice> {
    if let Some(name) = flag {
        return Some(Choice { name: name.to_owned(), what, position: root.position, by_flag: true });
    }
    let node = root.get(what).filter(|node| !node.is_null())?;
    let name = reader.text(node, what)?;
    Some(Choice { name, what, position: node.position, by_flag: false })
}

impl Choice {
    /// The overlay of this name, without what overlays must not hold.
    fn find(&self, reader: &Reader, section: Option<&Node>, key: &str) -> Option<Node> {
        let Some(found) = section.and_then(|section| section.get_exactly(&self.name)) else {
            let names = section.map(names_of).unwrap_or_default();
            let flag = if self.by_flag { format!("--{}: ", self.what) } else { String::new() };
            let (message, hint) = if names.is_empty() {
                let hint = format!("define it: `{key}: {{{}: {{base_url: …}}}}`", self.name);
                (format!("{flag}unknown {} `{}`; the profile defines none", self.what, self.name), Some(hint))
            } else {
                let list = names.join(", ");
                let hint = did_you_mean(&self.name, names.iter().copied());
                (format!("{flag}unknown {} `{}`; known: {list}", self.what, self.name), hint)
            };
            reader.error(self.position, message, hint);
            return None;
        };
        let mut laid = found.clone();
        if !found.is_null() && !matches!(found.value, Yaml::Map(_)) {
            let message = format!("{} `{}` must be a map, not {}", self.what, self.name, found.describe());
            reader.error(found.position, message, None);
            return None;
        }
        for word in CHOOSING {
            if let Some(node) = remove(&mut laid, word) {
                let message = format!("`{word}` is not allowed in {} `{}`", self.what, self.name);
                reader.error(node.position, message, Some("set it at the top of the profile, or by a flag".to_owned()));
            }
        }
        Some(laid)
    }
}

fn read_environment(reader: &Reader, name: &str, laid: &mut Node) -> Environment {
    let protected = remove(laid, "protected").and_then(|node| reader.boolean(&node, "protected"));
    let max_rate = remove(laid, "max_rate").and_then(|node| {
        let rate = reader.number(&node, "max_rate")?;
        if rate == 0.0 {
            reader.error(node.position, "`max_rate` must be greater than zero", None);
        }
        Some(rate)
    });
    Environment { name: name.to_owned(), protected: protected.unwrap_or(false), max_rate }
}

/// The names under a section.
pub(super) fn names_of(section: &Node) -> Vec<&str> {
    let Yaml::Map(pairs) = &section.value else { return Vec::new() };
    pairs.iter().filter_map(|(key, _)| key.scalar()).collect()
}

/// Takes away what the load of an overlay replaces, as flags would: otherwise the two would can't be combined.
fn remove_replaced_load(base: &mut Node, laid: &Node) {
    const SAME: [[&str; 2]; 2] = [["vus", "users"], ["duration", "runTime"]];
    let says = |words: &[&str]| words.iter().any(|word| laid.get(word).is_some());
    let mut gone: Vec<&str> = SAME.iter().filter(|words| says(&words[..])).flatten().copied().collect();
    if says(&["stages", "iterations"]) {
        gone.extend(["stages", "iterations", "rate", "duration", "runTime", "spawnRate"]);
    } else if says(&["rate", "duration", "runTime"]) {
        gone.extend(["stages", "iterations"]);
    }
    for word in gone {
        remove(base, word);
    }
    let (Some(Yaml::Map(known)), Some(laid)) = (value_of(base, "scenarios"), laid.get("scenarios")) else { return };
    for (name, scenario) in known {
        if let Some(laid) = name.scalar().and_then(|name| laid.get_exactly(name)) {
            remove_replaced_load(scenario, laid);
        }
    }
}

fn value_of<'n>(node: &'n mut Node, name: &str) -> Option<&'n mut Yaml> {
    let Yaml::Map(pairs) = &mut node.value else { return None };
    let found = pairs.iter_mut().find(|(key, _)| key.scalar().is_some_and(|text| same_key(text, name)));
    found.map(|(_, value)| &mut value.value)
}

/// Maps are joined key by key; everything else is replaced.
fn lay(base: &mut Node, over: Node) {
    let same = |left: &Node, right: &Node| match (left.scalar(), right.scalar()) {
        (Some(left), Some(right)) => same_key(left, right),
        _ => false,
    };
    let (Yaml::Map(pairs), Yaml::Map(laid)) = (&mut base.value, &over.value) else {
        if !over.is_null() || !matches!(base.value, Yaml::Map(_)) {
            *base = over;
        }
        return;
    };
    for (key, value) in laid {
        match pairs.iter_mut().find(|(known, _)| same(known, key)) {
            Some((_, known)) => lay(known, value.clone()),
            None => pairs.push((key.clone(), value.clone())),
        }
    }
}

fn remove(node: &mut Node, name: &str) -> Option<Node> {
    let Yaml::Map(pairs) = &mut node.value else { return None };
    let at = pairs.iter().position(|(key, _)| key.scalar().is_some_and(|text| same_key(text, name)))?;
    Some(pairs.remove(at).1)
}
