//! Drift: does a metric rise, fall or step over a soak, or is it flat?
//!
//! Owns the decision from two tests: Mann–Kendall with the variance of correlated windows ([`mann_kendall`]) for a
//! trend, the largest change of level in first-order autocorrelated noise ([`change_point`]) for a step. Never says
//! flat when a change that matters could hide in the noise. Start with [`judge_all`]. Error rates: see [`judge_all`].

pub(crate) mod change_point;
pub(crate) mod correlated_noise;
pub(crate) mod crossing;
pub(crate) mod evidence;
pub(crate) mod mann_kendall;
pub(crate) mod theil_sen;

use super::statistics::{holm, series::Point};
pub(crate) use evidence::Evidence;

/// What counts as a drift.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Limits {
    /// Chance of a false finding that is accepted, over all metrics judged together.
    pub alpha: f64,
    /// Smallest change over the soak that counts, as a share of the level at its start.
    pub share: f64,
    /// Smallest change that counts, in the unit of the metric; for metrics that start near zero.
    pub amount: f64,
    /// Smallest change that counts, in standard deviations of the windows.
    pub deviations: f64,
    /// A change that must not hide: "flat" is concluded only if the interval excludes it. Share of the level at the
    /// start.
    pub hidden_share: f64,
    /// The same in the unit of the metric; the larger one counts.
    pub hidden_amount: f64,
    /// Fewer windows than these are inconclusive.
    pub min_windows: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            alpha: 0.05,
            share: 0.05,
            amount: 0.0,
            deviations: 1.0,
            hidden_share: 0.1,
            hidden_amount: 0.0,
            min_windows: 20,
        }
    }
}

/// What a metric does over a soak.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Shape {
    /// No change that matters, and none could hide in the noise.
    Flat,
    /// A gradual rise.
    Rising,
    /// A gradual fall.
    Falling,
    /// One lasting change of level.
    Step {
        /// Seconds from the start of the run: the first window of the new level.
        at: f64,
        /// New level less old level, in the unit of the metric.
        change: f64,
    },
    /// The data do not decide.
    Inconclusive(Why),
}

/// Why a drift can't be decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Why {
    /// Too few windows with data.
    TooFewWindows,
    /// The windows vary so much that a change that matters could hide.
    Noise,
    /// Neighbouring windows resemble each other so much that they carry too little information.
    Autocorrelation,
}

impl Why {
    /// The word in the summary.
    #[must_use]
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::TooFewWindows => "too_few_windows",
            Self::Noise => "noise",
            Self::Autocorrelation => "autocorrelation",
        }
    }
}

/// The finding on one metric.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Drift {
    /// The conclusion.
    pub shape: Shape,
    /// The numbers behind it; None with too few windows.
    pub evidence: Option<Evidence>,
    /// Chance of such evidence without any drift, adjusted for the number of metrics; NaN with too few windows.
    pub p: f64,
}

/// One metric of a run over time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Metric<'a> {
    /// Windows after the warm-up; more than 96 are joined by their medians.
    pub points: &'a [Point],
    /// What counts as a drift of this metric.
    pub limits: Limits,
}

/// Judges several metrics of one run together.
///
/// On flat runs with 5 % noise and 96 windows a single metric shows a false drift in about 0.4 / 3.5 / 8.9 % of
/// runs at a first-order autocorrelation of 0 / 0.5 / 0.9 (`simulation/drift.rs`).
#[must_use]
pub(crate) fn judge_all(metrics: &[Metric]) -> Vec<Drift> {
    let evidence: Vec<Option<Evidence>> =
        metrics.iter().map(|metric| Evidence::measure(metric.points, metric.limits.min_windows)).collect();
    let p: Vec<f64> = evidence.iter().map(|one| one.map_or(f64::NAN, |one| one.p)).collect();
    let findings = metrics.iter().zip(evidence).zip(holm::adjust(&p));
    let finding = |((metric, evidence), p): ((&Metric, Option<Evidence>), f64)| Drift {
        shape: conclude(evidence.as_ref(), p, &metric.limits),
        evidence,
        p,
    };
    findings.map(finding).collect()
}

/// The conclusion from evidence, its adjusted p-value and the limits.
pub(crate) fn conclude(evidence: Option<&Evidence>, p: f64, limits: &Limits) -> Shape {
    let Some(evidence) = evidence else { return Shape::Inconclusive(Why::TooFewWindows) };
    let level = evidence.level.abs();
    let floor = (limits.share * level).max(limits.amount).max(limits.deviations * evidence.deviation);
    // Holm multiplies the p-value of a metric; the parts of it are multiplied alike.
    let factor = if evidence.p > 0.0 { (p / evidence.p).max(1.0) } else { 1.0 };
    let is_trend = evidence.trend_p() * factor <= limits.alpha && evidence.change().abs() > floor;
    let step = evidence.step.filter(|step| evidence.step_p() * factor <= limits.alpha && step.change().abs() > floor);
    if let Some(step) = step.filter(|_| !is_trend || evidence.is_step_likelier) {
        return Shape::Step { at: step.at, change: step.change() };
    }
    if is_trend {
        return if evidence.slope > 0.0 { Shape::Rising } else { Shape::Falling };
    }
    let hidden = (limits.hidden_share * level).max(limits.hidden_amount);
    let [low, high] = evidence.change_interval();
    if low >= -hidden && high <= hidden {
        Shape::Flat
    } else if evidence.effective_windows() < limits.min_windows as f64 {
        Shape::Inconclusive(Why::Autocorrelation)
    } else {
        Shape::Inconclusive(Why::Noise)
    }
}

#[cfg(test)]
mod tests;
