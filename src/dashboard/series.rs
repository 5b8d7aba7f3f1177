//! What is asked about: the series of a metric, over a time, of a run.

use super::query::{Fold, Query};
use crate::metric::MetricDef;

/// Which run is asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Run {
    /// The one that is shown.
    Shown,
    /// The one that it is compared with, moved so that both begin together.
    Base,
    /// Every run.
    Any,
}

/// Over which time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Span {
    /// Around each point of a graph.
    Live,
    /// The steady window before each point of a graph.
    Rolling,
    /// The first steady window of the run, after its warm-up.
    First,
    /// The last steady window of the run.
    Last,
    /// The whole run.
    Run,
}

/// What a label must be, or must not be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Label {
    /// Its name.
    pub name: &'static str,
    /// Its value; without the label it is empty.
    pub value: &'static str,
    /// Whether it must be so.
    pub is: bool,
}

/// Series of one metric.
#[derive(Debug, Clone)]
pub struct Series {
    /// The metric.
    pub metric: &'static MetricDef,
    /// Labels told apart in the answer.
    pub by: Vec<&'static str>,
    /// Only series whose labels are so.
    pub only: Vec<Label>,
    /// Over which time.
    pub span: Span,
    /// Of which run.
    pub run: Run,
}

impl Series {
    /// All series of a metric, of the run that is shown, around each point.
    #[must_use]
    pub fn of(metric: &'static MetricDef) -> Self {
        Self { metric, by: Vec::new(), only: Vec::new(), span: Span::Live, run: Run::Shown }
    }

    /// Whether nothing tells its series apart, so that the agent's own fold of all of them answers.
    #[must_use]
    pub fn is_overall(&self) -> bool {
        self.by.is_empty() && self.only.is_empty()
    }

    /// Told apart by labels.
    #[must_use]
    pub fn by(mut self, labels: &[&'static str]) -> Self {
        self.by = labels.to_vec();
        self
    }

    /// Only those that have this value of a label.
    #[must_use]
    pub fn having(mut self, name: &'static str, value: &'static str) -> Self {
        self.only.push(Label { name, value, is: true });
        self
    }

    /// Only those that have another value of a label; another than none is any.
    #[must_use]
    pub fn without(mut self, name: &'static str, value: &'static str) -> Self {
        self.only.push(Label { name, value, is: false });
        self
    }

    /// Over another time.
    #[must_use]
    pub fn over(mut self, span: Span) -> Self {
        self.span = span;
        self
    }

    /// Of another run.
    #[must_use]
    pub fn of_run(mut self, run: Run) -> Self {
        self.run = run;
        self
    }

    /// How many a second, of a counter.
    #[must_use]
    pub fn rate(self) -> Query {
        Query::Rate(self)
    }

    /// How many, or how much, of a counter or a rate's observations.
    #[must_use]
    pub fn total(self) -> Query {
        Query::Total(self.over(Span::Run))
    }

    /// The share of a rate.
    #[must_use]
    pub fn share(self) -> Query {
        Query::Share(self)
    }

    /// A quantile of a trend; 1 is the largest.
    #[must_use]
    pub fn quantile(self, q: f64) -> Query {
        Query::Quantile(q, self)
    }

    /// The mean of a trend.
    #[must_use]
    pub fn mean(self) -> Query {
        Query::Mean(self)
    }

    /// The sum of a gauge's series.
    #[must_use]
    pub fn level(self) -> Query {
        Query::Level(Fold::Sum, self)
    }

    /// The largest of a gauge's series.
    #[must_use]
    pub fn highest(self) -> Query {
        Query::Level(Fold::Max, self)
    }
}
