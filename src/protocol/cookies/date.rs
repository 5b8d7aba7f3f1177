//! Dates of cookies (RFC 6265, section 5.1.1): many notations are about, so only the parts are looked for.

use std::time::{Duration, SystemTime};

const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// Reads a date; one before 1970 is 1970.
pub(super) fn parse(text: &str) -> Option<SystemTime> {
    let (mut time, mut day, mut month, mut year) = (None, None, None, None);
    let is_delimiter = |c: char| !(c.is_ascii_alphanumeric() || c == ':');
    for token in text.split(is_delimiter).filter(|token| !token.is_empty()) {
        let number = leading_number(token);
        if time.is_none() && token.contains(':') {
            time = Some(clock(token)?);
        } else if day.is_none() && number.is_some_and(|(digits, _)| digits <= 2) {
            day = number.map(|(_, day)| day);
        } else if month.is_none() && month_of(token).is_some() {
            month = month_of(token);
        } else if year.is_none() && number.is_some_and(|(digits, _)| digits == 2 || digits == 4) {
            year = number.map(|(_, year)| match year {
                70..=99 => year + 1900,
                0..=69 => year + 2000,
                _ => year,
            });
        }
    }
    let (day, month, year) = (day?, month?, year?);
    if !(1..=31).contains(&day) || year < 1601 {
        return None;
    }
    let days = days_since_epoch(i64::from(year), month, i64::from(day));
    let seconds = u64::try_from(days * 86_400).unwrap_or(0) + time?;
    SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds))
}

/// How many digits a token begins with, and their number.
fn leading_number(token: &str) -> Option<(usize, u32)> {
    let digits = token.bytes().take_while(u8::is_ascii_digit).count();
    Some((digits, token.get(..digits)?.parse().ok()?))
}

fn month_of(token: &str) -> Option<i64> {
    let begin = token.get(..3)?.to_ascii_lowercase();
    MONTHS.iter().position(|month| *month == begin).and_then(|place| i64::try_from(place + 1).ok())
}

fn clock(token: &str) -> Option<u64> {
    let parts: Option<Vec<u64>> =
        token.split(':').map(|part| leading_number(part).map(|(_, number)| number.into())).collect();
    match parts?.as_slice() {
        [hours @ 0..=23, minutes @ 0..=59, seconds @ 0..=59] => Some(hours * 3_600 + minutes * 60 + seconds),
        _ => None,
    }
}

/// Days from 1970-01-01 in the Gregorian calendar (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms").
fn days_since_epoch(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(text: &str) -> Option<u64> {
        parse(text).map(|time| time.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs())
    }

    #[test]
    fn every_notation_in_use_is_read() {
        for text in [
            "Sun, 06 Nov 1994 08:49:37 GMT",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun Nov  6 08:49:37 1994",
            "Sun, 06-Nov-1994 08:49:37 GMT",
            "1994 nov 6 8:49:37",
        ] {
            // `1994` is no day: days have two digits at most.
            assert_eq!(seconds(text), Some(784_111_777), "{text}");
        }
        assert_eq!(seconds("Thu, 01-Jan-1970 00:00:00 GMT"), Some(0));
        assert_eq!(seconds("Tue, 29 Feb 2028 00:00:01 GMT"), Some(1_835_395_201));
        for wrong in ["", "soon", "Sun, 06 Nov 1994", "Sun, 32 Nov 1994 08:49:37", "06 Nov 1994 25:00:00"] {
            assert_eq!(seconds(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn it_agrees_with_an_independent_reader() {
        for days in (0..40_000_u64).step_by(37) {
            let time = SystemTime::UNIX_EPOCH + Duration::from_secs(days * 86_400 + 4_711);
            assert_eq!(parse(&httpdate::fmt_http_date(time)), Some(time));
        }
    }
}
