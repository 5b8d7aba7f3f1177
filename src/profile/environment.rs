//! Environments and presets of the profile: overlays that are merged into its tree before anything is read. Nodes keep
//! their positions, so that errors refer to the overlay's text.
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

/// Keys that are resolved before an overlay is merged, and so are not allowed inside one.
const SELECTORS: [&str; 4] = ["environments", "environment", "presets", "include"];

/// A tree with its overlays merged.
#[derive(Debug)]
pub(crate) struct Overlaid {
    /// The whole profile.
    pub root: Node,
    /// The selected environment, if any.
    pub environment: Option<Environment>,
    /// Whether an environment is selected that there is not: all else would follow from that.
    pub is_unknown: bool,
    /// Whether the preset is one of the profile's `presets`.
    pub own_preset: bool,
}

/// Merges the selected environment and preset into a profile.
#[must_use]
pub(crate) fn overlay(reader: &Reader, mut root: Node, overrides: &Overrides) -> Overlaid {
    let environments = root.get("environments").cloned();
    let presets = root.get("presets").cloned();
    let selected = selection(reader, &root, "environment", overrides.environment_name.as_deref());
    let is_there = |selection: &Selection| {
        environments.as_ref().is_some_and(|environments| environments.get_exactly(&selection.name).is_some())
    };
    let is_unknown = selected.as_ref().is_some_and(|selection| !is_there(selection));
    let environment = selected.and_then(|selection| {
        let mut layer = selection.find(reader, environments.as_ref(), "environments")?;
        let environment = read_environment(reader, &selection.name, &mut layer);
        remove_replaced_load(&mut root, &layer);
        merge(&mut root, layer);
        Some(environment)
    });
    let selected = selection(reader, &root, "preset", overrides.preset.as_deref());
    // Other names are built-in presets, or unknown.
    let own =
        selected.filter(|selection| presets.as_ref().is_some_and(|own| own.get_exactly(&selection.name).is_some()));
    let own_preset = own.is_some();
    if own_preset {
        // It is resolved; the overlay may set `preset` to a built-in one.
        remove(&mut root, "preset");
    }
    if let Some(layer) = own.and_then(|selection| selection.find(reader, presets.as_ref(), "presets")) {
        remove_replaced_load(&mut root, &layer);
        merge(&mut root, layer);
    }
    Overlaid { root, environment, is_unknown, own_preset }
}

/// The selected overlay, and the position of its selection.
struct Selection {
    name: String,
    what: &'static str,
    position: Position,
    by_flag: bool,
}

/// The selection; a flag overrides the profile.
fn selection(reader: &Reader, root: &Node, what: &'static str, flag: Option<&str>) -> Option<Selection> {
    if let Some(name) = flag {
        return Some(Selection { name: name.to_owned(), what, position: root.position, by_flag: true });
    }
    let node = root.get(what).filter(|node| !node.is_null())?;
    // A variable without a text selects none.
    let name =
        reader.text(node, what).filter(|name| !name.is_empty() || !node.scalar().unwrap_or_default().contains("${"))?;
    Some(Selection { name, what, position: node.position, by_flag: false })
}

impl Selection {
    /// The overlay of this name, without keys that are not allowed in it.
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
        let mut layer = found.clone();
        if !found.is_null() && !matches!(found.value, Yaml::Map(_)) {
            let message = format!("{} `{}` must be a map, not {}", self.what, self.name, found.describe());
            reader.error(found.position, message, None);
            return None;
        }
        for word in SELECTORS {
            if let Some(node) = remove(&mut layer, word) {
                let message = format!("`{word}` is not allowed in {} `{}`", self.what, self.name);
                reader.error(node.position, message, Some("set it at the top of the profile, or by a flag".to_owned()));
            }
        }
        Some(layer)
    }
}

fn read_environment(reader: &Reader, name: &str, layer: &mut Node) -> Environment {
    let protected = remove(layer, "protected").and_then(|node| reader.boolean(&node, "protected"));
    let max_rate = remove(layer, "max_rate").and_then(|node| {
        let rate = reader.number(&node, "max_rate")?;
        if rate == 0.0 {
            reader.error(node.position, "`max_rate` must be greater than zero", None);
        }
        Some(rate)
    });
    Environment { name: name.to_owned(), protected: protected.unwrap_or(false), max_rate }
}

/// The keys of a section.
pub(super) fn names_of(section: &Node) -> Vec<&str> {
    let Yaml::Map(pairs) = &section.value else { return Vec::new() };
    pairs.iter().filter_map(|(key, _)| key.scalar()).collect()
}

/// Removes keys that the load of an overlay replaces, as flags would: together they would contradict each other.
pub(super) fn remove_replaced_load(base: &mut Node, layer: &Node) {
    const SAME: [[&str; 2]; 2] = [["vus", "users"], ["duration", "runTime"]];
    let sets = |words: &[&str]| words.iter().any(|word| layer.get(word).is_some());
    let mut replaced: Vec<&str> = SAME.iter().filter(|words| sets(&words[..])).flatten().copied().collect();
    if sets(&["stages", "iterations"]) {
        replaced.extend(["stages", "iterations", "rate", "duration", "runTime", "spawnRate"]);
    } else if sets(&["rate", "duration", "runTime"]) {
        replaced.extend(["stages", "iterations"]);
    }
    for word in replaced {
        remove(base, word);
    }
    let (Some(Yaml::Map(known)), Some(layer)) = (value_of(base, "scenarios"), layer.get("scenarios")) else { return };
    for (name, scenario) in known {
        if let Some(layer) = name.scalar().and_then(|name| layer.get_exactly(name)) {
            remove_replaced_load(scenario, layer);
        }
    }
}

fn value_of<'n>(node: &'n mut Node, name: &str) -> Option<&'n mut Yaml> {
    let Yaml::Map(pairs) = &mut node.value else { return None };
    let found = pairs.iter_mut().find(|(key, _)| key.scalar().is_some_and(|text| same_key(text, name)));
    found.map(|(_, value)| &mut value.value)
}

/// Merges maps key by key; everything else is replaced.
pub(super) fn merge(base: &mut Node, over: Node) {
    let same = |left: &Node, right: &Node| match (left.scalar(), right.scalar()) {
        (Some(left), Some(right)) => same_key(left, right),
        _ => false,
    };
    let (Yaml::Map(pairs), Yaml::Map(layer)) = (&mut base.value, &over.value) else {
        if !over.is_null() || !matches!(base.value, Yaml::Map(_)) {
            *base = over;
        }
        return;
    };
    for (key, value) in layer {
        match pairs.iter_mut().find(|(known, _)| same(known, key)) {
            Some((known_key, known)) => {
                if !matches!((&known.value, &value.value), (Yaml::Map(_), Yaml::Map(_))) {
                    // Errors of the new value stand where it stands.
                    *known_key = key.clone();
                }
                merge(known, value.clone());
            }
            None => pairs.push((key.clone(), value.clone())),
        }
    }
}

/// Takes a key out of a map.
pub(super) fn remove(node: &mut Node, name: &str) -> Option<Node> {
    let Yaml::Map(pairs) = &mut node.value else { return None };
    let at = pairs.iter().position(|(key, _)| key.scalar().is_some_and(|text| same_key(text, name)))?;
    Some(pairs.remove(at).1)
}
