//! What a query reads: the series of a metric, over a time window, of a run.

use super::query::{Aggregation, Query};
use crate::metric::MetricDef;

/// Which run a query reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Run {
    /// The selected run.
    Selected,
    /// The baseline run, shifted in time so that both start together.
    Baseline,
    /// Every run.
    Any,
}

/// The time window of a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Window {
    /// Grafana's rate interval at each point of a graph.
    Live,
    /// The dashboard's `window` before each point of a graph.
    Rolling,
    /// The first window of the run after its warm-up.
    First,
    /// The last window of the run.
    Last,
    /// The whole run.
    Run,
}

/// A label matcher.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Label {
    /// Label name.
    pub(crate) name: &'static str,
    /// Label value; a missing label is empty.
    pub(crate) value: &'static str,
    /// Equal (true) or not equal (false).
    pub(crate) is: bool,
}

/// Series of one metric.
#[derive(Debug, Clone)]
pub(crate) struct Series {
    /// The metric.
    pub(crate) metric: &'static MetricDef,
    /// Labels to group by.
    pub(crate) by: Vec<&'static str>,
    /// Label matchers.
    pub(crate) only: Vec<Label>,
    /// Time window.
    pub(crate) window: Window,
    /// Which run.
    pub(crate) run: Run,
}

impl Series {
    /// All series of a metric of the selected run.
    #[must_use]
    pub(crate) fn of(metric: &'static MetricDef) -> Self {
        Self { metric, by: Vec::new(), only: Vec::new(), window: Window::Live, run: Run::Selected }
    }

    /// Whether the query groups and filters by nothing, so that the precomputed overall aggregate serves it.
    #[must_use]
    pub(crate) fn is_overall(&self) -> bool {
        self.by.is_empty() && self.only.is_empty()
    }

    /// Groups by labels.
    #[must_use]
    pub(crate) fn by(mut self, labels: &[&'static str]) -> Self {
        self.by = labels.to_vec();
        self
    }

    /// Adds an equality matcher.
    #[must_use]
    pub(crate) fn having(mut self, name: &'static str, value: &'static str) -> Self {
        self.only.push(Label { name, value, is: true });
        self
    }

    /// Adds an inequality matcher; not equal to the empty string requires the label.
    #[must_use]
    pub(crate) fn without(mut self, name: &'static str, value: &'static str) -> Self {
        self.only.push(Label { name, value, is: false });
        self
    }

    /// Sets the time window.
    #[must_use]
    pub(crate) fn over(mut self, window: Window) -> Self {
        self.window = window;
        self
    }

    /// Sets the run.
    #[must_use]
    pub(crate) fn of_run(mut self, run: Run) -> Self {
        self.run = run;
        self
    }

    /// Per-second rate of a counter.
    #[must_use]
    pub(crate) fn rate(self) -> Query {
        Query::Rate(self)
    }

    /// Total of a counter, or number of observations of a rate metric.
    #[must_use]
    pub(crate) fn total(self) -> Query {
        Query::Total(self.over(Window::Run))
    }

    /// Share of a rate metric.
    #[must_use]
    pub(crate) fn share(self) -> Query {
        Query::Share(self)
    }

    /// Quantile of a trend; 1 is the maximum.
    #[must_use]
    pub(crate) fn quantile(self, q: f64) -> Query {
        Query::Quantile(q, self)
    }

    /// Mean of a trend.
    #[must_use]
    pub(crate) fn mean(self) -> Query {
        Query::Mean(self)
    }

    /// Sum over a gauge's series.
    #[must_use]
    pub(crate) fn level(self) -> Query {
        Query::Level(Aggregation::Sum, self)
    }

    /// Maximum over a gauge's series.
    #[must_use]
    pub(crate) fn highest(self) -> Query {
        Query::Level(Aggregation::Max, self)
    }
}
