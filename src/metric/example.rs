//! The first failure of each class at each step, with its reason in words: what the counts of errors can't say.

use std::{collections::BTreeMap, time::Duration};

use super::Labels;

/// Most examples of a worker, and of a run. Further classes and steps are counted, but have no example.
pub(crate) const MAX_EXAMPLES: usize = 200;
/// Most characters of a reason.
const MAX_REASON: usize = 300;

/// What failed, and in which way.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Place {
    /// Label `error_class`; `reason` of what is no request.
    pub class: String,
    /// Label `status`; empty without a response.
    pub status: String,
    /// Label `scenario`.
    pub scenario: String,
    /// Label `name`.
    pub name: String,
    /// Label `method`.
    pub method: String,
}

/// The first failure at a place.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Example {
    /// What failed.
    pub place: Place,
    /// When it ended, after the start of the run.
    pub at: Duration,
    /// Why, in words, without control characters.
    pub reason: String,
}

impl Place {
    /// The place of a series of errors.
    #[must_use]
    pub(crate) fn of(labels: &Labels) -> Self {
        let label = |name| labels.get(name).unwrap_or_default().to_owned();
        Self {
            class: labels.get("error_class").or(labels.get("reason")).unwrap_or_default().to_owned(),
            status: label("status"),
            scenario: label("scenario"),
            name: label("name"),
            method: label("method"),
        }
    }
}

/// Examples of a worker or of a run, one for each place, at most [`MAX_EXAMPLES`].
#[derive(Debug, Default)]
pub(crate) struct Examples {
    first: BTreeMap<Place, Example>,
    /// Places that are new since they were last taken.
    new: Vec<Place>,
}

impl Examples {
    /// Keeps the first failure at a place; `example` is asked only for a new one.
    pub(crate) fn note(&mut self, labels: &Labels, example: impl FnOnce() -> (Duration, String)) {
        let place = Place::of(labels);
        if self.first.len() >= MAX_EXAMPLES || self.first.contains_key(&place) {
            return;
        }
        let (at, reason) = example();
        let reason = reason.chars().take(MAX_REASON).collect();
        self.new.push(place.clone());
        self.first.insert(place.clone(), Example { place, at, reason });
    }

    /// Those that are new since the last call.
    pub(crate) fn take_new(&mut self) -> Vec<Example> {
        std::mem::take(&mut self.new).iter().filter_map(|place| self.first.get(place).cloned()).collect()
    }

    /// Merges an example of some worker: the earliest at a place stays, whichever comes first.
    pub(crate) fn merge(&mut self, example: &Example) {
        let order = |example: &Example| (example.at, example.reason.clone());
        let is_first = match self.first.get(&example.place) {
            Some(known) => order(example) < order(known),
            None => self.first.len() < MAX_EXAMPLES,
        };
        if is_first {
            self.first.insert(example.place.clone(), example.clone());
        }
    }

    /// The earliest example at places that match a filter.
    pub(crate) fn earliest(&self, is_wanted: impl Fn(&Place) -> bool) -> Option<&Example> {
        self.first.values().filter(|example| is_wanted(&example.place)).min_by_key(|example| example.at)
    }
}

#[cfg(test)]
mod tests;
