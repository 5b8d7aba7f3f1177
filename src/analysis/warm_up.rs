//! Warm-up: how many windows at the start of a run differ from the rest and are not judged.
//!
//! MSER-5: K. P. White, "An effective truncation heuristic for bias reduction in simulation output", Simulation 69
//! (1997); K. P. White, M. J. Cobb and S. C. Spratt, "A comparison of five steady-state truncation heuristics", WSC
//! 2000. The cut is the one that makes the standard error of the mean of the rest smallest; one in the second half is
//! none (K. Hoad and S. Robinson, "Implementing MSER-5 in commercial simulation software and its wider implications",
//! WSC 2011). Further guards, from the simulation (`simulation/warm_up.rs`): the trend of the later windows is taken out
//! first, so that a drift is not cut away; outliers are limited; a longer cut must be clearly better than a shorter one;
//! and the removed part must differ from the rest.

use super::{
    drift::theil_sen::PairSlopes,
    statistics::{
        sample::{deviation, mean, median, quantile},
        series::Point,
    },
};

/// Windows that are averaged before the search.
const BATCH: usize = 5;
/// Fewer batches than these have no second half to compare with.
const MIN_BATCHES: usize = 10;
/// Batches that are left at least: the error of fewer is chance.
const MIN_REST: usize = 5;
/// A batch of the warm-up differs from the rest by this many standard deviations of batches.
const DIFFERENT: f64 = 3.0;
/// The first cut with an error of at most this many times the least is taken: beyond the warm-up the error hardly
/// changes, and the least one is chance.
const AS_GOOD: f64 = 1.25;
/// A cut in the second half shows that the run is not steady when its error is below this share of the least one
/// before.
const FAR_BETTER: f64 = 0.25;

/// Where the warm-up ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WarmUp {
    /// The first `windows` are left out; 0 when the run is steady from its start.
    Cut {
        /// Windows that belong to the warm-up.
        windows: usize,
    },
    /// The level changes past the middle: a step, or a warm-up longer than half of the run. Nothing is cut.
    NotSteady,
    /// There are fewer than fifty windows. Nothing is cut.
    TooShort,
}

impl WarmUp {
    /// Windows to leave out.
    #[must_use]
    pub(crate) fn windows(self) -> usize {
        if let Self::Cut { windows } = self { windows } else { 0 }
    }
}

/// Finds the warm-up in equal windows of one metric. Windows without data (NaN) are allowed.
#[must_use]
pub(crate) fn find(windows: &[f64]) -> WarmUp {
    let batches: Vec<f64> = windows.chunks_exact(BATCH).filter_map(mean).collect();
    if batches.len() < MIN_BATCHES || batches.len() * BATCH + BATCH <= windows.len() {
        return WarmUp::TooShort;
    }
    let half = batches.len() / 2;
    let batches = without_trend(&batches, batches.len() / 5);
    let limited = limit_outliers(&batches, half);
    let errors: Vec<f64> = (0..=batches.len() - MIN_REST).map(|cut| squared_error(&limited[cut..])).collect();
    let (early, late) = errors.split_at(half);
    let least = |errors: &[f64]| errors.iter().copied().fold(f64::INFINITY, f64::min);
    let best = early.iter().position(|error| *error <= AS_GOOD * least(early)).unwrap_or(0);
    if least(late) < FAR_BETTER * least(early) {
        WarmUp::NotSteady
    } else if best == 0 || !differs(&batches[..best], &batches[best..]) {
        WarmUp::Cut { windows: 0 }
    } else {
        WarmUp::Cut { windows: best * BATCH }
    }
}

/// The longest warm-up of several metrics; None if there are none. One that is not steady makes the run not steady.
#[must_use]
pub(crate) fn longest(found: &[WarmUp]) -> Option<WarmUp> {
    let rank = |one: &WarmUp| match one {
        WarmUp::TooShort => (0, 0),
        WarmUp::Cut { windows } => (1, *windows),
        WarmUp::NotSteady => (2, 0),
    };
    found.iter().copied().max_by_key(rank)
}

/// The batches without the trend of the later ones: a drift must not pass for a warm-up, nor hide one.
fn without_trend(batches: &[f64], from: usize) -> Vec<f64> {
    let points: Vec<Point> =
        batches.iter().enumerate().map(|(index, value)| Point { at: index as f64, value: *value }).collect();
    let slope = PairSlopes::of(&points[from..]).median().unwrap_or(0.0);
    points.iter().map(|point| point.value - slope * point.at).collect()
}

/// Values beyond the range of the second half, widened by its height, are moved to the edge: a single outlier must not
/// decide.
fn limit_outliers(batches: &[f64], half: usize) -> Vec<f64> {
    let (Some(low), Some(high)) = (quantile(&batches[half..], 0.05), quantile(&batches[half..], 0.95)) else {
        return batches.to_vec();
    };
    let height = high - low;
    let limited = batches[half..].iter().map(|value| value.clamp(low - height, high + height));
    batches[..half].iter().copied().chain(limited).collect()
}

/// The squared standard error of the mean, as MSER defines it.
fn squared_error(rest: &[f64]) -> f64 {
    let Some(mean) = mean(rest) else { return f64::INFINITY };
    let squares: f64 = rest.iter().map(|value| (value - mean).powi(2)).sum();
    squares / (rest.len() as f64).powi(2)
}

/// Whether most of the removed batches lie outside the range of the rest, or their middle does.
fn differs(removed: &[f64], rest: &[f64]) -> bool {
    let (Some(center), Some(spread)) = (median(rest), deviation(rest)) else { return false };
    let is_outside = |value: &f64| (value - center).abs() > DIFFERENT * spread;
    removed.iter().filter(|value| is_outside(value)).count() * 2 >= removed.len()
}

#[cfg(test)]
mod tests;
