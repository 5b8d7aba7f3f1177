//! Several spikes in one run: whether later ones take longer to recover from.

/// Later recoveries are slower when the last takes this many times as long as the first …
const SLOWER: f64 = 1.5;
/// … and this many seconds longer.
const SLOWER_BY: f64 = 3.0;
/// Fewer spikes show no trend.
const LEAST: usize = 3;

/// Whether each recovery takes at least as long as the one before, and the last clearly longer than the first. `seconds`
/// are in order of time and infinite for what did not recover.
#[must_use]
pub(crate) fn take_longer(seconds: &[f64]) -> bool {
    let (Some(first), Some(last)) = (seconds.first(), seconds.last()) else { return false };
    let never_faster = seconds.windows(2).all(|pair| pair[1] >= pair[0] - 1.0);
    seconds.len() >= LEAST && never_faster && *last > SLOWER * first && *last > first + SLOWER_BY
}

#[cfg(test)]
mod tests;
