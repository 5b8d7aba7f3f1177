//! How long an answer takes: the distributions a `latency` option can name.

use std::time::Duration;

use super::value_error::ValueError;
use crate::units::{parse_duration, parse_share};

/// Longer answers than this are cut, so that a long tail cannot hold a connection for good.
const LONGEST_SECONDS: f64 = 3_600.0;

/// A distribution of service times, in seconds.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Latency {
    Constant(f64),
    Uniform {
        low: f64,
        high: f64,
    },
    Normal {
        mean: f64,
        deviation: f64,
    },
    LogNormal {
        median: f64,
        sigma: f64,
    },
    Exponential {
        mean: f64,
    },
    /// Points of the cumulative distribution, (share, seconds), ascending; the last share is 1.
    Empirical(Vec<(f64, f64)>),
}

impl Latency {
    /// Reads `10ms`, `uniform(5ms,20ms)`, `lognormal(10ms,0.5)` and their kin.
    pub(super) fn parse(text: &str) -> Result<Self, ValueError> {
        let text = text.trim();
        let Some((name, rest)) = text.split_once('(') else {
            return Ok(Self::Constant(seconds(text)?));
        };
        let inner = rest.strip_suffix(')').ok_or_else(|| ValueError::Parenthesis(text.to_owned()))?;
        let parts: Vec<&str> = inner.split(',').map(str::trim).collect();
        match (name.trim(), parts.as_slice()) {
            ("constant", [value]) => Ok(Self::Constant(seconds(value)?)),
            ("uniform", [low, high]) => {
                let (low, high) = (seconds(low)?, seconds(high)?);
                if low > high {
                    return Err(ValueError::Reversed(text.to_owned()));
                }
                Ok(Self::Uniform { low, high })
            }
            ("normal", [mean, deviation]) => Ok(Self::Normal { mean: seconds(mean)?, deviation: seconds(deviation)? }),
            ("lognormal", [median, sigma]) => {
                Ok(Self::LogNormal { median: seconds(median)?, sigma: parse_sigma(sigma)? })
            }
            ("exponential", [mean]) => Ok(Self::Exponential { mean: seconds(mean)? }),
            ("empirical", points) => parse_points(points).map(Self::Empirical),
            _ => Err(ValueError::form(
                text,
                "latency",
                "10ms, uniform(5ms,20ms), normal(10ms,2ms), lognormal(10ms,0.5), \
                 exponential(10ms) or empirical(50%:10ms,99%:100ms,100%:1s)",
            )),
        }
    }

    /// One service time in seconds, never negative.
    pub(super) fn sample(&self, rng: &mut fastrand::Rng) -> f64 {
        let value = match self {
            Self::Constant(value) => *value,
            Self::Uniform { low, high } => low + (high - low) * rng.f64(),
            Self::Normal { mean, deviation } => mean + deviation * standard_normal(rng),
            Self::LogNormal { median, sigma } => median * (sigma * standard_normal(rng)).exp(),
            Self::Exponential { mean } => -mean * (1.0 - rng.f64()).ln(),
            Self::Empirical(points) => at_share(points, rng.f64()),
        };
        value.clamp(0.0, LONGEST_SECONDS)
    }
}

/// Seconds as a duration, cut at an hour.
pub(super) fn to_duration(seconds: f64) -> Duration {
    Duration::from_secs_f64(seconds.clamp(0.0, LONGEST_SECONDS))
}

fn seconds(text: &str) -> Result<f64, ValueError> {
    // The labels of the long form, `lognormal(median 10ms, sigma 0.5)`, are for the reader only.
    let bare = text.rsplit(char::is_whitespace).next().unwrap_or(text);
    let value = parse_duration(bare)?.as_secs_f64();
    if value > LONGEST_SECONDS { Err(ValueError::TooLong(bare.to_owned())) } else { Ok(value) }
}

fn parse_sigma(text: &str) -> Result<f64, ValueError> {
    let bare = text.rsplit(char::is_whitespace).next().unwrap_or(text);
    bare.parse::<f64>()
        .ok()
        .filter(|sigma| (0.0..=10.0).contains(sigma))
        .ok_or_else(|| ValueError::form(bare, "sigma", "a number between 0 and 10, for example 0.5"))
}

fn parse_points(parts: &[&str]) -> Result<Vec<(f64, f64)>, ValueError> {
    let mut points = Vec::with_capacity(parts.len());
    for part in parts {
        let (share, value) =
            part.split_once(':').ok_or_else(|| ValueError::form(part, "point", "for example 99%:100ms"))?;
        points.push((parse_share(share)?, seconds(value)?));
    }
    if points.windows(2).any(|pair| pair[0].0 >= pair[1].0 || pair[0].1 > pair[1].1) {
        return Err(ValueError::Order);
    }
    match points.last() {
        Some((share, _)) if *share >= 1.0 => Ok(points),
        _ => Err(ValueError::LastPoint),
    }
}

/// Below the first point every answer takes the first point's time; between points the line joins them, so that the
/// percentile named by a point is that point exactly.
fn at_share(points: &[(f64, f64)], share: f64) -> f64 {
    let above = points.partition_point(|point| point.0 < share);
    match (above.checked_sub(1).and_then(|below| points.get(below)), points.get(above)) {
        (Some(low), Some(high)) => low.1 + (high.1 - low.1) * (share - low.0) / (high.0 - low.0),
        (None, Some(point)) | (Some(point), None) => point.1,
        (None, None) => 0.0,
    }
}

/// Box and Muller, "A Note on the Generation of Random Normal Deviates", 1958.
fn standard_normal(rng: &mut fastrand::Rng) -> f64 {
    let radius = (-2.0 * (1.0 - rng.f64()).ln()).sqrt();
    radius * (std::f64::consts::TAU * rng.f64()).cos()
}

#[cfg(test)]
mod tests;
