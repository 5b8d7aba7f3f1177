//! What a panel asks, in no store's language. Each question has one right form in each language, so that a mistake that
//! others make once a panel (averaged percentiles, a peak that is no peak, totals that vanish) can only be made there.

pub use super::series::{Label, Run, Series, Span};

/// How the series of a gauge, or points over time, become one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fold {
    /// Their sum.
    Sum,
    /// The smallest.
    Min,
    /// The largest.
    Max,
    /// Their mean.
    Mean,
    /// Standard deviation.
    Deviation,
}

/// Arithmetic between two questions, and comparisons that say 0 or 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "they are what they are called")]
pub enum Operator {
    Plus,
    Minus,
    Times,
    /// Nothing where the divisor is not above zero.
    Over,
    IsAbove,
    IsAtMost,
}

/// A question.
#[derive(Debug, Clone)]
pub enum Query {
    /// How many a second.
    Rate(Series),
    /// How many up to the end of the shown time: the last total, so that it is still there when the run is over.
    Total(Series),
    /// So many of so many.
    Share(Series),
    /// Of the distribution of all series together, never an average of quantiles.
    Quantile(f64, Series),
    /// Of the distribution of all series together.
    Mean(Series),
    /// Gauges.
    Level(Fold, Series),
    /// Two questions, both without labels or both with the same.
    Both(Box<Query>, Operator, Box<Query>),
    /// A question and a number, or a variable that holds one.
    With(Box<Query>, Operator, Number),
    /// The points of a graph over the whole run, folded.
    OverRun(Fold, Box<Query>),
    /// The slope of a graph over the whole run, in units an hour.
    Slope(Box<Query>),
    /// Only where a steady window lies behind the point: after the warm-up, and not after the end of the run.
    Steady(Box<Query>),
    /// When a comparison was true first, in seconds since the begin of the run. Prometheus only.
    FirstTime(Box<Query>),
    /// From the last moment of a burst to the first from which, for a whole window, nothing was disturbed, in seconds:
    /// what is disturbed later, for a moment, is another matter. Prometheus only.
    Recovery {
        /// A comparison: true while it lasts.
        burst: Box<Query>,
        /// A comparison: true while not all is as usual.
        disturbed: Box<Query>,
    },
    /// How long a comparison was true, in seconds of the run. Prometheus only.
    TimeTrue(Box<Query>),
    /// A number of the board. Prometheus only.
    Variable(&'static str),
    /// 0 where there is no answer, because a counter that never counted has no series.
    OrZero(Box<Query>),
    /// How many values a label has among series of two runs. Prometheus only.
    Distinct(&'static str, Series, Series),
    /// Whatever series the board's variable `sut` names: the system under test. Prometheus only.
    Chosen,
    /// When the run was seen first and last, milliseconds since 1970.
    Begin(Series),
    /// See [`Query::Begin`].
    End(Series),
    /// How long each of a 0/1 gauge's series was 1, in seconds.
    TimeActive(Series),
    /// Verdicts that the agent computed itself, by name; nothing unless it did.
    Verdicts,
    /// A graph over the pushes since its run began, instead of over time. `InfluxDB` only, which can't move a run in time.
    SinceBegin(Box<Query>),
    /// The buckets of a trend, for a heatmap, from a histogram as Prometheus knows it. Prometheus only.
    Buckets(Series),
    /// The buckets of a trend where `VictoriaMetrics` has taken it apart. Prometheus only.
    VictoriaBuckets(Series),
}

/// A number in a question.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Number {
    /// As it is.
    Is(f64),
    /// Of the board's variable.
    Variable(&'static str),
}

impl Query {
    /// Arithmetic with another.
    #[must_use]
    pub fn and(self, operator: Operator, other: Self) -> Self {
        Self::Both(Box::new(self), operator, Box::new(other))
    }

    /// Divided by another; nothing where that is zero.
    #[must_use]
    pub fn per(self, other: Self) -> Self {
        self.and(Operator::Over, other)
    }

    /// Arithmetic with a number.
    #[must_use]
    pub fn with(self, operator: Operator, number: f64) -> Self {
        Self::With(Box::new(self), operator, Number::Is(number))
    }

    /// Arithmetic with a variable.
    #[must_use]
    pub fn with_variable(self, operator: Operator, name: &'static str) -> Self {
        Self::With(Box::new(self), operator, Number::Variable(name))
    }

    /// Folded over the run.
    #[must_use]
    pub fn over_run(self, fold: Fold) -> Self {
        Self::OverRun(fold, Box::new(self))
    }

    /// Its slope over the run, an hour.
    #[must_use]
    pub fn slope(self) -> Self {
        Self::Slope(Box::new(self))
    }

    /// Where a steady window lies behind the point.
    #[must_use]
    pub fn steady(self) -> Self {
        Self::Steady(Box::new(self))
    }

    /// When it was true first.
    #[must_use]
    pub fn first_time(self) -> Self {
        Self::FirstTime(Box::new(self))
    }

    /// 0 where there is no answer.
    #[must_use]
    pub fn or_zero(self) -> Self {
        Self::OrZero(Box::new(self))
    }

    /// Over the pushes since its run began.
    #[must_use]
    pub fn since_begin(self) -> Self {
        Self::SinceBegin(Box::new(self))
    }

    /// Whether it is answered by points over time.
    #[must_use]
    pub fn is_graph(&self) -> bool {
        match self {
            Self::Rate(_) | Self::Buckets(_) | Self::VictoriaBuckets(_) | Self::Chosen => true,
            Self::Share(series) | Self::Quantile(_, series) | Self::Mean(series) | Self::Level(_, series) => {
                matches!(series.span, Span::Live | Span::Rolling)
            }
            Self::Both(left, _, right) => left.is_graph() || right.is_graph(),
            Self::With(query, ..) | Self::SinceBegin(query) | Self::OrZero(query) | Self::Steady(query) => {
                query.is_graph()
            }
            Self::Total(_)
            | Self::OverRun(..)
            | Self::Slope(_)
            | Self::FirstTime(_)
            | Self::Recovery { .. }
            | Self::TimeTrue(_)
            | Self::Variable(_)
            | Self::Distinct(..)
            | Self::Begin(_)
            | Self::End(_)
            | Self::TimeActive(_)
            | Self::Verdicts => false,
        }
    }

    /// The metric that decides the unit of the answer, if it has one.
    #[must_use]
    pub fn leading(&self) -> Option<&Series> {
        match self {
            Self::Rate(series)
            | Self::Total(series)
            | Self::Share(series)
            | Self::Quantile(_, series)
            | Self::Mean(series)
            | Self::Level(_, series)
            | Self::Begin(series)
            | Self::End(series)
            | Self::TimeActive(series)
            | Self::Distinct(_, series, _)
            | Self::Buckets(series)
            | Self::VictoriaBuckets(series) => Some(series),
            Self::Both(query, ..)
            | Self::With(query, ..)
            | Self::OverRun(_, query)
            | Self::Slope(query)
            | Self::Steady(query)
            | Self::FirstTime(query)
            | Self::Recovery { burst: query, .. }
            | Self::TimeTrue(query)
            | Self::SinceBegin(query)
            | Self::OrZero(query) => query.leading(),
            Self::Verdicts | Self::Chosen | Self::Variable(_) => None,
        }
    }
}
