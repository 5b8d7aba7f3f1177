//! What became of a sink's samples. Counts are of samples (a histogram of a series at a time is one).

use serde::Serialize;

/// One sink's account; totals of the run.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Account {
    /// The sink, without secrets.
    pub name: String,
    /// Samples sent, repeats not counted.
    pub sent: u64,
    /// Samples the receiver took.
    pub acknowledged: u64,
    /// Pushes that had to be repeated.
    pub retried: u64,
    /// Samples the receiver refused for good.
    pub rejected: u64,
    /// Samples left in the interval log when the time to deliver ran out.
    pub spooled: u64,
    /// Whether everything arrived.
    pub complete: bool,
    /// The last failure, for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_error: Option<String>,
    /// Age of the oldest undelivered interval, in seconds.
    #[serde(skip)]
    pub lag_seconds: f64,
}
