//! Metrics, their recording and aggregation, and the interval that execution passes to telemetry.
//!
//! Owns the catalogue (name, kind, unit, help of every metric), labels, base-2 histograms, the thread-owned recorder
//! and the [`Interval`] that a second of recording becomes.
//! Never sends, prints, evaluates or waits.
//! Start with [`catalogue`], then [`recorder`], then [`interval`].

pub(crate) mod assembler;
pub(crate) mod bucket;
pub mod catalogue;
pub(crate) mod classic;
pub(crate) mod example;
pub(crate) mod histogram;
pub(crate) mod intended;
pub(crate) mod interval;
pub(crate) mod labels;
pub(crate) mod record;
pub(crate) mod recorder;
pub(crate) mod segments;
pub(crate) mod series;
pub(crate) mod series_limit;
pub(crate) mod span;
pub(crate) mod target;
pub(crate) mod totals;
pub(crate) mod user_metric;
pub(crate) mod value;
pub(crate) mod varint;

pub(crate) use assembler::{Assembler, GaugeAggregation};
pub use catalogue::{Kind, MetricDef, Unit};
pub(crate) use example::Example;
pub use histogram::Histogram;
pub(crate) use interval::SeriesId;
pub use labels::Labels;
pub(crate) use record::{Record, RecordWriter, Records, RequestTimes, Sampled};
pub(crate) use recorder::{Recorder, WorkerInterval};
pub(crate) use series_limit::SeriesLimit;
pub(crate) use span::{Span, Spans};
pub use totals::Totals;
pub(crate) use user_metric::{MetricRegistry, UserMetric};
pub use value::Value;
pub use {interval::Interval, interval::SeriesDef};
