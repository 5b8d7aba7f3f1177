//! Which metrics verdicts judge, by which statistics, and in which direction each is good.

use crate::metric::{
    Kind, MetricDef, Unit, Value,
    catalogue::{self, PROTOCOLS},
};

/// In which direction a metric is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Better {
    /// Latency, errors.
    Lower,
    /// Throughput, delivered share.
    Higher,
}

/// What is looked at in the values of a metric.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Statistic {
    /// The value below which this share of the observations lies.
    Quantile(f64),
    /// The share of true observations.
    Share,
    /// The count a second.
    PerSecond,
}

impl Statistic {
    /// The statistic of a value that was observed over `seconds`; None with too few observations for it: the quantile
    /// would be nearly the maximum.
    #[must_use]
    pub(crate) fn of(self, value: &Value, seconds: f64) -> Option<f64> {
        let enough = match (self, value) {
            (Self::Quantile(q), Value::Trend(histogram)) => histogram.count() as f64 * (1.0 - q) >= 1.0 - 1e-9,
            _ => true,
        };
        self.of_few(value, seconds).filter(|_| enough)
    }

    /// The same of any number of observations; None without any.
    #[must_use]
    pub(crate) fn of_few(self, value: &Value, seconds: f64) -> Option<f64> {
        match (self, value) {
            (Self::Quantile(q), Value::Trend(histogram)) => histogram.quantile(q),
            (Self::Share, Value::Rate { nonzero, total }) => (*total > 0).then(|| *nonzero as f64 / *total as f64),
            (Self::PerSecond, Value::Counter(sum)) => (seconds > 0.0).then(|| sum / seconds),
            _ => None,
        }
    }

    /// k6's name: `p(95)`, `rate`.
    #[must_use]
    pub(crate) fn name(self) -> String {
        match self {
            Self::Quantile(q) => format!("p({})", percent(q)),
            Self::Share | Self::PerSecond => "rate".to_owned(),
        }
    }

    /// In a sentence: `p95`; nothing where the name of the metric says it.
    #[must_use]
    pub(crate) fn in_words(self) -> String {
        match self {
            Self::Quantile(q) => format!(" p{}", percent(q)),
            Self::Share | Self::PerSecond => String::new(),
        }
    }
}

fn percent(q: f64) -> f64 {
    (q * 1e4).round() / 1e2
}

const TIMES: &[Statistic] = &[Statistic::Quantile(0.5), Statistic::Quantile(0.95), Statistic::Quantile(0.99)];
const MOST_TIMES: &[Statistic] = &[Statistic::Quantile(0.5), Statistic::Quantile(0.95)];
const SHARE: &[Statistic] = &[Statistic::Share];

/// Trends beside the response times of protocols, and what they are called in sentences.
static OTHER_TIMES: [(&MetricDef, &str); 6] = [
    (&catalogue::SSE_TIME_TO_FIRST_EVENT, "time to first event"),
    (&catalogue::LLM_TIME_TO_FIRST_TOKEN, "time to first token"),
    (&catalogue::LLM_INTER_TOKEN_LATENCY, "time between tokens"),
    (&catalogue::RPC_REQ_RESPONSE_TIME, "response time of calls"),
    (&catalogue::WS_ROUND_TRIP, "round trip"),
    (&catalogue::JOB_RESPONSE_TIME, "time of jobs"),
];

/// Shares, what they are called, and in which direction they are good.
static SHARES: [(&MetricDef, &str, Better); 5] = [
    (&catalogue::RPC_REQ_FAILED, "failed calls", Better::Lower),
    (&catalogue::WS_FAILED, "failed WebSockets", Better::Lower),
    (&catalogue::JOB_FAILED, "failed jobs", Better::Lower),
    (&catalogue::LLM_GOODPUT, "goodput", Better::Higher),
    (&catalogue::CHECKS, "passed checks", Better::Higher),
];

/// How a metric is judged.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Judged {
    /// What it is called in sentences.
    pub label: String,
    /// What is looked at.
    pub statistics: &'static [Statistic],
    /// In which direction it is good.
    pub better: Better,
}

impl Judged {
    /// How a metric is judged; None if it is not. Times of the profile's own are: less is better.
    #[must_use]
    pub(crate) fn of(metric: &MetricDef) -> Option<Self> {
        let judged = |label: &str, statistics, better| Some(Self { label: label.to_owned(), statistics, better });
        let is = |other: &MetricDef| other.name == metric.name;
        if PROTOCOLS.iter().any(|protocol| is(protocol.response_time)) {
            return judged("response time", TIMES, Better::Lower);
        }
        if PROTOCOLS.iter().any(|protocol| is(protocol.failed)) {
            return judged("failed requests", SHARE, Better::Lower);
        }
        if is(&catalogue::ITERATIONS) {
            return judged("iterations per second", &[Statistic::PerSecond], Better::Higher);
        }
        if let Some((_, label)) = OTHER_TIMES.iter().find(|(other, _)| is(other)) {
            return judged(label, MOST_TIMES, Better::Lower);
        }
        if let Some((_, label, better)) = SHARES.iter().find(|(other, ..)| is(other)) {
            return judged(label, SHARE, *better);
        }
        let is_own_time = metric.kind == Kind::Trend && metric.unit == Unit::Seconds;
        judged(&metric.name, MOST_TIMES, Better::Lower)
            .filter(|_| is_own_time && catalogue::find(&metric.name).is_none())
    }
}
