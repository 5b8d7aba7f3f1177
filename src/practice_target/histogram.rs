//! A small histogram of the target's own times: 128 buckets to an octave, so a quantile is off by at most 0.4 %.
//!
//! The generator's histogram is not borrowed on purpose: a shared mistake would cancel out in the comparison.

/// Sub-buckets per power of two, as a power of two.
const BITS: u32 = 7;
/// 2^43 ns, 2.4 hours: well above the longest latency an option can ask for.
const OCTAVES: usize = 43 - BITS as usize;

/// Counts of nanoseconds; 37 KiB whatever is recorded.
#[derive(Debug, Clone)]
pub(super) struct Histogram {
    counts: Vec<u64>,
    total: u64,
    largest: u64,
}

impl Default for Histogram {
    fn default() -> Self {
        Self { counts: vec![0; (OCTAVES + 1) << BITS], total: 0, largest: 0 }
    }
}

impl Histogram {
    pub(super) fn record(&mut self, nanos: u64) {
        let place = place(nanos).min(self.counts.len() - 1);
        self.counts[place] += 1;
        self.total += 1;
        self.largest = self.largest.max(nanos);
    }

    pub(super) fn merge(&mut self, other: &Self) {
        for (mine, theirs) in self.counts.iter_mut().zip(&other.counts) {
            *mine += theirs;
        }
        self.total += other.total;
        self.largest = self.largest.max(other.largest);
    }

    pub(super) fn largest(&self) -> u64 {
        self.largest
    }

    /// The value below which `share` of the recorded ones lie, in nanoseconds; 0 when nothing was recorded.
    pub(super) fn quantile(&self, share: f64) -> f64 {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of a count")]
        let rank = ((share * self.total as f64).ceil() as u64).clamp(1, self.total.max(1));
        let mut seen = 0;
        for (place, count) in self.counts.iter().enumerate() {
            seen += count;
            if seen >= rank {
                return middle(place).min(self.largest as f64);
            }
        }
        self.largest as f64
    }
}

fn place(nanos: u64) -> usize {
    let shift = (u64::BITS - nanos.leading_zeros()).saturating_sub(BITS + 1);
    ((shift as usize) << BITS) + usize::try_from(nanos >> shift).unwrap_or(usize::MAX >> 1)
}

fn middle(place: usize) -> f64 {
    let shift = (place >> BITS).saturating_sub(1);
    let low = ((place - (shift << BITS)) as u64) << shift;
    low as f64 + ((1_u64 << shift) - 1) as f64 / 2.0
}

#[cfg(test)]
mod tests;
