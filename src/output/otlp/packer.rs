//! Packs the points of metrics into requests: no metric so large that it can't be halved.

use super::{
    Temporality,
    message::{Envelope, Shape, put_metric},
    requests::Requests,
};
use crate::output::Batch;

/// Requests of metrics in the making.
pub(super) struct Packer<'a> {
    envelope: &'a Envelope,
    temporality: Temporality,
    requests: Requests,
}

impl<'a> Packer<'a> {
    pub(super) fn new(envelope: &'a Envelope, temporality: Temporality) -> Self {
        Self { envelope, temporality, requests: Requests::default() }
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
            if Requests::is_part(count, points.len()) {
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
        self.requests.part(count, &part);
    }

    /// The requests.
    pub(super) fn finish(self) -> Vec<Batch> {
        self.requests.finish()
    }
}
