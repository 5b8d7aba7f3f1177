//! Queries of panels, independent of the query language. Each query has one translation per language, so that a typical
//! mistake (averaged percentiles, a peak of an instant query, totals that vanish after the run) has one place to be fixed.

pub(crate) use super::series::{Label, Run, Series, Window};

/// How the series of a gauge, or points over time, are aggregated to one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Aggregation {
    Sum,
    Max,
    Mean,
    StdDev,
}

/// Arithmetic between two queries, and comparisons that return 0 or 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operator {
    Add,
    Subtract,
    Multiply,
    /// No value where the divisor is not above zero.
    Divide,
    Greater,
    LessOrEqual,
}

/// A query of a panel.
#[derive(Debug, Clone)]
pub(crate) enum Query {
    /// Per second.
    Rate(Series),
    /// The last value of a counter in the time range, so that it is still shown after the run.
    Total(Series),
    /// Share of observations of a rate metric that are non-zero.
    Share(Series),
    /// Quantile over the merged histogram of all series, never an average of quantiles.
    Quantile(f64, Series),
    /// Mean over the merged histogram of all series.
    Mean(Series),
    /// Aggregated gauges.
    Level(Aggregation, Series),
    /// Two queries; both have no labels or the same labels.
    Binary(Box<Query>, Operator, Box<Query>),
    /// A query and a number or a dashboard variable.
    BinaryScalar(Box<Query>, Operator, Number),
    /// The points of a graph over the whole run, aggregated.
    AggregateOverRun(Aggregation, Box<Query>),
    /// The slope of a graph over the whole run, per hour.
    Slope(Box<Query>),
    /// Only points with a full window before them: after the warm-up and before the end of the run.
    Steady(Box<Query>),
    /// Seconds from the start of the run until a comparison was first true. Prometheus only.
    FirstTime(Box<Query>),
    /// Seconds from the end of a burst to the start of the first full window without degradation. Prometheus only.
    Recovery {
        /// A comparison: true during the burst.
        burst: Box<Query>,
        /// A comparison: true while degraded.
        disturbed: Box<Query>,
    },
    /// Seconds of the run for which a comparison was true. Prometheus only.
    TimeTrue(Box<Query>),
    /// The value of a dashboard variable. Prometheus only.
    Variable(&'static str),
    /// 0 where there is no series: a counter that was never incremented has none.
    OrZero(Box<Query>),
    /// Number of distinct values of a label over the series of two runs. Prometheus only.
    Distinct(&'static str, Series, Series),
    /// The series that the variable `sut` selects: the system under test. Prometheus only.
    SystemUnderTest,
    /// Time of the run's first sample, Unix milliseconds.
    FirstSeen(Series),
    /// Time of the run's last sample, Unix milliseconds.
    LastSeen(Series),
    /// Seconds for which each series of a 0/1 gauge was 1.
    TimeActive(Series),
    /// A graph by pushes since the start of its run instead of by time. `InfluxDB` only: `InfluxQL` has no time shift.
    SinceStart(Box<Query>),
    /// The buckets of a Prometheus histogram, for a heatmap. Prometheus only.
    Buckets(Series),
    /// `VictoriaMetrics`' `vmrange` buckets, for a heatmap. Prometheus only.
    VictoriaBuckets(Series),
}

/// A number in a query.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Number {
    /// A constant.
    Is(f64),
    /// A dashboard variable.
    Variable(&'static str),
}

impl Query {
    /// Combines two queries.
    #[must_use]
    pub(crate) fn and(self, operator: Operator, other: Self) -> Self {
        Self::Binary(Box::new(self), operator, Box::new(other))
    }

    /// Divides by another query; no value where that is zero.
    #[must_use]
    pub(crate) fn per(self, other: Self) -> Self {
        self.and(Operator::Divide, other)
    }

    /// Combines the query with a number.
    #[must_use]
    pub(crate) fn with(self, operator: Operator, number: f64) -> Self {
        Self::BinaryScalar(Box::new(self), operator, Number::Is(number))
    }

    /// Combines the query with a variable.
    #[must_use]
    pub(crate) fn with_variable(self, operator: Operator, name: &'static str) -> Self {
        Self::BinaryScalar(Box::new(self), operator, Number::Variable(name))
    }

    /// Aggregates over the run.
    #[must_use]
    pub(crate) fn over_run(self, fold: Aggregation) -> Self {
        Self::AggregateOverRun(fold, Box::new(self))
    }

    /// Slope over the run, per hour.
    #[must_use]
    pub(crate) fn slope(self) -> Self {
        Self::Slope(Box::new(self))
    }

    /// Only points with a full window before them.
    #[must_use]
    pub(crate) fn steady(self) -> Self {
        Self::Steady(Box::new(self))
    }

    /// Time until the comparison was first true.
    #[must_use]
    pub(crate) fn first_time(self) -> Self {
        Self::FirstTime(Box::new(self))
    }

    /// 0 where there is no series.
    #[must_use]
    pub(crate) fn or_zero(self) -> Self {
        Self::OrZero(Box::new(self))
    }

    /// By pushes since the start of the run.
    #[must_use]
    pub(crate) fn since_start(self) -> Self {
        Self::SinceStart(Box::new(self))
    }

    /// Whether the result is a time series.
    #[must_use]
    pub(crate) fn is_graph(&self) -> bool {
        match self {
            Self::Rate(_) | Self::Buckets(_) | Self::VictoriaBuckets(_) | Self::SystemUnderTest => true,
            Self::Share(series) | Self::Quantile(_, series) | Self::Mean(series) | Self::Level(_, series) => {
                matches!(series.window, Window::Live | Window::Rolling)
            }
            Self::Binary(left, _, right) => left.is_graph() || right.is_graph(),
            Self::BinaryScalar(query, ..) | Self::SinceStart(query) | Self::OrZero(query) | Self::Steady(query) => {
                query.is_graph()
            }
            Self::Total(_)
            | Self::AggregateOverRun(..)
            | Self::Slope(_)
            | Self::FirstTime(_)
            | Self::Recovery { .. }
            | Self::TimeTrue(_)
            | Self::Variable(_)
            | Self::Distinct(..)
            | Self::FirstSeen(_)
            | Self::LastSeen(_)
            | Self::TimeActive(_) => false,
        }
    }

    /// The series that decides the unit of the result, if any.
    #[must_use]
    pub(crate) fn first_series(&self) -> Option<&Series> {
        match self {
            Self::Rate(series)
            | Self::Total(series)
            | Self::Share(series)
            | Self::Quantile(_, series)
            | Self::Mean(series)
            | Self::Level(_, series)
            | Self::FirstSeen(series)
            | Self::LastSeen(series)
            | Self::TimeActive(series)
            | Self::Distinct(_, series, _)
            | Self::Buckets(series)
            | Self::VictoriaBuckets(series) => Some(series),
            Self::Binary(query, ..)
            | Self::BinaryScalar(query, ..)
            | Self::AggregateOverRun(_, query)
            | Self::Slope(query)
            | Self::Steady(query)
            | Self::FirstTime(query)
            | Self::Recovery { burst: query, .. }
            | Self::TimeTrue(query)
            | Self::SinceStart(query)
            | Self::OrZero(query) => query.first_series(),
            Self::SystemUnderTest | Self::Variable(_) => None,
        }
    }
}
