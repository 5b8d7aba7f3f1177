//! Labels as they go over the wire: those of the run and of a series, so that no two series become one. They could where
//! a series has a tag by the name of one of the run's, and another has it from the run; and where a receiver writes names
//! of its own (`_a` as `key_a`).

#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeMap, HashSet},
    hash::{DefaultHasher, Hash, Hasher},
};

use crate::metric::{SeriesDef, SeriesId};

/// The label of the second series, and of further ones, that would become one with another.
pub(crate) const DUPLICATE: &str = "duplicate";

/// What is taken on the wire, by its hash.
#[derive(Debug, Default)]
pub(crate) struct Taken(HashSet<u64>);

impl Taken {
    /// Takes the first free one of those made with 0, 1, 2 …, and gives the number with it.
    pub(crate) fn first_free<T: Hash>(&mut self, make: impl Fn(u32) -> T) -> (u32, T) {
        let mut number = 0;
        loop {
            let candidate = make(number);
            let mut hasher = DefaultHasher::new();
            candidate.hash(&mut hasher);
            if self.0.insert(hasher.finish()) {
                return (number, candidate);
            }
            number += 1;
        }
    }
}

/// Labels of the series of a run.
#[derive(Debug)]
pub(crate) struct WireLabels {
    run: Vec<(String, String)>,
    taken: Taken,
    /// Numbers of the series that would be another one without.
    duplicates: BTreeMap<SeriesId, u32>,
}

impl WireLabels {
    /// Without series; `run` go with each, and a series' own labels win over them.
    #[must_use]
    pub(crate) fn new(run: Vec<(String, String)>) -> Self {
        Self { run, taken: Taken::default(), duplicates: BTreeMap::new() }
    }

    /// Takes in a series; each must be added once, in the order of their numbers.
    pub(crate) fn add(&mut self, series: &SeriesDef) {
        let plain = self.of(series);
        let (number, _) = self.taken.first_free(|number| {
            let mut labels = plain.clone();
            mark(&mut labels, number);
            (series.metric.name.clone(), as_rewritten(&labels))
        });
        if number > 0 {
            self.duplicates.insert(series.id, number);
        }
    }

    /// Labels of the run.
    #[must_use]
    pub(crate) fn run(&self) -> &[(String, String)] {
        &self.run
    }

    /// All labels of a series, without empty ones.
    #[must_use]
    pub(crate) fn of(&self, series: &SeriesDef) -> BTreeMap<String, String> {
        let own = series.labels.iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
        let mut labels: BTreeMap<String, String> = self.run.iter().cloned().chain(own).collect();
        labels.retain(|_, value| !value.is_empty());
        mark(&mut labels, self.duplicates.get(&series.id).copied().unwrap_or_default());
        labels
    }
}

fn mark(labels: &mut BTreeMap<String, String>, number: u32) {
    if number > 0 {
        labels.insert(DUPLICATE.to_owned(), number.to_string());
    }
}

/// As a receiver of OTLP stores them that knows Prometheus' old names only: values of names that become one are joined.
fn as_rewritten(labels: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let mut rewritten: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in labels {
        let plain: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
        let name = match plain.chars().next() {
            Some('0'..='9') => format!("key_{plain}"),
            Some('_') if !plain.starts_with("__") => format!("key{plain}"),
            _ => plain,
        };
        let known = rewritten.entry(name).or_default();
        if !known.is_empty() {
            known.push(';');
        }
        known.push_str(value);
    }
    rewritten
}
