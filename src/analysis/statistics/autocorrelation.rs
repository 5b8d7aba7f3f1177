//! How much neighbouring values resemble each other, and what that costs: correlated values carry less information.
//!
//! n values with first-order autocorrelation ρ are worth n(1 − ρ)/(1 + ρ) independent ones (G. V. Bayley and J. M.
//! Hammersley, 1946). The estimate of ρ is biased towards zero in short series (M. G. Kendall, Biometrika 41, 1954; F.
//! H. C. Marriott and J. A. Pope, same volume).

use super::sample::mean;

/// Correlation is never taken for closer to one than this: a variance must stay finite.
pub(crate) const HIGHEST: f64 = 0.98;

/// Autocorrelation of equally spaced values at a lag; 0 for short or constant input.
#[must_use]
pub(crate) fn at_lag(values: &[f64], lag: usize) -> f64 {
    let Some(mean) = mean(values).filter(|_| lag < values.len()) else { return 0.0 };
    let around: Vec<f64> = values.iter().map(|value| value - mean).collect();
    let power: f64 = around.iter().map(|value| value * value).sum();
    let shared: f64 = around.iter().zip(&around[lag..]).map(|(a, b)| a * b).sum();
    if power > 0.0 && shared.is_finite() { shared / power } else { 0.0 }
}

/// Ranks of the values, ties share their mean rank. Outliers weigh no more than other values.
#[must_use]
pub(crate) fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mut ranks = vec![0.0; values.len()];
    let mut below = 0;
    for tied in order.chunk_by(|&a, &b| values[a].total_cmp(&values[b]).is_eq()) {
        let shared = below as f64 + (tied.len() + 1) as f64 / 2.0;
        tied.iter().for_each(|&index| ranks[index] = shared);
        below += tied.len();
    }
    ranks
}

/// How long noise remembers: first-order autocorrelated noise, with independent noise on top of it, because a quantile
/// of a window is itself uncertain. The correlation at the first lag alone would then be far too small.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Memory {
    /// Correlation from value to value of the part that is correlated, 0 to [`HIGHEST`].
    pub rho: f64,
    /// Share of the variance that this part has, 0 to 1.
    pub share: f64,
}

impl Memory {
    /// From the autocorrelations at the first two lags of `count` values.
    #[must_use]
    pub(crate) fn of_lags(first: f64, second: f64, count: usize) -> Self {
        let surely_correlated = first > 2.0 / (count.max(1) as f64).sqrt();
        let ratio = if surely_correlated { second / first } else { 0.0 };
        let rho = first.max(ratio).clamp(0.0, HIGHEST);
        Self { rho, share: if rho > 0.0 { (first / rho).clamp(0.0, 1.0) } else { 1.0 } }
    }

    /// Of the residuals of a fit with `fitted` parameters, from their ranks and without the bias of short series.
    #[must_use]
    pub(crate) fn of_residuals(residuals: &[f64], fitted: u32) -> Self {
        let count = residuals.len() as f64;
        if count < 4.0 {
            return Self { rho: 0.0, share: 1.0 };
        }
        let ranks = ranks(residuals);
        // The expected value at the first lag is ρ − (k + (k + 2)ρ)/n: 1 + 3ρ with a fitted mean, 2 + 4ρ with a fitted
        // line.
        let k = f64::from(fitted);
        let unbiased = |raw: f64| (raw + k / count) / (1.0 - (k + 2.0) / count).max(0.1);
        Self::of_lags(unbiased(at_lag(&ranks, 1)), unbiased(at_lag(&ranks, 2)), residuals.len())
    }

    /// Factor by which the variance of a mean or slope over many values grows.
    #[must_use]
    pub(crate) fn inflation(self) -> f64 {
        1.0 + 2.0 * self.share * self.rho / (1.0 - self.rho)
    }

    /// Integral of the autocorrelation of the correlated part, in values.
    #[must_use]
    pub(crate) fn length(self) -> f64 {
        0.5 * (1.0 + self.rho) / (1.0 - self.rho)
    }

    /// Variance of a mean over blocks of `length` values, against what it would be if the blocks were independent.
    #[must_use]
    pub(crate) fn inflation_of_blocks(self, length: f64) -> f64 {
        let left = 1.0 - self.rho;
        let missing = 2.0 * self.share * self.rho * (1.0 - self.rho.powf(length)) / (length * left * left);
        1.0 / (1.0 - missing / self.inflation()).max(0.05)
    }
}

#[cfg(test)]
mod tests;
