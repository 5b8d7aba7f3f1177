//! The limit of series, shared by all recorders of a run: which label sets have a series of their own, and which values
//! of labels become `other`. It is asked only when a recorder meets a label set for the first time.

use std::{
    collections::{HashMap, HashSet},
    hash::{DefaultHasher, Hash, Hasher},
    sync::{Arc, Mutex, PoisonError},
};

/// Maximum number of label sets of a metric; labels of further ones become `other`.
pub(crate) const MAX_SERIES_PER_METRIC: usize = 1_000;
/// Further label sets for those whose computed labels became `other`: their status is kept.
pub(super) const MAX_FOLDED: usize = 100;
/// What a folded value becomes.
pub(crate) const OTHER: &str = "other";

/// What the limit applies to: the series of a metric, or the label sets that the steps of a scenario compute.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Scope {
    /// The series of a metric, or of the metrics recorded with it.
    Metric(String),
    /// A scenario by its position.
    Scenario(u16),
}

/// The limit of a run.
#[derive(Debug, Clone, Default)]
pub(crate) struct SeriesLimit {
    /// Labels that thresholds name: what is asked for is never folded.
    named: Arc<[(String, String)]>,
    /// Hashes of the label sets that have a series, by scope.
    known: Arc<Mutex<HashMap<Scope, HashSet<u64>>>>,
}

impl SeriesLimit {
    /// A limit of a run whose thresholds name these labels.
    #[must_use]
    pub(crate) fn new(named: impl IntoIterator<Item = (String, String)>) -> Self {
        Self { named: named.into_iter().collect(), known: Arc::default() }
    }

    /// Whether a threshold names this value of a label.
    #[must_use]
    pub(crate) fn is_selected_by_threshold(&self, name: &str, value: &str) -> bool {
        self.named.iter().any(|(known, wanted)| known == name && wanted == value)
    }

    /// Whether a label set has a series of its own. One that can't be folded always has, and counts.
    #[must_use]
    pub(crate) fn admit(&self, scope: Scope, labels: &impl Hash, foldable: bool) -> bool {
        self.insert(scope, labels, if foldable { MAX_SERIES_PER_METRIC } else { usize::MAX })
    }

    /// Whether a label set whose computed labels became `other` still fits.
    #[must_use]
    pub(crate) fn admit_folded(&self, scope: Scope, labels: &impl Hash) -> bool {
        self.insert(scope, labels, MAX_SERIES_PER_METRIC + MAX_FOLDED)
    }

    fn insert(&self, scope: Scope, labels: &impl Hash, limit: usize) -> bool {
        // The same in every worker: its keys are fixed.
        let mut hasher = DefaultHasher::new();
        labels.hash(&mut hasher);
        let hash = hasher.finish();
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let known = known.entry(scope).or_default();
        known.contains(&hash) || (known.len() < limit && known.insert(hash))
    }
}

#[cfg(test)]
mod tests;
