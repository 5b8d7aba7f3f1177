//! Classic histograms for receivers without exponential ones: cumulative counts at fixed bounds of the base-2 buckets, so
//! that counts are exact, without interpolation.

use std::ops::RangeInclusive;

use super::{Histogram, Unit};

/// Half octaves of the bounds of times: from 7.6 µs (2⁻¹⁷ s), each a factor of 1.41 above the last, to 512 s.
const TIMES: RangeInclusive<i32> = -34..=18;
/// Those of everything else, whole octaves: fractions from 2⁻¹⁴ (0.00006) on, and bytes up to 2²⁹ (512 MiB).
const OTHERS: RangeInclusive<i32> = -28..=58;
/// Enough for every unit: the bounds of times and `+Inf`.
const CAPACITY: usize = 54;
/// Buckets of scale 8 per half octave.
const HALF_OCTAVE: i32 = 128;

/// Upper bounds with the number of observations at or below each, ascending; the last bound is infinite.
///
/// Times: `2^(k/2)` seconds from 7.6 µs (2⁻¹⁷) to 512 s. Everything else: powers of two from 2⁻¹⁴ to 2²⁹ (512 MiB).
#[must_use]
pub(crate) fn cumulative_buckets(histogram: &Histogram, unit: Unit) -> Vec<(f64, u64)> {
    let mut populated = histogram.buckets().peekable();
    let mut seen = histogram.zeros();
    let mut buckets = Vec::with_capacity(CAPACITY);
    for half_octaves in half_octaves(unit) {
        while let Some((_, count)) = populated.next_if(|(index, _)| *index <= half_octaves * HALF_OCTAVE) {
            seen += count;
        }
        buckets.push((bound(half_octaves), seen));
    }
    buckets.push((f64::INFINITY, histogram.count()));
    buckets
}

fn half_octaves(unit: Unit) -> impl Iterator<Item = i32> {
    let (all, step) = match unit {
        Unit::Seconds => (TIMES, 1),
        Unit::Bytes | Unit::None => (OTHERS, 2),
    };
    all.step_by(step)
}

/// `2^(half_octaves / 2)`, computed so that it equals the bound of a bucket exactly.
fn bound(half_octaves: i32) -> f64 {
    let octave = f64::from(half_octaves.div_euclid(2)).exp2();
    if half_octaves.rem_euclid(2) == 0 { octave } else { octave * std::f64::consts::SQRT_2 }
}

#[cfg(test)]
mod tests;
