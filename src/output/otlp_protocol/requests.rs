//! Requests that receivers accept: made of separable parts, and none too large.

use crate::output::batch::Batch;

/// Points or spans of one request.
const MAX_SAMPLES: u64 = 2_000;
/// Bytes of one request; many receivers take four times as much.
const MAX_BYTES: usize = 1 << 20;
/// A part can't be halved.
const MAX_SAMPLES_OF_PART: u64 = 100;
const MAX_BYTES_OF_PART: usize = 128 << 10;

/// Requests in the making.
#[derive(Debug, Default)]
pub(in crate::output) struct Requests(Vec<Batch>);

impl Requests {
    /// Whether so much is a whole part.
    pub(in crate::output) fn is_part(samples: u64, bytes: usize) -> bool {
        samples >= MAX_SAMPLES_OF_PART || bytes >= MAX_BYTES_OF_PART
    }

    /// Adds a part of so many samples.
    pub(in crate::output) fn part(&mut self, samples: u64, part: &[u8]) {
        let fits = |batch: &&mut Batch| {
            batch.samples() + samples <= MAX_SAMPLES && batch.content().len() + part.len() <= MAX_BYTES
        };
        let append = |out: &mut Vec<u8>| out.extend_from_slice(part);
        if let Some(batch) = self.0.last_mut().filter(fits) {
            batch.part_of(samples, append);
        } else {
            let mut batch = Batch::default();
            batch.part_of(samples, append);
            self.0.push(batch);
        }
    }

    /// The requests.
    pub(in crate::output) fn finish(self) -> Vec<Batch> {
        self.0
    }
}
