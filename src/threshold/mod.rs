//! Thresholds: the parsed form (k6's grammar) and the judge that holds them against intervals.
//!
//! Owns `metric{tag:value}: stat op number [over window]`. Never stops a run: it reports what failed and whether a failure
//! aborts the run. Start with [`parse`], then [`judge`], then [`window`] and [`tier`].

pub(crate) mod judge;
mod levels;
pub(crate) mod parse;
mod shown;
pub(crate) mod tier;
pub(crate) mod window;

use std::time::Duration;

pub(crate) use tier::Tier;

use crate::metric::{Kind, MetricDef, Unit, Value};

/// One condition on a metric or sub-metric.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Threshold {
    /// The metric as written: `http_req_duration{endpoint:status}`.
    pub key: String,
    /// Its definition.
    pub metric: MetricDef,
    /// The tags a series must carry.
    pub selector: Vec<(String, String)>,
    /// The condition as written: `p(95)<500`.
    pub expression: String,
    /// What is looked at.
    pub stat: Stat,
    /// How it is compared.
    pub operator: Operator,
    /// With what: milliseconds for times, as in k6.
    pub bound: f64,
    /// The bound is a multiple of a baseline. It is NaN until the baseline is known.
    pub relative: Option<Relative>,
    /// Judged over every window of this length instead of over the whole run.
    pub window: Option<Duration>,
    /// Its place among the tiers of one threshold.
    pub tier: Option<Tier>,
    /// Whether missing it fails the run.
    pub bearing: Bearing,
    /// Given on the command line, and not by the profile.
    pub by_flag: bool,
    /// Whether a failure ends the run.
    pub abort_on_fail: bool,
    /// How long after the start a failure may end the run.
    pub delay_abort: Duration,
    /// Whether a metric without observations passes. It fails by default.
    pub allow_no_data: bool,
}

/// A bound as a multiple of the same statistic of a baseline: `p(95) < 3 x baseline`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Relative {
    /// How many times the baseline.
    pub factor: f64,
    /// The stage of this run that is the baseline, and is not judged itself; None for another run.
    pub stage: Option<String>,
}

/// Whether a missed threshold fails the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Bearing {
    /// The run fails.
    #[default]
    Binding,
    /// Shown only: a tier that is not the required one.
    Advisory,
    /// Shown only: its scenarios are not run (`--scenarios`).
    NotRun,
}

impl Bearing {
    const ALL: [(&'static str, Self); 3] =
        [("binding", Self::Binding), ("advisory", Self::Advisory), ("not_run", Self::NotRun)];

    /// `binding`, `advisory` or `not_run`.
    #[must_use]
    pub(crate) fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(_, bearing)| *bearing == self).map_or("", |(name, _)| name)
    }

    /// The bearing of a name; binding for any other.
    #[must_use]
    pub(crate) fn of(name: &str) -> Self {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, bearing)| *bearing).unwrap_or_default()
    }
}

/// An aggregate of a metric.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Stat {
    /// Sum of a counter, or number of observations of a trend.
    Count,
    /// A counter per second, or the share of a rate.
    Rate,
    /// The last value of a gauge.
    Value,
    /// Mean of a trend.
    Avg,
    /// Smallest of a trend, or of what a gauge was at the end of a second.
    Min,
    /// Largest of a trend, or of what a gauge was at the end of a second.
    Max,
    /// A quantile of a trend, 0 to 1.
    Quantile(f64),
}

/// A comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operator {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Equal,
    NotEqual,
}

impl Operator {
    /// As it is written.
    #[must_use]
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::Equal => "==",
            Self::NotEqual => "!=",
        }
    }

    fn holds(self, left: f64, right: f64) -> bool {
        match self {
            Self::Less => left < right,
            Self::LessOrEqual => left <= right,
            Self::Greater => left > right,
            Self::GreaterOrEqual => left >= right,
            Self::Equal => (left - right).abs() < f64::EPSILON * right.abs().max(1.0),
            Self::NotEqual => (left - right).abs() >= f64::EPSILON * right.abs().max(1.0),
        }
    }

    /// Whether values have to stay below a bound (true) or above it (false); None for an equality.
    #[must_use]
    pub(crate) fn keeps_below(self) -> Option<bool> {
        match self {
            Self::Less | Self::LessOrEqual => Some(true),
            Self::Greater | Self::GreaterOrEqual => Some(false),
            Self::Equal | Self::NotEqual => None,
        }
    }

    /// Whether one value is further than another from what the comparison asks for. An equality knows no further.
    fn is_worse(self, one: f64, other: f64) -> bool {
        match self {
            Self::Less | Self::LessOrEqual => one > other,
            Self::Greater | Self::GreaterOrEqual => one < other,
            Self::Equal | Self::NotEqual => false,
        }
    }
}

/// Factor from the unit a metric is recorded in to the one thresholds and summaries show: k6's milliseconds.
#[must_use]
pub(crate) fn shown_factor(metric: &MetricDef) -> f64 {
    match (metric.unit, metric.kind) {
        (Unit::Seconds, Kind::Trend) => 1_000.0,
        _ => 1.0,
    }
}

/// The statistic of a value in the recorded unit; None without observations. `seconds` is the time counted over.
#[must_use]
pub(crate) fn stat_of(value: &Value, stat: Stat, seconds: f64) -> Option<f64> {
    match (value, stat) {
        (Value::Counter(sum), Stat::Count) => Some(*sum),
        (Value::Counter(sum), Stat::Rate) => Some(if seconds > 0.0 { sum / seconds } else { 0.0 }),
        (Value::Gauge(last), Stat::Value) => *last,
        (Value::Rate { nonzero, total }, Stat::Rate) => (*total > 0).then(|| *nonzero as f64 / *total as f64),
        (Value::Rate { nonzero, .. }, Stat::Count) => Some(*nonzero as f64),
        (Value::Trend(histogram), Stat::Count) => Some(histogram.count() as f64),
        (Value::Trend(histogram), Stat::Avg) => histogram.mean(),
        (Value::Trend(histogram), Stat::Min) => histogram.min(),
        (Value::Trend(histogram), Stat::Max) => histogram.max(),
        (Value::Trend(histogram), Stat::Quantile(q)) => histogram.quantile(q),
        _ => None,
    }
}
