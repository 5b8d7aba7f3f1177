//! Populated buckets as bytes: one byte each while they are near each other and hold little, as those of a second do.
//!
//! ```text
//!  number · first index (zig-zag) · last − first · number × bucket, each relative to the one before
//!  bucket = 0ggggccc            gap 1 to 16, count 1 to 8
//!         | 1ggggggg count      gap 1 to 127, count as a number
//!         | 11111111 gap count  both as numbers
//! ```
//!
//! The first bucket is relative to the index before `first`. A day of hundreds of series holds some 10⁹ buckets, so their
//! number of bytes is the size of the log, and the time of one is the time to read it.

use super::codec::{Input, put, put_signed};
use crate::metric::Histogram;

/// The recorder's own range; anything else would make a histogram of any size.
const INDICES: std::ops::RangeInclusive<i64> = -10_000..=10_000;

/// Appends the populated buckets of a histogram.
pub(super) fn put_buckets(out: &mut Vec<u8>, histogram: &Histogram) {
    let number = histogram.buckets().count();
    put(out, number as u64);
    let Some((first, _)) = histogram.buckets().next() else { return };
    let last = histogram.buckets().last().map_or(first, |(last, _)| last);
    put_signed(out, first.into());
    put(out, last.abs_diff(first).into());
    out.reserve(number * 2);
    let mut before = first - 1;
    for (index, count) in histogram.buckets() {
        let gap = index.abs_diff(before);
        match (gap, count) {
            // Both numbers are checked by the pattern, so they fit.
            (1..=16, 1..=8) => out.push(((gap - 1) << 3) as u8 | (count - 1) as u8),
            (1..=127, _) => {
                out.push(0x7f + gap as u8);
                put(out, count);
            }
            _ => {
                out.push(0xff);
                put(out, gap.into());
                put(out, count);
            }
        }
        before = index;
    }
}

/// Reads buckets into a histogram; None when the bytes are none.
pub(super) fn histogram(input: &mut Input<'_>, zeros: u64, sum: f64, extremes: (f64, f64)) -> Option<Histogram> {
    let number = input.number()?;
    if number == 0 {
        // An empty range: there is nothing to make room for.
        #[expect(clippy::reversed_empty_ranges, reason = "how an empty inclusive range is written")]
        return Some(Histogram::from_parts(zeros, sum, extremes, 1..=0, std::iter::empty()));
    }
    let (first, width) = (input.signed()?, i64::try_from(input.number()?).ok()?);
    let last = first.checked_add(width).filter(|last| INDICES.contains(&first) && INDICES.contains(last))?;
    let (first, last) = (i32::try_from(first).ok()?, i32::try_from(last).ok()?);
    let mut buckets = Buckets { input, left: number, index: first - 1, last, total: zeros };
    let histogram = Histogram::from_parts(zeros, sum, extremes, first..=last, &mut buckets);
    // Stopped early: the bytes were wrong.
    (buckets.left == 0).then_some(histogram)
}

/// Yields buckets for as long as they make sense.
struct Buckets<'a, 'b> {
    input: &'a mut Input<'b>,
    left: u64,
    index: i32,
    last: i32,
    total: u64,
}

impl Iterator for Buckets<'_, '_> {
    type Item = (i32, u64);

    #[inline]
    fn next(&mut self) -> Option<(i32, u64)> {
        if self.left == 0 {
            return None;
        }
        let byte = self.input.byte()?;
        let (gap, count) = match byte {
            0..=0x7f => (i32::from(byte >> 3) + 1, u64::from(byte & 7) + 1),
            0x80..=0xfe => (i32::from(byte - 0x7f), self.input.number()?),
            0xff => (i32::try_from(self.input.number()?).ok()?, self.input.number()?),
        };
        self.index = self.index.checked_add(gap).filter(|index| *index <= self.last)?;
        self.total = self.total.checked_add(count)?;
        self.left -= 1;
        Some((self.index, count))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn buckets_near_and_far_full_and_fuller_come_back(
            buckets in prop::collection::btree_map(-7_680..7_680_i32, prop_oneof![1..20_u64, 1..1_000_000_u64], 0..40),
            dense in 0..500_i32,
        ) {
            let buckets = buckets.into_iter().filter(|(index, _)| *index < 0);
            let buckets: Vec<(i32, u64)> = buckets.chain((0..dense).map(|index| (index, 1 + u64::from(index.unsigned_abs()) / 40))).collect();
            let range = buckets.first().map_or(1, |first| first.0)..=buckets.last().map_or(0, |last| last.0);
            let histogram = Histogram::from_parts(3, 1.0, (0.0, 1.0), range, buckets.iter().copied());
            let mut bytes = Vec::new();
            put_buckets(&mut bytes, &histogram);
            let mut input = Input(&bytes);
            let back = super::histogram(&mut input, 3, 1.0, (0.0, 1.0)).unwrap();
            prop_assert!(input.0.is_empty());
            prop_assert_eq!(back.buckets().collect::<Vec<_>>(), buckets);
            prop_assert_eq!(back.count(), histogram.count());
        }
    }

    #[test]
    fn a_bucket_of_a_second_takes_a_byte() {
        let mut histogram = Histogram::default();
        (0..100).for_each(|step| histogram.record(0.1 * f64::from(step).mul_add(0.01, 1.0)));
        let mut bytes = Vec::new();
        put_buckets(&mut bytes, &histogram);
        assert!(bytes.len() <= histogram.buckets().count() + 8, "{}", bytes.len());
    }
}
