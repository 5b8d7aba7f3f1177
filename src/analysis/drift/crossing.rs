//! Hours until a drifting metric crosses a threshold, by extending its line.

use super::Evidence;

/// A metric may not go beyond this.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Threshold {
    /// The metric must stay below.
    Below(f64),
    /// The metric must stay above.
    Above(f64),
}

/// Hours from the end of the soak.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Crossing {
    /// With the steepest slope of the interval.
    pub earliest: f64,
    /// With the slope itself; None if it does not lead to the threshold.
    pub likely: Option<f64>,
    /// With the gentlest slope of the interval; None if it does not lead to the threshold.
    pub latest: Option<f64>,
}

/// When the line crosses the threshold; 0 hours if it did. None if not even the steepest slope leads there.
#[must_use]
pub(crate) fn hours_until(evidence: &Evidence, threshold: Threshold) -> Option<Crossing> {
    let (sign, limit) = match threshold {
        Threshold::Below(limit) => (1.0, limit),
        Threshold::Above(limit) => (-1.0, limit),
    };
    let distance = sign * (limit - evidence.end_level);
    let hours = |slope: f64| match sign * slope {
        _ if distance <= 0.0 => Some(0.0),
        towards if towards > 0.0 => Some(distance / towards),
        _ => None,
    };
    let [low, high] = evidence.slope_interval;
    let (steepest, gentlest) = if sign > 0.0 { (high, low) } else { (low, high) };
    if !limit.is_finite() {
        return None;
    }
    hours(steepest).map(|earliest| Crossing { earliest, likely: hours(evidence.slope), latest: hours(gentlest) })
}

#[cfg(test)]
mod tests;
