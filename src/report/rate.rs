//! Rates over a time: none where there was no time.

use std::time::Duration;

use crate::units::show_rate;

/// The least time that has a rate: what happens in less says nothing of a second.
const LEAST: Duration = Duration::from_millis(1);

/// How much a second; None without time, as after a failed setup.
#[must_use]
pub(crate) fn per_second(count: f64, time: Duration) -> Option<f64> {
    (time >= LEAST).then(|| count / time.as_secs_f64())
}

/// The rate for people; empty without time.
#[must_use]
pub(crate) fn shown(count: f64, time: Duration) -> String {
    per_second(count, time).map(show_rate).unwrap_or_default()
}

/// The rate in parentheses after a count: ` (20/s)`; empty without time.
#[must_use]
pub(crate) fn in_parentheses(count: f64, time: Duration) -> String {
    per_second(count, time).map(|rate| format!(" ({})", show_rate(rate))).unwrap_or_default()
}
