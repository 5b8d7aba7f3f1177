//! Leak: does the use of a resource grow without end, beyond what the load explains?
//!
//! Owns the decision: the part that the load explains is taken out ([`load`]), growth that is released again is none
//! ([`sawtooth`]), and the rest is judged as a drift of the lower envelope. M. Grottke, L. Li, K. Vaidyanathan and K. S.
//! Trivedi, "Analysis of software aging in a web server", IEEE Transactions on Reliability 55 (2006), judge the use of
//! resources by the same slope; F. Machida, A. Andrzejak, R. Matias and E. Vicente, "On the effectiveness of Mann–Kendall
//! test for detection of software aging", ISSREW 2013, show how often the plain test is wrong. Error rates: see
//! [`judge_all`]. Start there.

mod load;
mod sawtooth;

use super::{
    drift::{self, Evidence, Limits, Shape, Why, mann_kendall::MannKendall, theil_sen::PairSlopes},
    statistics::{
        holm,
        series::{Point, values},
    },
    warm_up,
};

/// Limit of the normal distribution for an interval of 95 %.
const Z: f64 = 1.96;
/// Growth whose pace in the second half is surely below this share of the whole has an end.
const SETTLES: f64 = 0.5;
/// Growth whose pace in the second half is below this share of the whole may have one.
const MAY_SETTLE: f64 = 0.3;
/// Growth of which the lowest values show less than this share is released again.
const KEPT: f64 = 0.5;
/// Parts of a run whose lowest values are compared.
const PARTS: usize = 12;
/// Lowest values after a release that are judged as a drift.
const MIN_TROUGHS: usize = 8;

/// The use of one resource over time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Usage<'a> {
    /// Lowest use of each window.
    pub points: &'a [Point],
    /// Requests a second in the same windows.
    pub load: &'a [f64],
    /// Smallest growth that counts, in the unit of the resource.
    pub amount: f64,
}

/// What the use of a resource does.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Growth {
    /// It stays.
    None,
    /// It changes with the load only.
    FollowsLoad,
    /// It grows and falls again, to no higher a level.
    Released,
    /// It grows without end.
    Leak,
    /// It grew at first.
    Settles,
    /// It rose once, and stayed there.
    Step {
        /// Seconds from the start of the run.
        at: f64,
    },
    /// The data do not decide.
    Inconclusive(Why),
}

/// The finding on one resource.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Found {
    /// The conclusion.
    pub growth: Growth,
    /// The numbers behind it, of the use without what the load explains.
    pub evidence: Option<Evidence>,
    /// Chance of such growth without any, adjusted for the number of resources; NaN without evidence.
    pub p: f64,
}

/// What is judged of a usage.
struct Prepared {
    /// After the warm-up, without what the load explains.
    points: Vec<Point>,
    /// How much of the use the load explains, in the unit of the resource.
    by_load: f64,
    /// Whether the load may explain any growth.
    is_inseparable: bool,
    /// Lowest values after each release, if the use is released again and again.
    troughs: Option<Vec<Point>>,
    evidence: Option<Evidence>,
    limits: Limits,
}

/// Judges all resources of a run together.
///
/// On steady runs of 96 windows with 5 % noise a single resource shows a false leak in about 0 / 2 / 4 % of runs at a
/// first-order autocorrelation of 0 / 0.5 / 0.9 (`simulation/leak.rs`).
#[must_use]
pub(crate) fn judge_all(usages: &[Usage]) -> Vec<Found> {
    let all: Vec<Prepared> = usages.iter().map(Prepared::of).collect();
    let p: Vec<f64> = all.iter().map(|one| one.evidence.map_or(f64::NAN, |evidence| evidence.p)).collect();
    let found = |(one, p): (&Prepared, f64)| Found { growth: one.growth(p), evidence: one.evidence, p };
    all.iter().zip(holm::adjust(&p)).map(found).collect()
}

