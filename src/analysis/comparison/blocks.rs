//! Blocks of a run that are long enough to be nearly independent, from the autocorrelation of its windows.
//!
//! Batch means: C. Alexopoulos and A. F. Seila, "Output data analysis for simulations", WSC 2001.

use crate::analysis::statistics::{autocorrelation::Memory, sample::mean};

/// Shortest block, seconds.
const SHORTEST: f64 = 30.0;
/// A block lasts this many times as long as the noise remembers.
const MEMORIES: f64 = 5.0;
/// Blocks a side, below which no longer ones are chosen.
const BLOCKS: usize = 10;

/// How to cut two runs into blocks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Blocks {
    /// Windows in a block.
    pub windows: usize,
    /// Factor by which the variance of a mean over blocks is larger than their spread shows, because neighbours are
    /// still correlated.
    pub inflation: f64,
}

impl Blocks {
    /// Chooses blocks for a metric from the equal windows of both runs. `window` is their length in seconds. None
    /// without windows.
    #[must_use]
    pub(crate) fn choose(base: &[f64], new: &[f64], window: f64) -> Option<Self> {
        Self::of_memory(memory(&[base, new]), base.len().min(new.len()), window)
    }

    /// Chooses blocks for the differences between windows at the same times of two runs.
    #[must_use]
    pub(crate) fn choose_for_pairs(differences: &[f64], window: f64) -> Option<Self> {
        Self::of_memory(memory(&[differences]), differences.len(), window)
    }

    fn of_memory(memory: Memory, shorter: usize, window: f64) -> Option<Self> {
        if shorter == 0 || window.is_nan() || window <= 0.0 {
            return None;
        }
        let wanted = (SHORTEST / window).max(MEMORIES * memory.length()).ceil();
        let most = (shorter / BLOCKS).max(1);
        // Blocks of at least the shortest length, even when there are few of them.
        let least = (SHORTEST / window).ceil();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "limited by the number of windows")]
        let windows = wanted.min(most as f64).max(least).min(shorter as f64) as usize;
        Some(Self { windows, inflation: memory.inflation_of_blocks(windows as f64) })
    }

    /// The windows of each block; a shorter rest at the end is left out.
    pub(crate) fn cut<'a, T>(&self, windows: &'a [T]) -> impl Iterator<Item = &'a [T]> {
        windows.chunks_exact(self.windows.max(1))
    }
}

/// The memory of both runs, each around its own mean.
fn memory(runs: &[&[f64]]) -> Memory {
    let count: usize = runs.iter().map(|run| run.len()).sum();
    let power = products(runs, 0);
    let at_lag = |lag: usize| if power > 0.0 { products(runs, lag) / power } else { 0.0 };
    Memory::of_lags(at_lag(1), at_lag(2), count)
}

/// Mean product of values at a lag, around the mean of their run; pairs without data are left out.
fn products(runs: &[&[f64]], lag: usize) -> f64 {
    let (mut sum, mut count) = (0.0, 0.0);
    for run in runs {
        let Some(mean) = mean(run) else { continue };
        let pairs = run.iter().zip(run.iter().skip(lag)).map(|(a, b)| (a - mean) * (b - mean));
        for product in pairs.filter(|product| product.is_finite()) {
            sum += product;
            count += 1.0;
        }
    }
    if count > 0.0 { sum / count } else { 0.0 }
}

#[cfg(test)]
mod tests;
