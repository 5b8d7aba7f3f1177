//! An interval: what happened in a span of the run, as deltas; the one thing that telemetry reads.

use super::{Labels, MetricDef, Span, Value, intended::IntendedCell};

/// A series' number, given once per run in order of appearance.
pub(crate) type SeriesId = u32;

/// What a series is; stands in the interval in which the series first appears.
#[derive(Debug, Clone, PartialEq)]
pub struct SeriesDef {
    /// Number by which later intervals refer to the series.
    pub id: SeriesId,
    /// Its metric.
    pub metric: MetricDef,
    /// Its labels.
    pub labels: Labels,
}

/// Deltas of a span of time, complete over all workers.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Interval {
    /// Consecutive number from zero.
    pub sequence: u64,
    /// Begin of the span, Unix time in milliseconds.
    pub start_ms: i64,
    /// End of the span, Unix time in milliseconds.
    pub end_ms: i64,
    /// Series that appear for the first time.
    pub new_series: Vec<SeriesDef>,
    /// What was recorded, by series number, ascending; series without observations are left out.
    pub values: Vec<(SeriesId, Value)>,
    /// Accounting by intended second.
    pub intended: Vec<IntendedCell>,
    /// Spans of sampled traces that ended in it.
    pub spans: Vec<Span>,
}
