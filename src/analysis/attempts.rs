//! Attempts of all protocols: requests, and those that failed before they were sent.

use crate::metric::{MetricDef, SeriesDef, Totals, Value, catalogue::PROTOCOLS};

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
        Self::of_scenarios(totals, |_| true)
    }

    /// Of all protocols, in scenarios by their name.
    #[must_use]
    pub(crate) fn of_scenarios(totals: &Totals, is_wanted: impl Fn(Option<&str>) -> bool) -> Self {
        PROTOCOLS.iter().fold(Self::default(), |sum, protocol| {
            let of = Self::of_series(totals, protocol.failed, |series| is_wanted(series.labels.get("scenario")));
            Self { failed: sum.failed + of.failed, total: sum.total + of.total }
        })
    }

    /// Of one protocol, by its rate of failed attempts.
    #[must_use]
    pub(crate) fn of(totals: &Totals, failed: &MetricDef) -> Self {
        Self::of_series(totals, failed, |_| true)
    }

    /// Of the series of a rate.
    #[must_use]
    pub(super) fn of_series(totals: &Totals, failed: &MetricDef, is_wanted: impl Fn(&SeriesDef) -> bool) -> Self {
        match totals.sum_where(&failed.name, is_wanted) {
            Some(Value::Rate { nonzero, total }) => Self { failed: nonzero, total },
            _ => Self::default(),
        }
    }

    /// Whether there were attempts, and none succeeded.
    #[must_use]
    pub(crate) fn all_failed(self) -> bool {
        self.total > 0 && self.failed == self.total
    }

    /// Share of failed attempts; zero without attempts.
    #[must_use]
    pub(crate) fn failed_share(self) -> f64 {
        if self.total == 0 { 0.0 } else { self.failed as f64 / self.total as f64 }
    }
}
