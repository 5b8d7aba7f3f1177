//! What is measured, how it is folded, and the interval that execution hands to telemetry.
//!
//! Owns the catalogue (name, kind, unit, help of every metric), labels, base-2 histograms, the thread-owned recorder
//! and the [`Interval`] that a second of recording becomes.
//! Never sends, prints, judges or waits.
//! Start with [`catalogue`], then [`recorder`], then [`interval`].

pub mod assembler;
pub mod bucket;
pub mod catalogue;
pub mod classic;
pub mod histogram;
pub mod intended;
pub mod interval;
pub mod labels;
pub mod record;
pub mod recorder;
pub mod series;
pub mod span;
pub mod totals;
pub mod user_metric;
pub mod value;
pub mod varint;

pub use assembler::{Assembler, GaugeAggregation};
pub use catalogue::{Kind, MetricDef, Unit};
pub use histogram::Histogram;
pub use interval::{Interval, SeriesDef, SeriesId};
pub use labels::Labels;
pub use record::{Record, RecordWriter, Records, RequestTimes};
pub use recorder::{Recorder, WorkerInterval};
pub use span::{Span, Spans};
pub use totals::Totals;
pub use user_metric::{MetricRegistry, UserMetric};
pub use value::Value;
