//! `--start-at`: several processes begin together. A time that has passed is refused, because a late process would load
//! the target alone.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::units::show_duration;

const DAY: f64 = 86_400.0;
/// A bare number above this is in milliseconds: as seconds it would be the year 5138.
const MILLISECONDS_FROM: f64 = 1e11;

/// How long it is from `now` to the moment that the text names: RFC 3339 with an offset, `HH:MM[:SS]` in UTC, or
/// seconds (or milliseconds) since 1970.
///
/// # Errors
/// When it is none of these, or has passed.
pub fn wait_until(text: &str, now: SystemTime) -> Result<Duration, String> {
    let text = text.trim();
    let now = now.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64();
    let at = if let Ok(number) = text.parse::<f64>() {
        if number < MILLISECONDS_FROM { number } else { number * 1e-3 }
    } else if let Some(second) = time_of_day(text) {
        nearest(second, now)
    } else {
        rfc3339(text).ok_or_else(|| {
            format!("`{text}` is no time; write 2026-03-01T10:00:00Z, 10:00 (UTC) or seconds since 1970")
        })?
    };
    let wait = at - now;
    Duration::try_from_secs_f64(wait).map_err(|_| {
        format!("`{text}` was {} ago", show_duration(Duration::try_from_secs_f64(-wait).unwrap_or_default()))
    })
}

/// The second of the day of `10:00` or `10:00:30`.
fn time_of_day(text: &str) -> Option<f64> {
    let mut parts = text.split(':');
    let part = |text: &str, limit: u32| {
        let digits = (1..=2).contains(&text.len()) && text.chars().all(|c| c.is_ascii_digit());
        text.parse::<u32>().ok().filter(|number| digits && *number < limit).map(f64::from)
    };
    let (hour, minute) = (part(parts.next()?, 24)?, part(parts.next()?, 60)?);
    let second = parts.next().map_or(Some(0.0), |text| part(text, 60))?;
    parts.next().is_none().then_some(hour * 3_600.0 + minute * 60.0 + second)
}

/// The nearest moment with this time of day. Twelve hours to both sides: a minute past ten, `10:00` is a minute ago and
/// not tomorrow.
fn nearest(second: f64, now: f64) -> f64 {
    let today = now - now.rem_euclid(DAY) + second;
    if today - now > DAY / 2.0 {
        today - DAY
    } else if now - today > DAY / 2.0 {
        today + DAY
    } else {
        today
    }
}

fn rfc3339(text: &str) -> Option<f64> {
    let (local, east) = match text.get(10..)?.rfind(['+', '-']).map(|at| text.split_at(at + 10)) {
        Some((local, offset)) => (format!("{local}Z"), offset_of(offset)?),
        None => (text.to_owned(), 0.0),
    };
    let time = humantime::parse_rfc3339_weak(&local).ok()?;
    Some(time.duration_since(UNIX_EPOCH).ok()?.as_secs_f64() - east)
}

/// Seconds east of UTC of `+02:00`.
fn offset_of(text: &str) -> Option<f64> {
    let sign = if text.starts_with('-') { -1.0 } else { 1.0 };
    Some(sign * time_of_day(text.get(1..)?)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-03-01T10:00:00Z.
    const TEN: u64 = 1_772_359_200;

    fn wait(text: &str) -> Result<u64, String> {
        wait_until(text, UNIX_EPOCH + Duration::from_secs(TEN)).map(|wait| wait.as_secs())
    }

    #[test]
    fn times_are_read_in_every_way() {
        for (text, seconds) in [
            ("2026-03-01T10:00:30Z", 30),
            ("2026-03-01T11:00:30+01:00", 30),
            ("2026-03-01T04:30:30-05:30", 30),
            ("2026-03-01 10:00:30", 30),
            ("10:01", 60),
            ("10:00:05", 5),
            ("21:59", 43_140),
            ("1772359260", 60),
            ("1772359260500", 60),
        ] {
            assert_eq!(wait(text), Ok(seconds), "{text}");
        }
        let late = UNIX_EPOCH + Duration::from_secs(TEN + 13 * 3_600);
        assert_eq!(wait_until("00:30", late), Ok(Duration::from_secs(5_400)), "tomorrow, because today's is far");
    }

    #[test]
    fn what_has_passed_or_is_no_time_is_refused() {
        assert_eq!(wait("09:59:57").unwrap_err(), "`09:59:57` was 3s ago");
        assert_eq!(wait("2026-03-01T10:00:00+01:00").unwrap_err(), "`2026-03-01T10:00:00+01:00` was 1h ago");
        for text in ["soon", "", "25:00", "10:60", "10", "1:2:3:4", "2026-13-01T00:00:00Z", "+", "é2345678-é"] {
            assert!(wait(text).is_err(), "{text}");
        }
        assert_eq!(
            wait("soon").unwrap_err(),
            "`soon` is no time; write 2026-03-01T10:00:00Z, 10:00 (UTC) or seconds since 1970"
        );
    }
}
