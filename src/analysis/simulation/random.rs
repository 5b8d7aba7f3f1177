//! A small seeded generator: `SplitMix64` (G. L. Steele, D. Lea and C. H. Flood, OOPSLA 2014), and noise from it.

use std::cell::Cell;

thread_local! {
    /// Added to every seed: another one gives other runs of the same cases. Each test has a thread of its own.
    static OFFSET: Cell<u64> = const { Cell::new(0) };
}

/// Chooses the runs of all cases.
pub(crate) fn set_seed(seed: u64) {
    OFFSET.set(seed.wrapping_mul(1_000_000_000_000));
}

/// Pseudo-random numbers; the same seed gives the same numbers on every machine.
#[derive(Debug, Clone)]
pub(crate) struct Random {
    state: u64,
    spare: Option<f64>,
}

impl Random {
    /// Starts at a seed.
    pub(crate) fn new(seed: u64) -> Self {
        Self { state: seed.wrapping_add(OFFSET.get()), spare: None }
    }

    /// The next 64 bits.
    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.state ^ (self.state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Uniform in 0 to 1, without 0 itself.
    pub(crate) fn uniform(&mut self) -> f64 {
        ((self.next() >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
    }

    /// Standard normal (G. E. P. Box and M. E. Muller, 1958).
    pub(crate) fn normal(&mut self) -> f64 {
        if let Some(spare) = self.spare.take() {
            return spare;
        }
        let radius = (-2.0 * self.uniform().ln()).sqrt();
        let (sine, cosine) = (std::f64::consts::TAU * self.uniform()).sin_cos();
        self.spare = Some(radius * sine);
        radius * cosine
    }

    /// Stationary first-order autoregressive noise with mean 0 and standard deviation 1.
    pub(crate) fn correlated(&mut self, count: usize, rho: f64) -> Vec<f64> {
        let mut value = self.normal();
        let step = (1.0 - rho * rho).sqrt();
        let mut next = |_| {
            let now = value;
            value = rho * value + step * self.normal();
            now
        };
        (0..count).map(&mut next).collect()
    }
}
