//! Packs points into requests that receivers take: no metric so large that it can't be halved, no request too large.

use super::{
    Temporality,
    message::{Envelope, Shape, put_metric},
};
use crate::output::Batch;

/// Points of one request.
const MAX_POINTS: u64 = 2_000;
/// Bytes of one request; many receivers take four times as much.
const MAX_BYTES: usize = 1 << 20;
/// A part can't be halved, so that a metric of many series becomes several.
const MAX_POINTS_OF_PART: u64 = 100;
const MAX_BYTES_OF_PART: usize = 128 << 10;

/// Requests in the making.
pub(super) struct Packer<'a> {
    envelope: &'a Envelope,
    temporality: Temporality,
    batches: Vec<Batch>,
}

impl<'a> Packer<'a> {
    pub(super) fn new(envelope: &'a Envelope, temporality: Temporality) -> Self {
        Self { envelope, temporality, batches: Vec::new() }
    }

    /// Packs all points of a metric. Each of `write` appends the points of a series and gives their number.
    pub(super) fn metric(
        &mut self,
        head: &[u8],
        shape: Shape,
        series: impl Iterator<Item = impl FnOnce(&mut Vec<u8>) -> u64>,
    ) {
        let (mut points, mut count) = (Vec::new(), 0);
        for write in series {
            count += write(&mut points);
            if count >= MAX_POINTS_OF_PART || points.len() >= MAX_BYTES_OF_PART {
                self.part((head, shape), &points, count);
                points.clear();
                count = 0;
            }
        }
        if count > 0 {
            self.part((head, shape), &points, count);
        }
    }

    fn part(&mut self, (head, shape): (&[u8], Shape), points: &[u8], count: u64) {
        let mut part = Vec::with_capacity(points.len() + 512);
        put_metric(&mut part, self.envelope, (head, shape, self.temporality), points);
        let has_room = |batch: &&mut Batch| {
            batch.samples() + count <= MAX_POINTS && batch.content().len() + part.len() <= MAX_BYTES
        };
        let append = |out: &mut Vec<u8>| out.extend_from_slice(&part);
        if let Some(batch) = self.batches.last_mut().filter(has_room) {
            batch.part_of(count, append);
        } else {
            let mut batch = Batch::default();
            batch.part_of(count, append);
            self.batches.push(batch);
        }
    }

    /// The requests.
    pub(super) fn finish(self) -> Vec<Batch> {
        self.batches
    }
}
