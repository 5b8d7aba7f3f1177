//! Summaries of a sample. Values that are not finite are ignored; None when nothing is left.

/// Factor by which the median absolute deviation estimates the standard deviation of normal noise.
const NORMAL: f64 = 1.4826;

/// The finite values in ascending order.
#[must_use]
pub(crate) fn sorted(values: &[f64]) -> Vec<f64> {
    let mut sorted: Vec<f64> = values.iter().copied().filter(|value| value.is_finite()).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    sorted
}

/// Arithmetic mean.
#[must_use]
pub(crate) fn mean(values: &[f64]) -> Option<f64> {
    let finite = values.iter().filter(|value| value.is_finite());
    let (count, sum) = finite.fold((0_u32, 0.0), |(count, sum), value| (count + 1, sum + value));
    (count > 0).then(|| sum / f64::from(count))
}

/// Unbiased variance, in the unit of the values squared; None below two values.
#[must_use]
pub(crate) fn variance(values: &[f64]) -> Option<f64> {
    let mean = mean(values)?;
    let finite = values.iter().filter(|value| value.is_finite());
    let (count, sum) = finite.fold((0_u32, 0.0), |(count, sum), value| (count + 1, sum + (value - mean).powi(2)));
    (count > 1).then(|| sum / f64::from(count - 1))
}

/// The value at a position between values in ascending order, interpolated. `share` is 0 to 1.
#[must_use]
pub(crate) fn quantile_of_sorted(sorted: &[f64], share: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    let position = share.clamp(0.0, 1.0) * last as f64;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and the last index")]
    let below = position.floor() as usize;
    let above = (below + 1).min(last);
    Some(sorted[below] + (sorted[above] - sorted[below]) * (position - below as f64))
}

/// A quantile of unsorted values; `share` is 0 to 1.
#[must_use]
pub(crate) fn quantile(values: &[f64], share: f64) -> Option<f64> {
    quantile_of_sorted(&sorted(values), share)
}

/// The median.
#[must_use]
pub(crate) fn median(values: &[f64]) -> Option<f64> {
    quantile(values, 0.5)
}

/// Median absolute deviation from the median, scaled so that it estimates the standard deviation of normal noise.
#[must_use]
pub(crate) fn deviation(values: &[f64]) -> Option<f64> {
    let center = median(values)?;
    let distances: Vec<f64> = values.iter().map(|value| (value - center).abs()).collect();
    median(&distances).map(|middle| middle * NORMAL)
}

#[cfg(test)]
mod tests;
