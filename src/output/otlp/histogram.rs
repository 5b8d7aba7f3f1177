//! Points of histograms: exponential ones at a scale or with a bounded number of buckets, and explicit ones.

#[cfg(test)]
mod tests;

use super::{
    message::{Window, nanoseconds},
    settings::{Histograms, MAX_BUCKETS},
};
use crate::{
    metric::{Histogram, Unit, bucket::lowered, classic::cumulative_buckets},
    output::{
        encoding::protobuf::{put_bytes, put_double, put_fixed64, put_message, put_sint, varint},
        exemplars::Exemplar,
    },
};

/// Buckets of a fixed scale are reported from 2^-20 on, which is a microsecond, or where some lie lower from below the lowest
/// that there can be.
const FIRST_OCTAVE: i32 = -20;
const LOWEST_OCTAVE: i32 = -31;

/// What stands in a point of a histogram.
#[derive(Clone, Copy)]
pub(super) struct Distribution<'a> {
    pub histogram: &'a Histogram,
    /// Of explicit bounds.
    pub unit: Unit,
    pub exemplars: &'a [Exemplar],
    /// They go with deltas only: those of a whole run would hide every later one.
    pub has_extremes: bool,
}

/// A histogram.
pub(super) fn put_histogram(
    out: &mut Vec<u8>,
    attributes: &[u8],
    window: Window,
    histograms: Histograms,
    point: Distribution<'_>,
) {
    put_message(out, 1, |out| {
        out.extend_from_slice(attributes);
        window.put(out);
        put_fixed64(out, 4, point.histogram.count());
        put_double(out, 5, point.histogram.sum());
        let (exemplars, extremes) = match histograms {
            Histograms::Explicit => {
                put_explicit(out, &cumulative_buckets(point.histogram, point.unit));
                (8, [11, 12])
            }
            Histograms::Fixed { scale } => {
                let buckets = point.histogram.buckets_at(scale);
                put_exponential(out, scale, point.histogram, |out| put_from_microsecond(out, &buckets, scale));
                (11, [12, 13])
            }
            Histograms::Bounded { max_scale } => {
                let (scale, buckets) = bounded(point.histogram, max_scale);
                put_exponential(out, scale, point.histogram, |out| {
                    buckets.first().into_iter().for_each(|(first, _)| put_buckets(out, *first, &buckets));
                });
                (11, [12, 13])
            }
        };
        for exemplar in point.exemplars {
            put_message(out, exemplars, |message| put_exemplar(message, exemplar));
        }
        if let (true, Some(min), Some(max)) = (point.has_extremes, point.histogram.min(), point.histogram.max()) {
            put_double(out, extremes[0], min);
            put_double(out, extremes[1], max);
        }
    });
}

/// Counts between bounds; the last bound is infinite and not written.
fn put_explicit(out: &mut Vec<u8>, cumulative: &[(f64, u64)]) {
    let (mut counts, mut bounds, mut before) = (Vec::new(), Vec::new(), 0);
    for (bound, seen) in cumulative {
        counts.extend_from_slice(&(seen - before).to_le_bytes());
        before = *seen;
        if bound.is_finite() {
            bounds.extend_from_slice(&bound.to_le_bytes());
        }
    }
    put_bytes(out, 6, &counts);
    put_bytes(out, 7, &bounds);
}

fn put_exponential(out: &mut Vec<u8>, scale: u32, histogram: &Histogram, buckets: impl FnOnce(&mut Vec<u8>)) {
    put_sint(out, 6, scale.into());
    put_fixed64(out, 7, histogram.zeros());
    put_message(out, 8, buckets);
}

/// The highest scale up to one at which the buckets from the first to the last populated one are few enough, as SDKs choose
/// it; and the populated ones. Of a histogram that grows the scale never rises again.
fn bounded(histogram: &Histogram, max_scale: u32) -> (u32, Vec<(i32, u64)>) {
    let (first, last) =
        histogram.buckets().fold((i32::MAX, i32::MIN), |(first, last), (index, _)| (first.min(index), last.max(index)));
    let fits = |scale: &u32| lowered(last, *scale).saturating_sub(lowered(first, *scale)) < MAX_BUCKETS;
    let scale = if first > last { max_scale } else { (0..=max_scale).rev().find(fits).unwrap_or_default() };
    (scale, histogram.buckets_at(scale))
}

/// The first bucket does not follow the data: `VictoriaMetrics` multiplies its way up from there and prints bounds with four
/// digits, so that a first one that moves gives a bucket another name, and its series ends in the middle of the run.
fn put_from_microsecond(out: &mut Vec<u8>, buckets: &[(i32, u64)], scale: u32) {
    let Some((lowest, _)) = buckets.first() else { return };
    let first_of = |octave: i32| (octave << scale) + 1;
    let is_usual = *lowest >= first_of(FIRST_OCTAVE);
    put_buckets(out, first_of(if is_usual { FIRST_OCTAVE } else { LOWEST_OCTAVE }), buckets);
}

/// Every count from a bucket up to the last populated one. The index is one lower here than in Prometheus: a bucket is named
/// by its lower bound.
fn put_buckets(out: &mut Vec<u8>, first: i32, buckets: &[(i32, u64)]) {
    put_sint(out, 1, i64::from(first) - 1);
    let mut packed = Vec::with_capacity(2 * buckets.len());
    let mut next = first;
    for (index, count) in buckets {
        packed.resize(packed.len() + index.abs_diff(next) as usize, 0);
        varint(&mut packed, *count);
        next = index + 1;
    }
    put_bytes(out, 2, &packed);
}

fn put_exemplar(out: &mut Vec<u8>, exemplar: &Exemplar) {
    put_fixed64(out, 2, nanoseconds(exemplar.at_ms));
    put_double(out, 3, exemplar.value);
    put_bytes(out, 4, &exemplar.span.to_be_bytes());
    put_bytes(out, 5, &exemplar.trace.to_be_bytes());
}
