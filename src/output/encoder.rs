//! The contract of an encoder: intervals in, batches out. Synchronous and pure, so that golden files test it, and
//! deterministic, so that what is encoded again after a crash is byte for byte what was sent before it.

use super::batch::Batch;
use crate::metric::Interval;

/// Turns intervals into batches.
pub trait Encoder {
    /// Takes an interval into the fold.
    fn fold(&mut self, interval: &Interval);

    /// Batches that bring the receiver from the last push to now, to be sent one after the other.
    fn push(&mut self) -> Vec<Batch>;

    /// What is sent once, after the last push of a run that ended.
    fn end(&mut self) -> Vec<Batch> {
        Vec::new()
    }
}
