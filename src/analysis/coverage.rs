//! Coverage: the share of a run in which one of its processes was there. A run that was killed and goes on has gaps, which count
//! against it and are never filled.

use std::time::Duration;

use crate::{
    interval_log::Gap,
    units::{show_duration, show_several, show_share},
};

/// A run with less coverage is invalid: too much of what was planned did not happen.
pub(crate) const MIN_COVERAGE: f64 = 0.95;

/// Gaps that are listed.
const MAX_GAPS: usize = 100;

/// The gaps of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Coverage {
    /// Number of interruptions.
    pub interruptions: u64,
    gap_ms: u64,
    /// Number of segments that the gaps are of; 0 for a run of one process.
    segments: u64,
    /// The first gaps.
    pub gaps: Vec<Gap>,
}

impl Coverage {
    /// Of a run that was merged from so many segments: each gap is of one of them.
    #[must_use]
    pub(crate) fn of_segments(segments: u64) -> Self {
        Self { segments, ..Self::default() }
    }

    /// Takes the next gap.
    pub(crate) fn note(&mut self, gap: Gap) {
        self.interruptions += 1;
        self.gap_ms += gap.length_ms();
        if self.gaps.len() < MAX_GAPS {
            self.gaps.push(gap);
        }
    }

    /// All gaps together, as a part of the whole load: a second of one of four segments is a quarter of a second.
    #[must_use]
    pub(crate) fn missing(&self) -> Duration {
        Duration::from_millis(self.gap_ms) / u32::try_from(self.segments.max(1)).unwrap_or(u32::MAX)
    }

    /// The share of a run of this length that is covered.
    #[must_use]
    pub(crate) fn share(&self, elapsed: Duration) -> f64 {
        let elapsed = elapsed.as_secs_f64();
        if elapsed > 0.0 { (1.0 - self.missing().as_secs_f64() / elapsed).max(0.0) } else { 1.0 }
    }

    /// A sentence about a run with gaps, and whether it is invalid for them.
    #[must_use]
    pub(crate) fn finding(&self, elapsed: Duration) -> Option<(String, bool)> {
        let share = self.share(elapsed);
        let is_invalid = share < MIN_COVERAGE;
        (self.interruptions > 0).then(|| {
            let times = show_several(self.interruptions, "interruption");
            let (missing, covered) = (show_duration(Duration::from_millis(self.gap_ms)), show_share(share));
            let of_segments = if self.segments > 1 {
                format!(" of {}", show_several(self.segments, "segment"))
            } else {
                String::new()
            };
            let limit = if is_invalid { format!(", less than {}", show_share(MIN_COVERAGE)) } else { String::new() };
            (format!("coverage is {covered}{limit}: {times}{of_segments}, in all {missing} without load"), is_invalid)
        })
    }
}

#[cfg(test)]
mod tests;
