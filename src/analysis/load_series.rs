//! The series that show the load of each second: busy users and lateness. Spikes, steps and searches read them alike.

use std::collections::{BTreeMap, BTreeSet};

use crate::metric::{Histogram, Interval, SeriesId, Value, catalogue};

/// Numbers of the series of a run.
#[derive(Debug, Default)]
pub(super) struct LoadSeries {
    /// The scenario of each series of users.
    users: BTreeMap<SeriesId, String>,
    lag: BTreeSet<SeriesId>,
    started_at_ms: Option<i64>,
}

impl LoadSeries {
    /// Takes the series of the next interval in, and gives its middle in seconds from the start of the run.
    pub(super) fn learn(&mut self, interval: &Interval) -> f64 {
        let started = *self.started_at_ms.get_or_insert(interval.start_ms);
        for series in &interval.new_series {
            if series.metric.name == catalogue::VUS.name {
                let scenario = series.labels.get("scenario").unwrap_or_default().to_owned();
                self.users.insert(series.id, scenario);
            } else if series.metric.name == catalogue::SCHEDULE_LAG.name {
                self.lag.insert(series.id);
            }
        }
        interval.middle_ms().saturating_sub(started) as f64 / 1e3
    }

    /// Users in an iteration at the end of an interval, by scenario.
    pub(super) fn users<'s>(&'s self, interval: &'s Interval) -> impl Iterator<Item = (&'s str, f64)> {
        interval.values.iter().filter_map(|(id, value)| match (self.users.get(id), value) {
            (Some(scenario), Value::Gauge(Some(users))) => Some((scenario.as_str(), *users)),
            _ => None,
        })
    }

    /// The same of all scenarios; None if nothing is known.
    pub(super) fn all_users(&self, interval: &Interval) -> Option<f64> {
        self.users(interval).map(|(_, users)| users).reduce(|sum, users| sum + users)
    }

    /// Lateness in an interval.
    pub(super) fn lags<'s>(&'s self, interval: &'s Interval) -> impl Iterator<Item = &'s Histogram> {
        interval.values.iter().filter_map(|(id, value)| match value {
            Value::Trend(lag) if self.lag.contains(id) => Some(&**lag),
            _ => None,
        })
    }
}
