//! What the load explains of the use of a resource: least squares of the use over the load and time together, so that a
//! load that changes with the time of day is no leak, and a leak is not taken for its effect.

use crate::analysis::statistics::series::Point;

/// A load that varies by less than this share of its mean explains nothing.
const CONSTANT: f64 = 0.02;
/// A load of which time explains all but this share can't be distinguished from it.
const TOGETHER: f64 = 0.05;

/// The use without what the load explains.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Apart {
    /// The rest, at the mean of the load.
    pub points: Vec<Point>,
    /// Difference of the use between the lowest and the highest load.
    pub by_load: f64,
    /// Factor by which the variance of a slope of the rest is larger, because the effect of the load is estimated.
    pub uncertainty: f64,
    /// Whether the load goes with time, so that it may explain any growth.
    pub is_inseparable: bool,
}

/// Takes the effect of the load out; only one that lets the use grow.
pub(super) fn take_out(points: &[Point], load: &[f64]) -> Apart {
    let unchanged = Apart { points: points.to_vec(), by_load: 0.0, uncertainty: 1.0, is_inseparable: false };
    let all: Vec<(Point, f64)> = points.iter().copied().zip(load.iter().copied()).collect();
    if all.len() != points.len() || all.len() < 3 || all.iter().any(|(_, load)| !load.is_finite()) {
        return unchanged;
    }
    let mean = |of: &dyn Fn(&(Point, f64)) -> f64| all.iter().map(of).sum::<f64>() / all.len() as f64;
    let (time, use_, rate) = (mean(&|one| one.0.at), mean(&|one| one.0.value), mean(&|one| one.1));
    let sum = |of: &dyn Fn(f64, f64, f64) -> f64| -> f64 {
        all.iter().map(|(point, load)| of(point.at - time, point.value - use_, load - rate)).sum()
    };
    let (times, rates, both) = (sum(&|t, _, _| t * t), sum(&|_, _, x| x * x), sum(&|t, _, x| t * x));
    let (use_by_time, use_by_rate) = (sum(&|t, y, _| t * y), sum(&|_, y, x| x * y));
    let varies = (rates / all.len() as f64).sqrt() > CONSTANT * rate.abs();
    let apart = 1.0 - both * both / (times * rates).max(f64::MIN_POSITIVE);
    if !varies || apart.is_nan() {
        return unchanged;
    }
    if apart < TOGETHER {
        return Apart { is_inseparable: true, ..unchanged };
    }
    let effect = (use_by_rate * times - use_by_time * both) / (times * rates * apart);
    if effect.is_nan() || effect <= 0.0 {
        return unchanged;
    }
    let rest = |(point, load): &(Point, f64)| Point { value: point.value - effect * (load - rate), ..*point };
    let highest = load.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let lowest = load.iter().copied().fold(f64::INFINITY, f64::min);
    Apart {
        points: all.iter().map(rest).collect(),
        by_load: effect * (highest - lowest),
        uncertainty: 1.0 / apart,
        is_inseparable: false,
    }
}
