//! The normal range of each signal, from the seconds before a spike: median plus three standard deviations (from the
//! median absolute deviation) or a tenth of the median, whichever is more, and never below what nearly all of these
//! seconds reached.

use super::{Limits, Second};
use crate::analysis::statistics::sample::{deviation, median, quantile};

/// Standard deviations of the noise that are normal.
const DEVIATIONS: f64 = 3.0;
/// The range covers this share of the seconds before the spike, however skewed their noise is.
const COVERED: f64 = 0.98;
/// A signal improves when its distance from the range, in the second half of the time after a spike, is below this
/// share of that in the first; it worsens when it is above the inverse.
const BETTER: f64 = 0.9;

/// Reads one signal of a second.
type Signal = fn(&Second) -> f64;

/// The normal range of one signal; there is no lower limit, because less is not worse.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Band {
    /// In the unit of the signal.
    pub median: f64,
    /// Highest normal value.
    pub high: f64,
}

/// The normal ranges before a spike.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Baseline {
    /// Seconds.
    pub latency: Band,
    /// Requests.
    pub in_flight: Band,
    /// Share of requests, 0 to 1.
    pub error_share: Band,
}

impl Baseline {
    /// The ranges of these seconds; None if there are too few with data.
    #[must_use]
    pub(crate) fn of(seconds: &[Second], limits: &Limits) -> Option<Self> {
        let values =
            |signal: Signal| -> Vec<f64> { seconds.iter().map(signal).filter(|value| value.is_finite()).collect() };
        let latency = values(|second| second.latency);
        let in_flight = values(|second| second.in_flight);
        let error_share = values(|second| second.error_share);
        if latency.len().min(in_flight.len()).min(error_share.len()) < limits.min_baseline.max(2) {
            return None;
        }
        Some(Self {
            latency: band(&latency, limits.share, 0.0)?,
            // One request more is no backlog, however few there are.
            in_flight: band(&in_flight, limits.share, 1.0)?,
            error_share: band(&error_share, 0.0, limits.error_share)?,
        })
    }

    /// Whether all signals are in range. A second in which nothing was intended needs no latency.
    #[must_use]
    pub(crate) fn is_normal(&self, second: &Second) -> bool {
        let is_silent = second.latency.is_nan() && second.offered > 0.0;
        let is_high = second.latency > self.latency.high || second.in_flight > self.in_flight.high;
        !(is_silent || is_high || self.has_errors(second))
    }

    /// Whether there are more errors than normal.
    #[must_use]
    pub(crate) fn has_errors(&self, second: &Second) -> bool {
        second.error_share > self.error_share.high
    }

    /// Whether a signal that is out of range comes nearer to it over time, and none goes away from it.
    #[must_use]
    pub(crate) fn improves(&self, after: &[Second]) -> bool {
        let (first, second) = after.split_at(after.len() / 2);
        let above = |seconds: &[Second], signal: Signal, band: Band| {
            let values: Vec<f64> = seconds.iter().map(signal).collect();
            median(&values).map_or(0.0, |value| (value - band.high).max(0.0))
        };
        let signals: [(Signal, Band); 3] = [
            (|second| second.latency, self.latency),
            (|second| second.in_flight, self.in_flight),
            (|second| second.error_share, self.error_share),
        ];
        let halves = signals.map(|(signal, band)| (above(first, signal, band), above(second, signal, band)));
        halves.iter().any(|(earlier, later)| *later < BETTER * earlier)
            && !halves.iter().any(|(earlier, later)| *later > earlier / BETTER)
    }
}

fn band(values: &[f64], share: f64, least: f64) -> Option<Band> {
    let median = median(values)?;
    let width = (DEVIATIONS * deviation(values)?).max(share * median.abs()).max(least);
    let high = (median + width).max(quantile(values, COVERED)? + if least > 0.0 { least } else { 0.0 });
    Some(Band { median, high })
}

#[cfg(test)]
mod tests;
