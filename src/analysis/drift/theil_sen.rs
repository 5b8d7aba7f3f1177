//! Slope of a series as the median of the slopes of all pairs: H. Theil, "A rank-invariant method of linear and
//! polynomial regression analysis", Indagationes Mathematicae 12 (1950); interval: P. K. Sen, "Estimates of the
//! regression coefficient based on Kendall's tau", JASA 63 (1968). Up to 29 % of the windows may be outliers.

use crate::analysis::statistics::{
    sample::{median, quantile_of_sorted, sorted},
    series::Point,
};

/// The slopes of all pairs in ascending order, in the unit of the metric a second.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PairSlopes(Vec<f64>);

impl PairSlopes {
    /// All pairs of points at different times: n(n − 1)/2 slopes.
    #[must_use]
    pub(crate) fn of(points: &[Point]) -> Self {
        let slope = |a: &Point, b: &Point| (b.value - a.value) / (b.at - a.at);
        let slopes: Vec<f64> =
            points.iter().enumerate().flat_map(|(i, a)| points[i + 1..].iter().map(move |b| slope(a, b))).collect();
        Self(sorted(&slopes))
    }

    /// The slope; None without two different times.
    #[must_use]
    pub(crate) fn median(&self) -> Option<f64> {
        quantile_of_sorted(&self.0, 0.5)
    }

    /// Lower and upper limit of the slope. `deviation` is the standard deviation of Kendall's S, `z` the limit of the
    /// normal distribution.
    #[must_use]
    pub(crate) fn interval(&self, deviation: f64, z: f64) -> Option<[f64; 2]> {
        let pairs = self.0.len() as f64;
        let half = 0.5 * z * deviation / pairs.max(1.0);
        let low = if half >= 0.5 { Some(f64::NEG_INFINITY) } else { quantile_of_sorted(&self.0, 0.5 - half) };
        let high = if half >= 0.5 { Some(f64::INFINITY) } else { quantile_of_sorted(&self.0, 0.5 + half) };
        low.zip(high).filter(|_| !self.0.is_empty()).map(|(low, high)| [low, high])
    }
}

/// The value at time zero of the line with this slope through the middle of the points.
#[must_use]
pub(crate) fn intercept(points: &[Point], slope: f64) -> Option<f64> {
    let values: Vec<f64> = points.iter().map(|point| point.value - slope * point.at).collect();
    median(&values)
}

#[cfg(test)]
mod tests;
