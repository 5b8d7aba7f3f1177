//! Interning: maps (metric, labels) pairs to small numbers.

use std::collections::HashMap;

use super::{Labels, MetricDef};

/// Assigns consecutive numbers from zero to (metric name, labels) pairs, in order of appearance.
#[derive(Debug, Default)]
pub(crate) struct Interner {
    ids: HashMap<(String, Labels), u32>,
    definitions: Vec<(MetricDef, Labels)>,
}

impl Interner {
    /// The number of a pair, new or known.
    pub(crate) fn id(&mut self, metric: &MetricDef, labels: &Labels) -> u32 {
        let key = (metric.name.to_string(), labels.clone());
        if let Some(id) = self.ids.get(&key) {
            return *id;
        }
        let id = u32::try_from(self.definitions.len()).unwrap_or(u32::MAX);
        self.definitions.push((metric.clone(), labels.clone()));
        self.ids.insert(key, id);
        id
    }

    /// All pairs in the order of their numbers.
    #[must_use]
    pub(crate) fn definitions(&self) -> &[(MetricDef, Labels)] {
        &self.definitions
    }
}
