//! Thresholds that no value can meet or miss: shares are from 0 to 1, and times and counts are not negative.

use super::Plan;
use crate::{
    metric::Kind,
    threshold::{Operator, Stat, Threshold},
};

/// A warning for a threshold whose bound lies outside of what its metric can be.
#[must_use]
pub(super) fn warning(plan: &Plan, threshold: &Threshold) -> Option<String> {
    let (high, what) = range(plan, threshold)?;
    let bound = threshold.bound;
    let is_below = bound < 0.0;
    let is_above = high.is_some_and(|high| bound > high);
    let is_top = high.is_some_and(|high| bound >= high);
    let (is_missed, is_met) = match threshold.operator {
        Operator::Less => (bound <= 0.0, is_above),
        Operator::LessOrEqual => (is_below, is_above),
        Operator::Greater => (is_top, is_below),
        Operator::GreaterOrEqual => (is_above, is_below),
        Operator::Equal => (is_below || is_above, false),
        Operator::NotEqual => (false, is_below || is_above),
    };
    let outcome = match (is_missed, is_met) {
        (true, _) => "can't be met",
        (_, true) => "can't be missed",
        _ => return None,
    };
    Some(format!("threshold {} on {} {outcome}: {what}", threshold.expression, threshold.key))
}

/// The highest value that a statistic can have, if there is one, and its range in words; None if it can be negative.
fn range(plan: &Plan, threshold: &Threshold) -> Option<(Option<f64>, &'static str)> {
    let metric = &threshold.metric;
    let is_own = plan.metrics.iter().any(|known| known.def == *metric);
    match (metric.kind, threshold.stat) {
        (Kind::Rate, Stat::Rate) => Some((Some(1.0), "a share is from 0 to 1, so write 0.05 for 5%")),
        // Samples of a gauge of the profile can be negative.
        (Kind::Gauge, _) if is_own => None,
        _ => Some((None, "it is never below zero")),
    }
}

#[cfg(test)]
mod tests;
