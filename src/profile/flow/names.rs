//! The variables of a scenario's steps, and the lifetime of their values.
//!
//! The place of the assignment decides the lifetime: in `setup` the whole run, in `user` and `on_start` that of the
//! user, anywhere else the iteration.

use std::{
    cell::{Cell, RefCell},
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use crate::{
    language::{Binding, Scope, Slot, data::DataSet, is_builtin},
    plan::data::PlannedData,
    profile::{
        diagnostic::Position,
        node::{Node, Yaml},
        reader::{Reader, same_key},
        variables::Variables,
    },
};

/// Keys whose values are data, not steps.
const DATA: [&str; 13] = [
    "json",
    "form",
    "multipart",
    "body",
    "headers",
    "params",
    "batch",
    "arguments",
    "tags",
    "response_tags",
    "check",
    "checks",
    "auth",
];

/// Names and their slots.
#[derive(Debug)]
pub(crate) struct Names<'v> {
    variables: &'v Variables,
    slots: RefCell<Vec<Arc<str>>>,
    fleeting: RefCell<Vec<Slot>>,
    /// The data sets of variables that only hold rows.
    rows: BTreeMap<String, Vec<(String, DataSet)>>,
    /// A hidden value with a temporary name.
    lent: Cell<Option<(&'static str, Slot)>>,
}

impl<'v> Names<'v> {
    /// Only the variables of the profile.
    #[must_use]
    pub(crate) fn new(variables: &'v Variables) -> Self {
        Self {
            variables,
            slots: RefCell::default(),
            fleeting: RefCell::default(),
            rows: BTreeMap::new(),
            lent: Cell::default(),
        }
    }

    /// The variables that only hold rows, among all that are assigned.
    pub(crate) fn know_rows(&mut self, assigned: &[Assigned], data: &[PlannedData]) {
        let mut others = BTreeSet::new();
        for Assigned { name, row_of, .. } in assigned {
            let found = row_of.as_ref().and_then(|wanted| data.iter().find(|data| data.name == *wanted));
            let Some(found) = found else {
                others.insert(name);
                continue;
            };
            let sets = self.rows.entry(name.clone()).or_default();
            if !sets.iter().any(|(known, _)| *known == found.name) {
                sets.push((found.name.clone(), found.set.clone()));
            }
        }
        self.rows.retain(|name, _| !others.contains(name));
    }

    /// Declares a variable; a second declaration has no effect.
    pub(crate) fn declare(&self, reader: &Reader, name: &str, position: Position, lasts: bool) -> Option<Slot> {
        if let Some(slot) = self.slot(name) {
            return Some(slot);
        }
        let first = name.chars().next().is_some_and(|c| c.is_alphabetic() || c == '_');
        let error = if !first || !name.chars().all(|c| c.is_alphanumeric() || c == '_') {
            Some(format!("`{name}` is not a valid name: use letters, digits and `_`, not starting with a digit"))
        } else if is_builtin(name) {
            Some(format!("`{name}` is reserved"))
        } else if self.variables.has(name) {
            Some(format!("`{name}` is already a variable of `vars`, which keeps one value for the whole run"))
        } else {
            None
        };
        if let Some(message) = error {
            reader.error(position, message, Some("choose another name".to_owned()));
            return None;
        }
        let slot = self.add(name);
        if !lasts {
            self.fleeting.borrow_mut().push(slot);
        }
        Some(slot)
    }

    /// A hidden value: a counter, a timestamp.
    pub(crate) fn hidden(&self) -> Slot {
        self.add("")
    }

    /// Sets or clears the temporary name of a hidden value, which shadows all other names; returns what it was.
    pub(super) fn lend(&self, lent: Option<(&'static str, Slot)>) -> Option<(&'static str, Slot)> {
        self.lent.replace(lent)
    }

    fn add(&self, name: &str) -> Slot {
        let mut slots = self.slots.borrow_mut();
        slots.push(name.into());
        // A profile with 65,536 variables exceeds the size limit of profiles.
        Slot(u16::try_from(slots.len() - 1).unwrap_or(u16::MAX))
    }

    /// The slot of a variable.
    #[must_use]
    pub(crate) fn slot(&self, name: &str) -> Option<Slot> {
        let position = self.slots.borrow().iter().position(|known| !name.is_empty() && **known == *name)?;
        u16::try_from(position).ok().map(Slot)
    }

    /// The names of all slots, and the slots that are cleared after an iteration.
    #[must_use]
    pub(crate) fn into_parts(self) -> (Vec<Arc<str>>, Vec<Slot>) {
        (self.slots.into_inner(), self.fleeting.into_inner())
    }
}

impl Scope for Names<'_> {
    fn resolve(&self, name: &str) -> Option<Binding> {
        let lent = self.lent.get().filter(|(known, _)| *known == name).map(|(_, slot)| slot);
        lent.or_else(|| self.slot(name)).map(Binding::Slot).or_else(|| self.variables.resolve(name))
    }

    fn names(&self) -> Vec<String> {
        let own = self.slots.borrow();
        own.iter().map(ToString::to_string).filter(|name| !name.is_empty()).chain(self.variables.names()).collect()
    }

    fn rows(&self, name: &str) -> &[(String, DataSet)] {
        let is_lent = self.lent.get().is_some_and(|(lent, _)| lent == name);
        self.rows.get(name).filter(|_| !is_lent).map_or(&[], Vec::as_slice)
    }

    fn environment(&self, name: &str) -> Option<Option<String>> {
        self.variables.environment(name)
    }
}

/// A variable that a step assigns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Assigned {
    pub name: String,
    pub position: Position,
    /// The data set, if the step is a `row`.
    pub row_of: Option<String>,
}

