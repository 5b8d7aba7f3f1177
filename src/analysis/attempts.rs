//! Attempts of all protocols: requests, and those that failed before they were sent.

use crate::metric::{MetricDef, Totals, Value, catalogue::PROTOCOLS};

/// Attempts of a run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Attempts {
    /// Those that failed.
    pub failed: u64,
    /// All.
    pub total: u64,
}

impl Attempts {
    /// Of all protocols.
    #[must_use]
    pub(crate) fn of_run(totals: &Totals) -> Self {
        PROTOCOLS.iter().fold(Self::default(), |sum, protocol| {
            let of = Self::of(totals, protocol.failed);
            Self { failed: sum.failed + of.failed, total: sum.total + of.total }
        })
    }

    /// Of one protocol, by its rate of failed attempts.
    #[must_use]
    pub(crate) fn of(totals: &Totals, failed: &MetricDef) -> Self {
        match totals.sum_where(&failed.name, |_| true) {
            Some(Value::Rate { nonzero, total }) => Self { failed: nonzero, total },
            _ => Self::default(),
        }
    }

    /// Share of failed attempts; zero without attempts.
    #[must_use]
    pub(crate) fn failed_share(self) -> f64 {
        if self.total == 0 { 0.0 } else { self.failed as f64 / self.total as f64 }
    }
}
