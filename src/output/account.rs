//! What became of a sink's samples. Counts are of samples (a histogram of a series at a time is one; a line is one).

use serde::{Deserialize, Serialize};

/// More outages are counted in the sums, but not listed.
const MAX_OUTAGES: usize = 100;

/// One sink's account; totals of the run.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Account {
    /// The sink, without secrets.
    pub name: String,
    /// Samples that were to be sent: what was acknowledged, rejected, spooled and lost, together.
    pub sent: u64,
    /// Samples the receiver took.
    pub acknowledged: u64,
    /// Requests that had to be repeated.
    pub retried: u64,
    /// Samples the receiver refused for good.
    pub rejected: u64,
    /// Samples kept in the run's folder because the time to deliver ran out.
    pub spooled: u64,
    /// What neither arrived nor is on disk. A request of which the record was lost counts as one.
    pub lost: u64,
    /// Whether everything arrived.
    pub complete: bool,
    /// Spans in which the receiver took nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outages: Vec<Outage>,
    /// Files below `outputs/` with batches that were refused; the first ones.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub set_aside: Vec<String>,
    /// The last failure, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_error: Option<String>,
    /// Age of the oldest undelivered sample, in seconds.
    #[serde(skip)]
    pub lag_seconds: f64,
    /// Bytes of the log that wait for this sink.
    #[serde(skip)]
    pub queue_bytes: u64,
}

/// A span in which a receiver took nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outage {
    /// Its begin, Unix milliseconds.
    pub from_ms: i64,
    /// Its end; None while it lasts.
    pub to_ms: Option<i64>,
    /// The first failure.
    pub reason: String,
}

impl Account {
    /// An account of nothing yet.
    #[must_use]
    pub fn new(name: String) -> Self {
        Self { name, ..Self::default() }
    }

    /// Lists an outage.
    pub fn add_outage(&mut self, outage: Outage) {
        if self.outages.len() < MAX_OUTAGES {
            self.outages.push(outage);
        }
    }
}
