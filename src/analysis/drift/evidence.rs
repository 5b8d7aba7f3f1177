//! The numbers behind a finding on drift.

use super::{change_point::ChangePoint, mann_kendall::MannKendall, theil_sen, theil_sen::PairSlopes};
use crate::analysis::statistics::{
    autocorrelation::Memory,
    sample::deviation,
    series::{Point, windows},
};

/// More windows than these are joined: pairs grow with the square.
pub(crate) const MAX_WINDOWS: usize = 96;
/// Limit of the normal distribution for an interval of 95 %.
const Z: f64 = 1.96;
/// Part of the accepted error that the test for a trend may use; the rest is for the step.
const TREND_PART: f64 = 0.8;

/// What the windows of one metric show.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Evidence {
    /// Windows with data.
    pub windows: usize,
    /// Seconds from the first to the last window.
    pub seconds: f64,
    /// Autocorrelation of the windows without their trend.
    pub memory: Memory,
    /// Value of the line at the first window, in the unit of the metric.
    pub level: f64,
    /// Value of the line at the last window.
    pub end_level: f64,
    /// Unit of the metric an hour.
    pub slope: f64,
    /// Lower and upper limit of the slope (95 %), unit of the metric an hour; infinite when nothing is known.
    pub slope_interval: [f64; 2],
    /// Standard deviation of the windows around the line, robust, in the unit of the metric.
    pub deviation: f64,
    /// The most likely step.
    pub step: Option<ChangePoint>,
    /// Whether the step explains the windows better than the line.
    pub is_step_likelier: bool,
    /// Chance of such a trend or step without either.
    pub p: f64,
    trend: MannKendall,
}

impl Evidence {
    /// Measures windows of one metric; None with fewer than `min_windows`, or three.
    #[must_use]
    pub(crate) fn measure(points: &[Point], min_windows: usize) -> Option<Self> {
        Self::with_uncertainty(points, min_windows, 1.0)
    }

    /// The same for windows of which something was subtracted that is itself uncertain: the variance of the slope is
    /// multiplied by `factor`.
    #[must_use]
    pub(crate) fn with_uncertainty(points: &[Point], min_windows: usize, factor: f64) -> Option<Self> {
        let points = windows(points, MAX_WINDOWS);
        let (first, last) = (*points.first()?, *points.last()?);
        if points.len() < min_windows.max(3) {
            return None;
        }
        let slopes = PairSlopes::of(&points);
        let slope = slopes.median()?;
        let intercept = theil_sen::intercept(&points, slope)?;
        let line = |at: f64| intercept + slope * at;
        let residuals: Vec<f64> = points.iter().map(|point| point.value - line(point.at)).collect();
        let memory = Memory::of_residuals(&residuals, 2);
        let mut trend = MannKendall::test(&points, memory.inflation());
        trend.deviation *= factor.max(1.0).sqrt();
        let [low, high] = slopes.interval(trend.deviation, Z)?;
        let step = ChangePoint::find(&points);
        // A step that may well be chance needs no comparison with the line.
        let is_step_likelier = step.is_some_and(|step| step.p() < 0.5 && step.is_likelier_than_line(&points));
        let mut evidence = Self {
            windows: points.len(),
            seconds: last.at - first.at,
            memory,
            level: line(first.at),
            end_level: line(last.at),
            slope: slope * 3600.0,
            slope_interval: [low * 3600.0, high * 3600.0],
            deviation: deviation(&residuals)?,
            step,
            is_step_likelier,
            p: 1.0,
            trend,
        };
        evidence.p = evidence.trend_p().min(evidence.step_p());
        Some(evidence)
    }

    /// Change from the first to the last window along the line, in the unit of the metric.
    #[must_use]
    pub(crate) fn change(&self) -> f64 {
        self.slope * self.seconds / 3600.0
    }

    /// Lower and upper limit of the change (95 %).
    #[must_use]
    pub(crate) fn change_interval(&self) -> [f64; 2] {
        self.slope_interval.map(|limit| limit * self.seconds / 3600.0)
    }

    /// Independent windows that carry as much information.
    #[must_use]
    pub(crate) fn effective_windows(&self) -> f64 {
        self.windows as f64 / self.memory.inflation()
    }

    /// Chance of such a trend without one, for its part of the accepted error.
    #[must_use]
    pub(crate) fn trend_p(&self) -> f64 {
        (self.trend.p() / TREND_PART).min(1.0)
    }

    /// Chance of such a step without one, for its part of the accepted error.
    #[must_use]
    pub(crate) fn step_p(&self) -> f64 {
        self.step.map_or(1.0, |step| (step.p() / (1.0 - TREND_PART)).min(1.0))
    }
}

#[cfg(test)]
mod tests;
