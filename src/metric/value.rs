//! Values of series, one variant per kind of metric; values can be merged.

use super::{Histogram, Kind};

/// The value of a series for an interval, or, merged, for a whole run.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Sum of increments.
    Counter(f64),
    /// The last value, if any.
    Gauge(Option<f64>),
    /// Share of true observations.
    Rate {
        /// Number of true observations.
        nonzero: u64,
        /// Number of all observations.
        total: u64,
    },
    /// A distribution. Boxed, because most series are not distributions.
    Trend(Box<Histogram>),
}

impl Value {
    /// The empty value of a kind.
    #[must_use]
    pub fn empty(kind: Kind) -> Self {
        match kind {
            Kind::Counter => Self::Counter(0.0),
            Kind::Gauge => Self::Gauge(None),
            Kind::Rate => Self::Rate { nonzero: 0, total: 0 },
            Kind::Trend => Self::Trend(Box::default()),
        }
    }

    /// Whether there are no observations.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Counter(sum) => *sum == 0.0,
            Self::Gauge(last) => last.is_none(),
            Self::Rate { total, .. } => *total == 0,
            Self::Trend(histogram) => histogram.count() == 0,
        }
    }

    /// An empty value of the same kind; for a trend with the same capacity.
    #[must_use]
    pub fn successor(&self) -> Self {
        match self {
            Self::Counter(_) => Self::Counter(0.0),
            Self::Gauge(_) => Self::Gauge(None),
            Self::Rate { .. } => Self::Rate { nonzero: 0, total: 0 },
            Self::Trend(histogram) => Self::Trend(Box::new(histogram.successor())),
        }
    }

    /// Merges a later value of the same series. The kind of a series never changes, so that the last arm is unreachable
    /// and leaves the value unchanged.
    pub fn merge(&mut self, later: &Self) {
        match (self, later) {
            (Self::Counter(sum), Self::Counter(more)) => *sum += more,
            (Self::Gauge(last), Self::Gauge(newer)) => *last = newer.or(*last),
            (Self::Rate { nonzero, total }, Self::Rate { nonzero: more, total: of }) => {
                *nonzero += more;
                *total += of;
            }
            (Self::Trend(histogram), Self::Trend(more)) => histogram.merge(more),
            _ => {}
        }
    }

    /// As [`Value::merge`], for workers with the same interval: adds gauges.
    pub fn merge_parallel(&mut self, beside: &Self) {
        if let (Self::Gauge(Some(own)), Self::Gauge(Some(other))) = (&mut *self, beside) {
            *own += other;
        } else {
            self.merge(beside);
        }
    }
}
