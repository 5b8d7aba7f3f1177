//! A row of Locust's statistics: what is counted for a name and method, and its cells.

use super::csv::float;
use crate::metric::{Histogram, Value};

/// Locust's percentiles: heading and quantile.
pub(crate) const PERCENTILES: [(&str, f64); 11] = [
    ("50%", 0.5),
    ("66%", 0.66),
    ("75%", 0.75),
    ("80%", 0.8),
    ("90%", 0.9),
    ("95%", 0.95),
    ("98%", 0.98),
    ("99%", 0.99),
    ("99.9%", 0.999),
    ("99.99%", 0.9999),
    ("100%", 1.0),
];

/// Counts and times of a name and method, or of everything.
#[derive(Debug, Default)]
pub(crate) struct Entry {
    requests: u64,
    failures: u64,
    times: Histogram,
    received: f64,
}

impl Entry {
    /// Adds a value of `http_req_failed`, `http_req_duration` or `data_received`; their kinds tell them apart.
    pub(crate) fn add(&mut self, value: &Value) {
        match value {
            Value::Rate { nonzero, total } => {
                self.requests += total;
                self.failures += nonzero;
            }
            Value::Trend(times) => self.times.merge(times),
            Value::Counter(bytes) => self.received += bytes,
            Value::Gauge(_) => {}
        }
    }

    /// Adds another entry.
    pub(crate) fn merge(&mut self, other: &Self) {
        self.requests += other.requests;
        self.failures += other.failures;
        self.times.merge(&other.times);
        self.received += other.received;
    }

    /// Attempts.
    #[must_use]
    pub(crate) fn requests(&self) -> u64 {
        self.requests
    }

    /// Requests and failures per second; zeros for no time.
    #[must_use]
    pub(crate) fn rates(&self, seconds: f64) -> [f64; 2] {
        [self.requests, self.failures].map(|count| if seconds > 0.0 { count as f64 / seconds } else { 0.0 })
    }

    /// Request Count, Failure Count, Median, Average, Min and Max Response Time, Average Content Size.
    #[must_use]
    pub(crate) fn summary_columns(&self) -> [String; 7] {
        let size = if self.requests == 0 { "0".to_owned() } else { float(self.received / self.requests as f64) };
        [
            self.requests.to_string(),
            self.failures.to_string(),
            self.median(),
            float(self.times.mean().unwrap_or(0.0) * 1e3),
            float_or_zero(self.times.min()),
            float_or_zero(self.times.max()),
            size,
        ]
    }

    /// Whole milliseconds, but never outside the exact extremes, as Locust has it.
    fn median(&self) -> String {
        let (Some(median), Some(min), Some(max)) = (self.times.quantile(0.5), self.times.min(), self.times.max())
        else {
            return "0".to_owned();
        };
        let whole = (median * 1e3).round_ties_even();
        if whole > max * 1e3 {
            float_or_zero(Some(max))
        } else if whole < min * 1e3 {
            float_or_zero(Some(min))
        } else {
            format!("{whole:.0}")
        }
    }

    /// Cells of [`PERCENTILES`], whole milliseconds; `N/A` where nothing was ever asked.
    #[must_use]
    pub(crate) fn percentiles(&self, asked: bool) -> [String; 11] {
        PERCENTILES.map(|(_, quantile)| {
            if !asked {
                return "N/A".to_owned();
            }
            format!("{:.0}", (self.times.quantile(quantile).unwrap_or(0.0) * 1e3).round_ties_even())
        })
    }
}

/// Milliseconds of seconds. Locust's start value is a whole zero.
fn float_or_zero(seconds: Option<f64>) -> String {
    seconds.filter(|seconds| *seconds > 0.0).map_or_else(|| "0".to_owned(), |seconds| float(seconds * 1e3))
}
