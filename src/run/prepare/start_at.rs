//! `--start-at`: several processes start together. A time that has passed is refused, because a late process would load
//! the target alone.

use std::time::Duration;

use jiff::{
    SignedDuration, Timestamp,
    civil::{DateTime, Time},
    tz::TimeZone,
};

use crate::units::show_duration;

/// A bare number above this is in milliseconds: as seconds it would be the year 5138.
const MILLISECONDS_FROM: f64 = 1e11;
const HALF_A_DAY: SignedDuration = SignedDuration::from_hours(12);
const A_DAY: SignedDuration = SignedDuration::from_hours(24);

/// Why a run can't start at a time.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum StartAtError {
    /// The text is in none of the formats.
    #[error("`{0}` is not a time; write 2026-03-01T10:00:00Z, 10:00 (UTC) or a Unix timestamp")]
    NotATime(String),
    /// It has passed.
    #[error("`{text}` is in the past, {} ago", show_duration(*ago))]
    Passed {
        /// As given.
        text: String,
        /// For how long.
        ago: Duration,
    },
}

/// The time from `now` to the one that the text names: RFC 3339 (UTC without an offset), `HH:MM[:SS]` in UTC, or seconds
/// (or milliseconds) since 1970.
///
/// # Errors
/// When it is none of these, or has passed.
pub(crate) fn wait_until(text: &str, now: Timestamp) -> Result<Duration, StartAtError> {
    let text = text.trim();
    let at = parse(text, now).ok_or_else(|| StartAtError::NotATime(text.to_owned()))?;
    let wait = at.duration_since(now);
    Duration::try_from(wait).map_err(|_| StartAtError::Passed { text: text.to_owned(), ago: wait.unsigned_abs() })
}

fn parse(text: &str, now: Timestamp) -> Option<Timestamp> {
    if let Ok(number) = text.parse::<f64>() {
        let seconds = if number < MILLISECONDS_FROM { number } else { number * 1e-3 };
        return Timestamp::from_duration(SignedDuration::try_from_secs_f64(seconds).ok()?).ok();
    }
    if let Some(time) = ["%H:%M:%S", "%H:%M"].iter().find_map(|format| Time::strptime(format, text).ok()) {
        return nearest(time, now);
    }
    let without_offset = || TimeZone::UTC.to_timestamp(text.parse::<DateTime>().ok()?).ok();
    text.parse().ok().or_else(without_offset)
}

/// The nearest day's: a minute past ten, `10:00` is a minute ago and not tomorrow.
fn nearest(time: Time, now: Timestamp) -> Option<Timestamp> {
    let today = TimeZone::UTC.to_datetime(now).date().to_datetime(time);
    let today = TimeZone::UTC.to_timestamp(today).ok()?;
    match today.duration_since(now) {
        ahead if ahead > HALF_A_DAY => today.checked_sub(A_DAY).ok(),
        ahead if ahead < -HALF_A_DAY => today.checked_add(A_DAY).ok(),
        _ => Some(today),
    }
}

#[cfg(test)]
mod tests;