impl Assigned {
    /// A variable that is not a row.
    pub(super) fn other(name: &str, position: Position) -> Self {
        Self { name: name.to_owned(), position, row_of: None }
    }
}

/// The variables that steps assign, found before compiling, so that a loop can use values of its last round.
#[must_use]
pub(crate) fn assigned_names<'n>(node: &'n Node, flows: &BTreeMap<String, &'n Node>) -> Vec<Assigned> {
    let mut found = Vec::new();
    collect(node, flows, &mut Vec::new(), &mut found);
    found
}

/// All names that a profile sets while it runs, in whatever scenario.
#[must_use]
pub(crate) fn set_during_run(root: &Node) -> BTreeSet<String> {
    let assigned = assigned_names(root, &BTreeMap::new()).into_iter().map(|assigned| assigned.name);
    let entries = |node: Option<&Node>| match node.map(|node| &node.value) {
        Some(Yaml::Map(pairs)) => pairs.clone(),
        _ => Vec::new(),
    };
    let users = entries(root.get("scenarios")).into_iter().flat_map(|(_, scenario)| entries(scenario.get("user")));
    let user = users.filter_map(|(name, _)| name.scalar().map(str::to_owned));
    assigned.chain(user).collect()
}

fn collect<'n>(node: &'n Node, flows: &BTreeMap<String, &'n Node>, using: &mut Vec<String>, found: &mut Vec<Assigned>) {
    match &node.value {
        Yaml::Scalar { .. } => {}
        Yaml::List(items) => items.iter().for_each(|item| collect(item, flows, using, found)),
        Yaml::Map(pairs) => {
            let key_is = |key: &Node, word: &str| key.scalar().is_some_and(|text| same_key(text, word));
            let has_as = pairs.iter().any(|(key, _)| key_is(key, "as"));
            // Names must be constant; their readers report the error.
            let written = |node: &'n Node| node.scalar().filter(|name| !name.contains("${"));
            let name_of = |node: &'n Node| written(node).map(|name| Assigned::other(name, node.position));
            let row_of = pairs.iter().find(|(key, _)| key_is(key, "row")).and_then(|(_, set)| written(set));
            let row = |node: &'n Node| Some(Assigned { row_of: row_of.map(str::to_owned), ..name_of(node)? });
            for (key, value) in pairs {
                let Some(word) = key.scalar() else { continue };
                match (word.to_lowercase().as_str(), &value.value) {
                    ("set" | "extract" | "collect", Yaml::Map(names)) => {
                        found.extend(names.iter().filter_map(|(name, _)| name_of(name)));
                    }
                    ("as", Yaml::Scalar { .. }) => found.extend(row(value)),
                    ("index", Yaml::Scalar { .. }) => found.extend(name_of(value)),
                    ("row", Yaml::Scalar { .. }) if !has_as => found.extend(row(value)),
                    ("foreach" | "pick", _) if !has_as => found.push(Assigned::other("item", key.position)),
                    _ => {}
                }
            }
            for (key, value) in pairs {
                let Some(word) = key.scalar() else { continue };
                if DATA.iter().any(|data| same_key(data, word)) {
                    continue;
                }
                if same_key(word, "use")
                    && let Some((name, flow)) = value.scalar().and_then(|name| flows.get_key_value(name))
                    && !using.contains(name)
                {
                    using.push(name.clone());
                    collect(flow, flows, using, found);
                    using.pop();
                    continue;
                }
                collect(value, flows, using, found);
            }
        }
    }
}
