//! Names that expressions can use: those of the profile through [`Scope`], and the built-in ones.

use super::{Slot, Value, data::DataSet};

/// What a name refers to.
#[derive(Debug, Clone, PartialEq)]
pub enum Binding {
    /// A value of the user, which may change while the load runs.
    Slot(Slot),
    /// A value that is constant during a run.
    Constant(Value),
}

/// The names that are visible to an expression. Used before the run only.
pub trait Scope {
    /// The binding of a name, if it is known. It takes precedence over the built-in names.
    fn resolve(&self, name: &str) -> Option<Binding>;

    /// All names, for hints.
    fn names(&self) -> Vec<String>;

    /// The data sets by name, if every value of a name is one of their rows: an expression can then read only their keys.
    fn rows(&self, _name: &str) -> &[(String, DataSet)] {
        &[]
    }

    /// An environment variable, for `env()`; the outer `None` where `env()` is not available.
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

/// A built-in name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Builtin {
    Status,
    Body,
    Json,
    Duration,
    Error,
    Event,
    Stream,
    Vu,
    Iteration,
    ScenarioIteration,
    Index,
}

/// The built-in names and their help texts.
pub(super) const BUILTINS: &[(&str, Builtin, &str)] = &[
    ("status", Builtin::Status, "the status of the last response; null without a response"),
    ("body", Builtin::Body, "the body of the last response, as text"),
    (
        "json",
        Builtin::Json,
        "the body of the last response, parsed as JSON up to the selected value: `json.items[0].id`",
    ),
    (
        "duration",
        Builtin::Duration,
        "the duration of the last request in milliseconds, from the first byte sent to the last byte received",
    ),
    ("error", Builtin::Error, "the error class of the last request; empty on success"),
    ("event", Builtin::Event, "the name of the event, in `on_event` and `until` of a stream"),
    (
        "stream",
        Builtin::Stream,
        "what was measured of the last stream: `stream.events`, `stream.first_event`, `stream.output_tokens` …; times in milliseconds",
    ),
    ("vu", Builtin::Vu, "the user's number, from 1, unique over all workers and segments"),
    ("iteration", Builtin::Iteration, "the number of earlier iterations of the user"),
    (
        "scenario_iteration",
        Builtin::ScenarioIteration,
        "the number of this iteration in its scenario, from 0; without gaps, and unique over all segments",
    ),
    ("index", Builtin::Index, "the number of the current item, from 0; only inside `generate`, `filter` and `map`"),
];

/// Whether a name is built in, and so reserved.
#[must_use]
pub fn is_builtin(name: &str) -> bool {
    Builtin::named(name).is_some()
}

/// The built-in names, each with its help text.
pub fn builtins() -> impl Iterator<Item = (&'static str, &'static str)> {
    BUILTINS.iter().map(|(name, _, about)| (*name, *about))
}

impl Builtin {
    pub(super) fn named(name: &str) -> Option<Self> {
        BUILTINS.iter().find(|(known, ..)| *known == name).map(|(_, builtin, _)| *builtin)
    }
}