impl Prepared {
    fn of(usage: &Usage) -> Self {
        let load::Apart { points, by_load, uncertainty, is_inseparable } = load::take_out(usage.points, usage.load);
        let cut = warm_up::find(&values(&points)).windows();
        let points = points.get(cut..).unwrap_or_default().to_vec();
        let troughs = sawtooth::troughs(&points);
        let mut limits = Limits { amount: usage.amount, hidden_amount: 2.0 * usage.amount, ..Limits::default() };
        let evidence = match &troughs {
            None => Evidence::with_uncertainty(&points, limits.min_windows, uncertainty),
            Some(troughs) => {
                limits.min_windows = MIN_TROUGHS;
                Evidence::measure(troughs, limits.min_windows)
            }
        };
        Self { points, by_load, is_inseparable, troughs, evidence, limits }
    }

    fn growth(&self, p: f64) -> Growth {
        if let (None, Some(troughs)) = (&self.evidence, &self.troughs) {
            return self.of_few(troughs);
        }
        let same = if self.troughs.is_some() {
            Growth::Released
        } else if self.by_load > self.floor() {
            Growth::FollowsLoad
        } else {
            Growth::None
        };
        match drift::conclude(self.evidence.as_ref(), p, &self.limits) {
            Shape::Flat | Shape::Falling => same,
            Shape::Step { change, .. } if change < 0.0 => same,
            Shape::Step { .. } | Shape::Rising if self.is_inseparable => Growth::Inconclusive(Why::Noise),
            Shape::Step { at, .. } => Growth::Step { at },
            Shape::Rising if self.later_pace().is_some_and(|[_, high]| high < SETTLES) => Growth::Settles,
            Shape::Rising if self.later_pace().is_some_and(|[pace, _]| pace < MAY_SETTLE) => {
                Growth::Inconclusive(Why::Noise)
            }
            Shape::Rising if self.is_released() => Growth::Released,
            Shape::Rising => Growth::Leak,
            Shape::Inconclusive(why) => Growth::Inconclusive(why),
        }
    }

    /// Too few releases for a trend: the use is the same after each, or nothing is known.
    fn of_few(&self, troughs: &[Point]) -> Growth {
        let least = troughs.iter().map(|point| point.value).fold(f64::INFINITY, f64::min);
        let most = troughs.iter().map(|point| point.value).fold(f64::NEG_INFINITY, f64::max);
        let floor = (self.limits.share * least.abs()).max(self.limits.amount);
        if most - least <= floor { Growth::Released } else { Growth::Inconclusive(Why::TooFewWindows) }
    }

    /// Smallest change that counts.
    fn floor(&self) -> f64 {
        let level = self.evidence.map_or(0.0, |evidence| evidence.level.abs());
        (self.limits.share * level).max(self.limits.amount)
    }

    /// The pace of the second half and its upper limit (95 %), as shares of that of the whole.
    fn later_pace(&self) -> Option<[f64; 2]> {
        let evidence = self.evidence?;
        let half = &self.points[self.points.len() / 2..];
        let trend = MannKendall::test(half, evidence.memory.inflation());
        let slopes = PairSlopes::of(half);
        let [_, high] = slopes.interval(trend.deviation, Z)?;
        Some([slopes.median()?, high].map(|slope| slope * 3600.0 / evidence.slope))
    }

    /// Whether the lowest values of each part of the run grow far less than the use itself.
    fn is_released(&self) -> bool {
        let Some(evidence) = self.evidence else { return false };
        let lowest = |part: &[Point]| part.iter().copied().min_by(|a, b| a.value.total_cmp(&b.value));
        let length = self.points.len().div_ceil(PARTS).max(1);
        let lowest: Vec<Point> = self.points.chunks(length).filter_map(lowest).collect();
        PairSlopes::of(&lowest).median().is_some_and(|slope| slope * 3600.0 < KEPT * evidence.slope)
    }
}

#[cfg(test)]
mod tests;
