//! Which intervals of a log are merged: by age, and by what loses resolution first when the log is beyond its limit.
//!
//! ```text
//!  level   delivered, by age                         not delivered
//!   0      1 s ▏1 h▕ 10 s ▏3 h▕ 60 s                 as written
//!   1      1 s ▏1 h▕ 60 s ▏3 h▕ 600 s                as written
//!   2      60 s      ▏3 h▕ 600 s                     as written
//!   3      600 s                                     as written
//!   4–6    600 s                                     10 s, 60 s, 600 s
//! ```
//!
//! What an output has not delivered yet is downsampled last. Groups lie between multiples of
//! their width on the wall clock, and widths are multiples of each other, so what was merged merges again.

use super::codec::Span;

const HOUR_MS: i64 = 3_600_000;
/// Delivered intervals are kept as they were written for so long.
pub(super) const AS_WRITTEN_MS: i64 = HOUR_MS;
/// Ten seconds are kept for so long: a day of 300 series at 6,000 requests a second is then read in 1.2 s, of which six
/// hours of them took 0.4 s more (`bench/bounds/long_log.rs`).
const RECENT_MS: i64 = 3 * HOUR_MS;

/// How hard a log is pressed to become smaller, from 0 (a log within its limit) to [`Pressure::LAST`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Pressure(u8);

impl Pressure {
    /// The last level.
    pub const LAST: Self = Self(6);

    /// The next level; None after the last.
    #[must_use]
    pub fn higher(self) -> Option<Self> {
        (self < Self::LAST).then_some(Self(self.0 + 1))
    }

    /// Width that delivered intervals of an age (both in milliseconds) are merged to; 1 leaves them as they are.
    fn delivered_width_ms(self, age_ms: i64) -> i64 {
        let widths = match self.0 {
            0 => [1, 10_000, 60_000],
            1 => [1, 60_000, 600_000],
            2 => [60_000, 60_000, 600_000],
            _ => [600_000; 3],
        };
        let [fresh, recent, old] = widths;
        match age_ms {
            ..AS_WRITTEN_MS => fresh,
            AS_WRITTEN_MS..RECENT_MS => recent,
            _ => old,
        }
    }

    /// Width that intervals are merged to which some output has not taken, in milliseconds; 1 leaves them as they are.
    #[must_use]
    pub fn undelivered_width_ms(self) -> i64 {
        match self.0 {
            0..=3 => 1,
            4 => 10_000,
            5 => 60_000,
            _ => 600_000,
        }
    }
}

/// Up to where each output has delivered, as a number of intervals.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct DeliveredBounds(Vec<u64>);

impl DeliveredBounds {
    /// From the last interval that each output has delivered; None for an output without one.
    pub(super) fn new(delivered: &[Option<u64>]) -> Self {
        Self(delivered.iter().map(|last| last.map_or(0, |last| last.saturating_add(1))).collect())
    }

    /// Whether every output has delivered an interval.
    pub(super) fn is_delivered(&self, sequence: u64) -> bool {
        self.0.iter().all(|end| sequence < *end)
    }

    /// Between which outputs' positions a frame lies that begins with this interval. A position inside of a frame
    /// counts as one at its end: that is where its reader will be next.
    fn side(&self, first: u64) -> usize {
        self.0.iter().filter(|end| **end <= first).count()
    }
}

/// Intervals with equal groups become one if they follow each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Group {
    width_ms: i64,
    window: i64,
    side: usize,
    pub(super) delivered: bool,
}

/// Everything that decides on a frame's group.
#[derive(Debug)]
pub(super) struct Policy<'a> {
    pub(super) now_ms: i64,
    pub(super) bounds: &'a DeliveredBounds,
    pub(super) pressure: Pressure,
}

impl Policy<'_> {
    /// The group of a frame that holds the intervals from `first` to that of the span; None when it stays as it is.
    pub(super) fn group(&self, first: u64, span: Span) -> Option<Group> {
        let delivered = self.bounds.is_delivered(span.sequence);
        let group = |width_ms| {
            let window = span.start_ms.div_euclid(width_ms);
            Group { width_ms, window, side: self.bounds.side(first), delivered }
        };
        // By the age of the window, not of the interval, so that the whole of it becomes one at once.
        let age_of = |width_ms: i64| {
            let end_ms = group(width_ms).window.saturating_add(1).saturating_mul(width_ms);
            self.now_ms.saturating_sub(end_ms)
        };
        let width_ms = if delivered {
            let fits = |width_ms: &i64| self.pressure.delivered_width_ms(age_of(*width_ms)) >= *width_ms;
            [600_000, 60_000, 10_000].into_iter().find(|width_ms| fits(width_ms) && age_of(*width_ms) >= 0)?
        } else {
            Some(self.pressure.undelivered_width_ms()).filter(|width_ms| *width_ms > 1 && age_of(*width_ms) >= 0)?
        };
        Some(group(width_ms))
    }
}

#[cfg(test)]
mod tests;
