//! The contract of an encoder: intervals in, frozen batches out. Synchronous and pure, so that golden files test it.

use crate::metric::Interval;

/// A batch, frozen: what is retried is byte for byte what was sent first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// The request's body.
    pub body: Vec<u8>,
    /// Samples inside.
    pub samples: u64,
}

/// Turns intervals into batches.
pub trait Encoder {
    /// Takes an interval into the fold.
    fn fold(&mut self, interval: &Interval);

    /// Batches that bring the receiver from the last push to now, to be sent one after the other.
    fn push(&mut self) -> Vec<Batch>;

    /// Headers of every request.
    fn headers(&self) -> &'static [(&'static str, &'static str)];

    /// What to tell people about a refusal that they can mend.
    fn hint(&self, status: u16, body: &str) -> Option<&'static str>;
}
