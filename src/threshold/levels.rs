//! What a gauge was in the course of a run: its series added up, at the end of each interval.

use std::collections::BTreeMap;

use super::Stat;
use crate::metric::{SeriesId, Value};

/// The levels of the series of a gauge, and the least and the most that they were together.
#[derive(Debug, Default)]
pub(super) struct Levels {
    series: BTreeMap<SeriesId, f64>,
    reached: Option<[f64; 2]>,
}

impl Levels {
    /// Takes what an interval says of the series; one that it does not name stays where it was.
    pub(super) fn observe<'v>(&mut self, values: impl Iterator<Item = (SeriesId, &'v Value)>) {
        self.series.extend(values.filter_map(|(id, value)| match value {
            Value::Gauge(Some(level)) => Some((id, *level)),
            _ => None,
        }));
        if self.series.is_empty() {
            return;
        }
        let sum: f64 = self.series.values().sum();
        let [least, most] = self.reached.unwrap_or([sum, sum]);
        self.reached = Some([least.min(sum), most.max(sum)]);
    }

    /// The least or the most so far.
    pub(super) fn extreme(&self, stat: Stat) -> Option<f64> {
        let [least, most] = self.reached?;
        match stat {
            Stat::Min => Some(least),
            Stat::Max => Some(most),
            _ => None,
        }
    }
}
