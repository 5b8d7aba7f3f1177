//! One partition for threads and segments: part `index` of `of` owns a fixed stride of arrivals, users and iterations,
//! so that all parts together do exactly what one would.

/// A stride: everything whose number is `index` modulo `of`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Partition {
    index: u64,
    of: u64,
}

impl Partition {
    /// The undivided whole.
    pub const WHOLE: Self = Self { index: 0, of: 1 };

    /// Part `index` (from zero) of `of`. An index past the end owns nothing.
    #[must_use]
    pub fn new(index: u64, of: u64) -> Self {
        Self { index, of: of.max(1) }
    }

    /// Part `index` of `of` of this part: a thread's share of a segment.
    #[must_use]
    pub fn divided(self, index: u64, of: u64) -> Self {
        Self { index: self.index + self.of * index, of: self.of * of.max(1) }
    }

    /// Whether this part owns a number.
    #[must_use]
    pub fn owns(self, number: u64) -> bool {
        number % self.of == self.index
    }

    /// How many of the numbers `0..total` this part owns.
    #[must_use]
    pub fn share_of(self, total: u64) -> u64 {
        (total + self.of - 1).saturating_sub(self.index) / self.of
    }

    /// The `n`-th number (from zero) that this part owns.
    #[must_use]
    pub fn nth(self, n: u64) -> u64 {
        self.index + n * self.of
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn parts_make_the_whole(total in 0_u64..500, segments in 1_u64..5, threads in 1_u64..5) {
            let parts: Vec<_> = (0..segments)
                .flat_map(|s| (0..threads).map(move |t| Partition::new(s, segments).divided(t, threads)))
                .collect();
            for number in 0..total {
                prop_assert_eq!(parts.iter().filter(|part| part.owns(number)).count(), 1);
            }
            let mut all: Vec<u64> = parts.iter().flat_map(|part| (0..part.share_of(total)).map(|n| part.nth(n))).collect();
            all.sort_unstable();
            prop_assert_eq!(all, (0..total).collect::<Vec<_>>());
        }
    }
}
