//! Time windows of stalls and outages, and how they delay answers.
//!
//! ```text
//!   stall [a,b)        a─────────b
//!   arrives t, takes L:     t ━━━┥         ┝━━━━● answer = t + L + (b − a)
//!   arrives in the stall:           t·······┝━━━━━━━● answer = b + L
//! ```

use std::time::Duration;

use super::value_error::ValueError;
use crate::units::parse_duration;

/// A half-open span `[from, until)` of the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Window {
    pub(super) from: Duration,
    pub(super) until: Duration,
}

impl Window {
    /// Reads `7.5s+1s`: a start and a length.
    pub(super) fn parse(text: &str) -> Result<Self, ValueError> {
        let error = || ValueError::form(text, "window", "start+length, for example 7.5s+1s");
        let (start, length) = text.split_once('+').ok_or_else(error)?;
        let from = parse_duration(start)?;
        let length = parse_duration(length)?;
        if length.is_zero() {
            return Err(error());
        }
        Ok(Self { from, until: from.saturating_add(length) })
    }

    pub(super) fn contains(&self, elapsed: Duration) -> bool {
        (self.from..self.until).contains(&elapsed)
    }
}

/// Adds a window and keeps the list sorted and free of overlaps, which `answer_time` relies on.
pub(super) fn insert(windows: &mut Vec<Window>, added: Window) {
    windows.push(added);
    windows.sort_by_key(|window| window.from);
    windows.dedup_by(|later, earlier| {
        let joined = later.from <= earlier.until;
        if joined {
            earlier.until = earlier.until.max(later.until);
        }
        joined
    });
}

/// When a request that arrives at `arrival` and takes `latency` is answered: no work is done in a stall, so the
/// answer is `arrival` advanced by `latency` of unstalled time. No answer ever falls inside a stall.
///
/// All times count from the start of the run; `stalls` is sorted and free of overlaps.
pub(super) fn answer_time(arrival: Duration, latency: Duration, stalls: &[Window]) -> Duration {
    let (mut now, mut left) = (arrival, latency);
    for stall in stalls.iter().filter(|stall| stall.until > arrival) {
        if now.saturating_add(left) < stall.from {
            break;
        }
        left -= stall.from.saturating_sub(now);
        now = stall.until;
    }
    now.saturating_add(left)
}

#[cfg(test)]
mod tests;
