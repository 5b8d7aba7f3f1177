//! An interval: all observations of a part of the run, as deltas; the only input of telemetry.

use super::{Example, Labels, MetricDef, Span, Value, intended::IntendedCell};

/// The number of a series, unique in a run, in order of appearance.
pub(crate) type SeriesId = u32;

/// The definition of a series, in the interval in which it first appears.
#[derive(Debug, Clone, PartialEq)]
pub struct SeriesDef {
    /// The number that later intervals refer to.
    pub id: SeriesId,
    /// The metric of the series.
    pub metric: MetricDef,
    /// The labels of the series.
    pub labels: Labels,
}

/// Deltas of a part of the run, complete over all workers.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Interval {
    /// Consecutive number from zero.
    pub sequence: u64,
    /// Start, Unix time in milliseconds.
    pub start_ms: i64,
    /// End, Unix time in milliseconds.
    pub end_ms: i64,
    /// Series that appear for the first time.
    pub new_series: Vec<SeriesDef>,
    /// Values by series number, ascending; series without observations are omitted.
    pub values: Vec<(SeriesId, Value)>,
    /// Counts by intended second.
    pub intended: Vec<IntendedCell>,
    /// Spans of sampled traces that ended in this interval.
    pub spans: Vec<Span>,
    /// First failures of a class at a step; a worker's first, of which an earlier one of another may follow.
    pub examples: Vec<Example>,
}

impl Interval {
    /// Its middle, Unix time in milliseconds.
    #[must_use]
    pub(crate) fn middle_ms(&self) -> i64 {
        self.start_ms.saturating_add(self.end_ms.saturating_sub(self.start_ms) / 2)
    }
}
