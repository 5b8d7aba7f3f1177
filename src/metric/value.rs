//! What a series holds over a span of time, one shape per kind of metric; all shapes merge.

use super::{Histogram, Kind};

/// The content of a series for one interval, or for a whole run: merging the former gives the latter.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Sum of what was added.
    Counter(f64),
    /// The last value that was set, if any.
    Gauge(Option<f64>),
    /// How many of how many were true.
    Rate {
        /// True ones.
        nonzero: u64,
        /// All of them.
        total: u64,
    },
    /// A distribution. Boxed: most series of a run are not distributions.
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

    /// Whether nothing was recorded.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Counter(sum) => *sum == 0.0,
            Self::Gauge(last) => last.is_none(),
            Self::Rate { total, .. } => *total == 0,
            Self::Trend(histogram) => histogram.count() == 0,
        }
    }

    /// The empty value that follows this one: same kind, and for a trend room for the same range.
    #[must_use]
    pub fn successor(&self) -> Self {
        match self {
            Self::Counter(_) => Self::Counter(0.0),
            Self::Gauge(_) => Self::Gauge(None),
            Self::Rate { .. } => Self::Rate { nonzero: 0, total: 0 },
            Self::Trend(histogram) => Self::Trend(Box::new(histogram.successor())),
        }
    }

    /// Adds what a later span of the same series recorded. Values of different kinds are never merged: a series has
    /// one kind for life, so the last arm is unreachable by construction and leaves the value as it was.
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

    /// As [`Value::merge`], for workers that recorded the same span: gauges of several workers add up.
    pub fn merge_parallel(&mut self, beside: &Self) {
        if let (Self::Gauge(Some(own)), Self::Gauge(Some(other))) = (&mut *self, beside) {
            *own += other;
        } else {
            self.merge(beside);
        }
    }
}
