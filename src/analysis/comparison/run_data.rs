//! What is known of a run that is compared: windows of its log, or the values of its summary.

use super::runs::{Key, RunWindows, keys_of};
use crate::{
    analysis::judged::{Judged, Statistic},
    metric::{Totals, Value},
};

/// One run.
#[derive(Debug)]
pub(crate) enum RunData {
    /// From its log.
    Windows(Box<RunWindows>),
    /// From a summary, of this or another tool: one value for each statistic.
    Values(RunValues),
}

/// Statistics of a whole run.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct RunValues {
    /// What is compared, and its value.
    pub values: Vec<(Key, Statistic, f64)>,
    /// Length of the load; 0 if unknown.
    pub seconds: f64,
}

impl RunData {
    /// What it has.
    #[must_use]
    pub(super) fn keys(&self) -> Vec<&Key> {
        match self {
            Self::Windows(windows) => windows.keys().iter().collect(),
            Self::Values(values) => values.values.iter().map(|(key, ..)| key).collect(),
        }
    }

    /// A statistic of the whole run.
    #[must_use]
    pub(super) fn overall(&self, key: &Key, statistic: Statistic) -> Option<f64> {
        match self {
            Self::Windows(windows) => windows.overall(key, statistic),
            Self::Values(values) => values.of(key, statistic),
        }
    }

    /// Its windows, if it has any.
    #[must_use]
    pub(super) fn windows(&self) -> Option<&RunWindows> {
        if let Self::Windows(windows) = self { Some(windows) } else { None }
    }

    /// Makes its windows at least as long.
    pub(super) fn lengthen(&mut self, length_ms: i64) {
        if let Self::Windows(windows) = self {
            windows.lengthen(length_ms);
        }
    }

    /// Length of the load.
    #[must_use]
    pub(crate) fn seconds(&self) -> f64 {
        match self {
            Self::Windows(windows) => windows.seconds,
            Self::Values(values) => values.seconds,
        }
    }
}

impl RunValues {
    /// The values of a run of these scenarios, over `seconds`.
    #[must_use]
    pub(crate) fn of_totals(totals: &Totals, scenarios: &[String], seconds: f64) -> Self {
        let mut sums: Vec<(Key, Value)> = Vec::new();
        for (series, value) in totals.iter() {
            for key in keys_of(series, scenarios) {
                match sums.iter_mut().find(|(known, _)| *known == key) {
                    Some((_, sum)) => sum.merge(value),
                    None => sums.push((key, value.clone())),
                }
            }
        }
        let mut values = Vec::new();
        for (key, sum) in sums {
            let statistics = Judged::of(&key.metric).map(|judged| judged.statistics).unwrap_or_default();
            let known = statistics.iter().filter_map(|statistic| Some((*statistic, statistic.of(&sum, seconds)?)));
            values.extend(known.map(|(statistic, value)| (key.clone(), statistic, value)));
        }
        Self { values, seconds }
    }

    /// A value.
    #[must_use]
    pub(crate) fn of(&self, key: &Key, statistic: Statistic) -> Option<f64> {
        let found = self.values.iter().find(|(known, of, _)| known == key && *of == statistic);
        found.map(|(.., value)| *value)
    }
}
