//! The base-2 exponential grid at scale 8: which bucket a value falls into, and where buckets begin and end.
//!
//! Bucket `i` is `(2^((i-1)/256), 2^(i/256)]`, upper bound inclusive: Prometheus' native-histogram numbering
//! (OpenTelemetry's index is one lower). Each bucket is 0.27 % wide, so its geometric middle is within ±0.14 %.
//! Lowering the scale by `d` is a shift, `((i - 1) >> d) + 1`, and loses nothing
//! (OpenTelemetry data model, "Exponential Scale": perfect subsetting).

use std::{ops::RangeInclusive, sync::LazyLock};

/// Buckets per power of two are `2^SCALE`.
pub(crate) const SCALE: u32 = 8;
const PER_OCTAVE: usize = 1 << SCALE;
const MANTISSA_BITS: u32 = 52;
const CELL_BITS: u32 = 10;

/// Values are clamped to `2^±MAX_OCTAVE`, which bounds every histogram; any whole number of 63 bits is below it.
const MAX_OCTAVE: i32 = 63;

/// Every index that a value can have: what else stands in a log is damage.
pub(crate) const INDICES: RangeInclusive<i32> = -MAX_OCTAVE << SCALE..=MAX_OCTAVE << SCALE;

struct Grid {
    /// Mantissa of `2^(k/256)` for k in 0..=256; the last one is beyond any mantissa.
    bounds: [u64; PER_OCTAVE + 1],
    /// For each of 1024 equal cells of the mantissa: the first bucket that can contain a value of that cell.
    /// A cell is narrower than the narrowest bucket, so at most one boundary lies inside.
    first: [u16; 1 << CELL_BITS],
}

static GRID: LazyLock<Grid> = LazyLock::new(|| {
    let mantissa_mask = (1_u64 << MANTISSA_BITS) - 1;
    let mut bounds = [0; PER_OCTAVE + 1];
    for (k, bound) in bounds.iter_mut().enumerate().take(PER_OCTAVE) {
        *bound = (k as f64 / PER_OCTAVE as f64).exp2().to_bits() & mantissa_mask;
    }
    bounds[PER_OCTAVE] = 1 << MANTISSA_BITS;
    let mut first = [0; 1 << CELL_BITS];
    for (cell, slot) in first.iter_mut().enumerate() {
        let start = (cell as u64) << (MANTISSA_BITS - CELL_BITS);
        *slot = u16::try_from(bounds.partition_point(|bound| *bound < start)).unwrap_or(u16::MAX);
    }
    Grid { bounds, first }
});

/// The bucket of a positive, finite value. Values of zero and below have no bucket: the caller counts them separately.
#[must_use]
pub(crate) fn index_of(value: f64) -> i32 {
    let bits = value.to_bits();
    let mantissa = bits & ((1 << MANTISSA_BITS) - 1);
    let octave = (bits >> MANTISSA_BITS) as i32 - 1023;
    if octave < -MAX_OCTAVE {
        return -MAX_OCTAVE << SCALE;
    }
    if octave >= MAX_OCTAVE {
        return MAX_OCTAVE << SCALE;
    }
    let grid = &*GRID;
    let mut k = grid.first[(mantissa >> (MANTISSA_BITS - CELL_BITS)) as usize] as usize;
    while grid.bounds[k] < mantissa {
        k += 1;
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_possible_wrap, reason = "k is at most 256")]
    let within = k as i32;
    (octave << SCALE) + within
}

/// The inclusive upper bound of bucket `index` at `scale`, in the unit of the values.
#[must_use]
pub(crate) fn upper_bound(index: i32, scale: u32) -> f64 {
    (f64::from(index) / f64::from(1_u32 << scale)).exp2()
}

/// The geometric middle of bucket `index` at scale 8: the value that is reported for it.
#[must_use]
pub(crate) fn middle(index: i32) -> f64 {
    ((f64::from(index) - 0.5) / PER_OCTAVE as f64).exp2()
}

/// The bucket at a lower `scale` that contains bucket `index` of scale 8.
#[must_use]
pub(crate) fn lowered(index: i32, scale: u32) -> i32 {
    ((index - 1) >> (SCALE - scale)) + 1
}

#[cfg(test)]
mod tests;
