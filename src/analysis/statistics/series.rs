//! Values over time.

use super::sample::median;

/// One value at a time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Point {
    /// Seconds from the start of the run.
    pub at: f64,
    /// In the unit of the metric.
    pub value: f64,
}

/// The finite points in order of time.
#[must_use]
pub(crate) fn finite(points: &[Point]) -> Vec<Point> {
    let mut finite: Vec<Point> =
        points.iter().copied().filter(|point| point.at.is_finite() && point.value.is_finite()).collect();
    finite.sort_by(|a, b| a.at.total_cmp(&b.at));
    finite
}

/// The values without their times.
#[must_use]
pub(crate) fn values(points: &[Point]) -> Vec<f64> {
    points.iter().map(|point| point.value).collect()
}

/// Medians of `count` windows of equal length; windows without a point are left out. Returns the finite points as they
/// are when they are no more than `count`.
#[must_use]
pub(crate) fn windows(points: &[Point], count: usize) -> Vec<Point> {
    let points = finite(points);
    let (Some(first), Some(last)) = (points.first(), points.last()) else { return points };
    if points.len() <= count || count == 0 {
        return points;
    }
    let length = (last.at - first.at) / count as f64;
    let start = first.at;
    let index_of = |point: &Point| ((point.at - start) / length.max(f64::MIN_POSITIVE)).floor().min(count as f64 - 1.0);
    let windows = points.chunk_by(|a, b| index_of(a).total_cmp(&index_of(b)).is_eq());
    let window = |window: &[Point]| {
        let value = median(&values(window))?;
        Some(Point { at: start + (index_of(window.first()?) + 0.5) * length, value })
    };
    windows.filter_map(window).collect()
}

#[cfg(test)]
mod tests;
