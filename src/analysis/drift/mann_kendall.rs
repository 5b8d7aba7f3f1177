//! Test for a monotone trend: H. B. Mann, "Nonparametric tests against trend", Econometrica 13 (1945); M. G. Kendall,
//! "Rank Correlation Methods" (1948). Windows of a run are correlated, and the plain test then finds trends everywhere
//! (F. Machida, A. Andrzejak, R. Matias and E. Vicente, ISSREW 2013); its variance is therefore multiplied by (1 +
//! ρ)/(1 − ρ), with ρ from the ranks of the detrended windows (after K. H. Hamed and A. R. Rao, Journal of Hydrology
//! 204, 1998, and S. Yue and C. Wang, Water Resources Management 18, 2004, who correct more lags or the raw windows).

use crate::analysis::statistics::{distribution::normal_two_sided, series::Point};

/// The statistic with its variance.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct MannKendall {
    /// Pairs that rise less pairs that fall.
    pub s: f64,
    /// Standard deviation of `s` without a trend, given the autocorrelation.
    pub deviation: f64,
}

impl MannKendall {
    /// Tests points in order of time. `inflation` is the factor of the variance from autocorrelation.
    #[must_use]
    pub(crate) fn test(points: &[Point], inflation: f64) -> Self {
        let direction = |a: &Point, b: &Point| match b.value.total_cmp(&a.value) {
            std::cmp::Ordering::Less => -1.0,
            std::cmp::Ordering::Equal => 0.0,
            std::cmp::Ordering::Greater => 1.0,
        };
        let pairs = points.iter().enumerate().flat_map(|(i, a)| points[i + 1..].iter().map(move |b| direction(a, b)));
        let s = pairs.sum();
        let term = |n: f64| n * (n - 1.0) * (2.0 * n + 5.0) / 18.0;
        let mut order: Vec<f64> = points.iter().map(|point| point.value).collect();
        order.sort_by(f64::total_cmp);
        let ties: f64 = order.chunk_by(|a, b| a.total_cmp(b).is_eq()).map(|tied| term(tied.len() as f64)).sum();
        let variance = (term(points.len() as f64) - ties).max(0.0) * inflation.max(1.0);
        Self { s, deviation: variance.sqrt() }
    }

    /// Chance of as much of a trend, in either direction, without one; 1 for constant input.
    #[must_use]
    pub(crate) fn p(&self) -> f64 {
        if self.deviation > 0.0 { normal_two_sided((self.s.abs() - 1.0).max(0.0) / self.deviation) } else { 1.0 }
    }
}

#[cfg(test)]
mod tests;
