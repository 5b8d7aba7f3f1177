//! Change point: the one time at which a level changes for good.
//!
//! The step with the largest t among all times, in first-order autocorrelated noise: D. W. K. Andrews, "Tests for
//! parameter instability and structural change with unknown change point", Econometrica 61 (1993), with a Bonferroni
//! bound in place of his tables, which hold for long series only. Levels are medians of both sides, so that outliers
//! make no step.

use super::correlated_noise::{Fit, Transformed};
use crate::analysis::statistics::{
    autocorrelation::{HIGHEST, Memory},
    distribution::student_two_sided,
    sample::median,
    series::{Point, values},
};

/// Windows that a level lasts at least.
const MARGIN: usize = 5;
/// Autocorrelations that are tried, from zero to the highest.
const TRIED: u32 = 30;
/// A step has one more free parameter than a line, its time; by this much its logarithm of the likelihood has to be
/// better.
const PRICE_OF_TIME: f64 = 4.5;
/// Parameters for which the autocorrelation beside a step is corrected. A step with a free time takes more of slow
/// noise with it than two parameters do; with eight, its error rate holds at ρ = 0.9 in the simulation.
const FITTED: u32 = 8;

/// The most likely step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct ChangePoint {
    /// Index of the first window of the new level.
    pub index: usize,
    /// Its time in seconds from the start of the run.
    pub at: f64,
    /// Level before, in the unit of the metric.
    pub before: f64,
    /// Level after.
    pub after: f64,
    /// Chance of as large a step at any time, without one.
    p: f64,
    // Logarithm of the likelihood at the best autocorrelation.
    log_likelihood: f64,
}

impl ChangePoint {
    /// New level less old level, in the unit of the metric.
    #[must_use]
    pub(crate) fn change(&self) -> f64 {
        self.after - self.before
    }

    /// Chance of as large a step at any time, in either direction, without one.
    #[must_use]
    pub(crate) fn p(&self) -> f64 {
        self.p
    }

    /// Finds the most likely step in windows in order of time; None if there are too few or they are constant.
    #[must_use]
    pub(crate) fn find(points: &[Point]) -> Option<Self> {
        let values = values(points);
        let (index, best) = likeliest(&values, |noise| noise.best_step(MARGIN))?;
        let (before, after) = values.split_at(index);
        let (low, high) = (median(before)?, median(after)?);
        let residuals: Vec<f64> =
            before.iter().map(|value| value - low).chain(after.iter().map(|value| value - high)).collect();
        let rho = Memory::of_residuals(&residuals, FITTED).rho;
        let places = values.len().saturating_sub(2 * MARGIN) + 1;
        let t = Transformed::new(&values, rho).best_step(MARGIN).map_or(0.0, |(_, fit)| fit.t);
        let p = (student_two_sided(t, values.len() as f64 - 3.0) * places as f64).min(1.0);
        Some(Self { index, at: points[index].at, before: low, after: high, p, log_likelihood: best.log_likelihood })
    }

    /// Whether the step explains the windows better than a line.
    #[must_use]
    pub(crate) fn is_likelier_than_line(&self, points: &[Point]) -> bool {
        let line = likeliest(&values(points), |noise| noise.line().map(|fit| (0, fit)));
        line.is_none_or(|(_, line)| self.log_likelihood - PRICE_OF_TIME > line.log_likelihood)
    }
}

/// The fit with the highest likelihood over all autocorrelations.
fn likeliest(values: &[f64], fit: impl Fn(&Transformed) -> Option<(usize, Fit)>) -> Option<(usize, Fit)> {
    let tried = (0..TRIED).map(|step| HIGHEST * f64::from(step) / f64::from(TRIED - 1));
    let fits = tried.filter_map(|rho| fit(&Transformed::new(values, rho)));
    fits.max_by(|(_, a), (_, b)| a.log_likelihood.total_cmp(&b.log_likelihood))
}

#[cfg(test)]
mod tests;
