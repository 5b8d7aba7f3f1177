//! Variables of a profile: constant for the whole run.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use crate::language::{Binding, Scope, Slot, Value};

/// Names and values of a run.
#[derive(Debug, Clone, Default)]
pub(crate) struct Variables {
    values: BTreeMap<String, String>,
    /// Variables without a value, which is already reported.
    missing: Vec<String>,
    /// The environment, for `env()`.
    environment: Arc<[(String, String)]>,
}

impl Variables {
    /// No variables, with an environment.
    #[must_use]
    pub(crate) fn within(environment: &[(String, String)]) -> Self {
        Self { environment: environment.into(), ..Self::default() }
    }

    /// Sets a variable.
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.values.insert(name.to_owned(), value.to_owned());
    }

    /// Declares a variable without a value, so that its uses cause no further errors.
    pub(crate) fn declare_unset(&mut self, name: &str) {
        self.set(name, "0");
        self.missing.push(name.to_owned());
    }

    /// Whether a text uses a variable without a value, so that it can't be checked.
    #[must_use]
    pub(crate) fn leaves_open(&self, text: &str) -> bool {
        self.missing.iter().any(|name| text.contains(&format!("${{{name}}}")))
    }

    /// All names and values.
    #[must_use]
    pub(crate) fn all(&self) -> BTreeMap<String, String> {
        self.values.clone()
    }

    /// Whether there is a variable of this name.
    #[must_use]
    pub(crate) fn has(&self, name: &str) -> bool {
        self.values.contains_key(name)
    }
}

impl Scope for Variables {
    fn resolve(&self, name: &str) -> Option<Binding> {
        self.values.get(name).map(|value| Binding::Constant(Value::from(value.as_str())))
    }

    fn names(&self) -> Vec<String> {
        self.values.keys().cloned().collect()
    }

    fn environment(&self, name: &str) -> Option<Option<String>> {
        let found = self.environment.iter().rfind(|(known, _)| known == name);
        Some(found.map(|(_, value)| value.clone()))
    }
}

/// The names that a value before the run may use, and those that steps set: they are known, but too late.
pub(super) struct BeforeRun<'r> {
    pub(super) variables: &'r Variables,
    pub(super) late: &'r BTreeSet<String>,
}

impl Scope for BeforeRun<'_> {
    fn resolve(&self, name: &str) -> Option<Binding> {
        let late = || self.late.contains(name).then_some(Binding::Slot(Slot(0)));
        self.variables.resolve(name).or_else(late)
    }

    fn names(&self) -> Vec<String> {
        self.variables.names()
    }

    fn environment(&self, name: &str) -> Option<Option<String>> {
        self.variables.environment(name)
    }
}
