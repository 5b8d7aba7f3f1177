//! Counters of an output. A sample is one histogram of a series at a time, one number, or one line.

use serde::{Deserialize, Serialize};

/// Outages past this are not listed.
const MAX_OUTAGES: usize = 100;

/// Counters of one output over the whole run, as the summary and the checkpoint show them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct DeliveryStats {
    /// The output, without secrets.
    pub name: String,
    /// Samples to be sent: acknowledged, rejected, spooled and lost together.
    pub sent: u64,
    /// Samples that the receiver accepted.
    pub acknowledged: u64,
    /// Requests that had to be repeated.
    pub retried: u64,
    /// Those of them that the receiver answered by asking for fewer (flow control).
    #[serde(default)]
    pub rate_limited: u64,
    /// Samples that the receiver rejected for good.
    pub rejected: u64,
    /// Samples kept in the run's folder because the time to deliver ran out.
    pub spooled: u64,
    /// Samples that neither arrived nor are on disk. A request whose record was lost counts as one.
    pub lost: u64,
    /// Whether everything arrived.
    pub complete: bool,
    /// Times when the receiver accepted nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outages: Vec<Outage>,
    /// Files below `outputs/` with rejected batches; the first ones.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dead_letters: Vec<String>,
    /// The last failure, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_error: Option<String>,
    /// The last warning of the receiver about samples that it accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warning: Option<String>,
    /// Age of the oldest undelivered sample, in seconds.
    #[serde(skip)]
    pub lag_seconds: f64,
    /// Bytes of the log that wait for this output.
    #[serde(skip)]
    pub queue_bytes: u64,
}

/// A time when a receiver accepted nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outage {
    /// Unix milliseconds.
    pub from_ms: i64,
    /// Unix milliseconds; None while it lasts.
    pub to_ms: Option<i64>,
    /// The first failure.
    pub reason: String,
}

impl DeliveryStats {
    /// Counters of an output that has sent nothing.
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
