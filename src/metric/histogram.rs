//! A base-2 exponential histogram at scale 8: constant-time recording, lossless merging, exact count, sum, min, max.

use super::bucket;

/// Growth step in buckets, so that a drifting latency doesn't reallocate at every new maximum.
const STEP: i32 = 64;

/// Counts per bucket over the range seen so far, beside exact extremes. The unit is the metric's (seconds for times).
#[derive(Debug, Clone, PartialEq)]
pub struct Histogram {
    count: u64,
    zeros: u64,
    sum: f64,
    min: f64,
    max: f64,
    first: i32,
    counts: Vec<u64>,
}

impl Default for Histogram {
    fn default() -> Self {
        Self { count: 0, zeros: 0, sum: 0.0, min: f64::INFINITY, max: f64::NEG_INFINITY, first: 0, counts: Vec::new() }
    }
}

impl Histogram {
    /// Records a value. Values at or below zero are counted in the zero bucket.
    #[inline]
    pub fn record(&mut self, value: f64) {
        self.count += 1;
        self.sum += value;
        self.min = self.min.min(value);
        self.max = self.max.max(value);
        if value > 0.0 {
            self.add_to_bucket(bucket::index_of(value), 1);
        } else {
            self.zeros += 1;
        }
    }

    #[inline]
    fn add_to_bucket(&mut self, index: i32, count: u64) {
        let place = usize::try_from(index.wrapping_sub(self.first)).unwrap_or(usize::MAX);
        if let Some(slot) = self.counts.get_mut(place) {
            *slot += count;
        } else {
            self.grow_to(index, index);
            #[expect(clippy::cast_sign_loss, reason = "the range was just grown to hold the index")]
            let place = (index - self.first) as usize;
            self.counts[place] += count;
        }
    }

    #[cold]
    fn grow_to(&mut self, lowest: i32, highest: i32) {
        let low = lowest.div_euclid(STEP) * STEP;
        let high = highest.div_euclid(STEP) * STEP + STEP;
        if self.counts.is_empty() {
            self.first = low;
            self.counts = vec![0; high.abs_diff(low) as usize];
            return;
        }
        let end = self.first + i32::try_from(self.counts.len()).unwrap_or(i32::MAX);
        let (new_first, new_end) = (self.first.min(low), end.max(high));
        let mut counts = vec![0; new_end.abs_diff(new_first) as usize];
        let shift = self.first.abs_diff(new_first) as usize;
        counts[shift..shift + self.counts.len()].copy_from_slice(&self.counts);
        self.first = new_first;
        self.counts = counts;
    }

    /// An empty histogram with the capacity of this one, so that the next interval doesn't grow again.
    #[must_use]
    pub fn successor(&self) -> Self {
        Self { first: self.first, counts: vec![0; self.counts.len()], ..Self::default() }
    }

    /// Adds every observation of `other`. Merging is exact, associative and commutative (except for the rounding of sums).
    pub fn merge(&mut self, other: &Self) {
        self.count += other.count;
        self.zeros += other.zeros;
        self.sum += other.sum;
        self.min = self.min.min(other.min);
        self.max = self.max.max(other.max);
        if other.count == other.zeros {
            return;
        }
        // Adds whole ranges with vector instructions: a log of a day merges a billion buckets.
        let (first, end) = (other.first, other.first.saturating_add_unsigned(as_u32(other.counts.len())));
        if self.counts.is_empty()
            || first < self.first
            || end > self.first.saturating_add_unsigned(as_u32(self.counts.len()))
        {
            self.grow_to(first, end - 1);
        }
        let shift = first.abs_diff(self.first) as usize;
        for (own, more) in self.counts[shift..].iter_mut().zip(&other.counts) {
            *own += more;
        }
    }

    /// Number of observations.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Observations at or below zero.
    #[must_use]
    pub fn zeros(&self) -> u64 {
        self.zeros
    }

    /// Sum of all observations.
    #[must_use]
    pub fn sum(&self) -> f64 {
        self.sum
    }

    /// The exact smallest observation; None without observations.
    #[must_use]
    pub fn min(&self) -> Option<f64> {
        (self.count > 0).then_some(self.min)
    }

    /// The exact largest observation; None without observations.
    #[must_use]
    pub fn max(&self) -> Option<f64> {
        (self.count > 0).then_some(self.max)
    }

    /// The mean; None without observations.
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        (self.count > 0).then(|| self.sum / self.count as f64)
    }

    /// Populated buckets in ascending order: (index at scale 8, count).
    pub fn buckets(&self) -> impl Iterator<Item = (i32, u64)> + '_ {
        (self.first..).zip(&self.counts).filter(|(_, count)| **count > 0).map(|(index, count)| (index, *count))
    }

    /// Populated buckets at a lower `scale`, in ascending order.
    #[must_use]
    pub fn buckets_at(&self, scale: u32) -> Vec<(i32, u64)> {
        let mut lowered: Vec<(i32, u64)> = Vec::new();
        for (index, count) in self.buckets() {
            let index = bucket::lowered(index, scale);
            match lowered.last_mut() {
                Some((last, sum)) if *last == index => *sum += count,
                _ => lowered.push((index, count)),
            }
        }
        lowered
    }

    /// The value below which a share `q` (0 to 1) of the observations lies: nearest rank, the geometric middle of its
    /// bucket (±0.14 %), never outside the exact extremes. None without observations.
    #[must_use]
    pub fn quantile(&self, q: f64) -> Option<f64> {
        if self.count == 0 {
            return None;
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a rank within the count")]
        let rank = ((q.clamp(0.0, 1.0) * self.count as f64).ceil() as u64).clamp(1, self.count);
        if rank == self.count {
            return Some(self.max);
        }
        let mut seen = self.zeros;
        if rank <= seen {
            return Some(self.min.min(0.0).max(self.min));
        }
        for (index, count) in self.buckets() {
            seen += count;
            if seen >= rank {
                return Some(bucket::middle(index).clamp(self.min, self.max));
            }
        }
        Some(self.max)
    }

    /// A histogram from stored parts: `counts` of the buckets from index `first` on. The number of observations is
    /// derived from them, so that it is always consistent.
    #[must_use]
    pub fn from_counts(zeros: u64, sum: f64, (min, max): (f64, f64), first: i32, counts: Vec<u64>) -> Self {
        Self { count: zeros.saturating_add(counts.iter().sum()), zeros, sum, min, max, first, counts }
    }
}

/// A number of buckets; there are some ten thousand at most.
fn as_u32(buckets: usize) -> u32 {
    u32::try_from(buckets).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
