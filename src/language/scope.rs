//! Names that expressions may use: those of the profile through [`Scope`], and the ones that are always there.

use super::{Slot, Value};

/// Where a name leads.
#[derive(Debug, Clone, PartialEq)]
pub enum Binding {
    /// To a value of the user's that may change while the load runs.
    Slot(Slot),
    /// To what never changes during a run.
    Constant(Value),
}

/// The names that an expression sees at the place where it stands. Asked before the run only.
pub trait Scope {
    /// What a name stands for, if it is known. It goes before the built-in names.
    fn resolve(&self, name: &str) -> Option<Binding>;

    /// All names, for hints.
    fn names(&self) -> Vec<String>;

    /// A variable of the environment, for `env()`; the outer `None` where the environment must not be read.
    fn environment(&self, _name: &str) -> Option<Option<String>> {
        None
    }
}

/// A scope without names.
#[derive(Debug, Clone, Copy, Default)]
pub struct EmptyScope;

impl Scope for EmptyScope {
    fn resolve(&self, _name: &str) -> Option<Binding> {
        None
    }

    fn names(&self) -> Vec<String> {
        Vec::new()
    }
}

/// A name that is always there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Builtin {
    Status,
    Body,
    Json,
    Duration,
    Error,
    Vu,
    Iteration,
    ScenarioIteration,
    Index,
}

/// The built-in names and what they hold.
pub(super) const BUILTINS: &[(&str, Builtin, &str)] = &[
    ("status", Builtin::Status, "status of the last response; null without a response"),
    ("body", Builtin::Body, "body of the last response, as text"),
    ("json", Builtin::Json, "body of the last response, read as JSON; `json.items[0].id` reads only that far"),
    (
        "duration",
        Builtin::Duration,
        "time of the last response in milliseconds, from the first byte sent to the last read",
    ),
    ("error", Builtin::Error, "class of the last request's failure; empty if it went as expected"),
    ("vu", Builtin::Vu, "the user's number, from 1, unique over all workers and segments"),
    ("iteration", Builtin::Iteration, "the user's iterations before this one"),
    (
        "scenario_iteration",
        Builtin::ScenarioIteration,
        "number of this iteration in its scenario, from 0; no other has it, but some may be left out",
    ),
    ("index", Builtin::Index, "number of the item in the making, from 0; only within `generate`"),
];

/// Whether a name is always there, so that nothing else may have it.
#[must_use]
pub fn is_builtin(name: &str) -> bool {
    Builtin::named(name).is_some()
}

/// The names that are always there, each with what it holds.
pub fn builtins() -> impl Iterator<Item = (&'static str, &'static str)> {
    BUILTINS.iter().map(|(name, _, about)| (*name, *about))
}

impl Builtin {
    pub(super) fn named(name: &str) -> Option<Self> {
        BUILTINS.iter().find(|(known, ..)| *known == name).map(|(_, builtin, _)| *builtin)
    }
}
