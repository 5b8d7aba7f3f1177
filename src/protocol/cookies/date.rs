//! Parser of cookie dates (RFC 6265, section 5.1.1): servers use many formats, so it only looks for the parts.

use std::time::SystemTime;

use jiff::{
    Timestamp,
    civil::{Date, Time},
    tz::TimeZone,
};

const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// Parses a date; dates before 1970 become 1970.
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
    let year = i16::try_from(year?).ok().filter(|year| *year >= 1601)?;
    let date = Date::new(year, month?, i8::try_from(day?).ok()?).ok()?;
    let timestamp = TimeZone::UTC.to_timestamp(date.to_datetime(time?)).ok()?;
    timestamp.max(Timestamp::UNIX_EPOCH).try_into().ok()
}

/// How many digits a token begins with, and their number.
fn leading_number(token: &str) -> Option<(usize, u32)> {
    let digits = token.bytes().take_while(u8::is_ascii_digit).count();
    Some((digits, token.get(..digits)?.parse().ok()?))
}

fn month_of(token: &str) -> Option<i8> {
    let begin = token.get(..3)?.to_ascii_lowercase();
    MONTHS.iter().position(|month| *month == begin).and_then(|index| i8::try_from(index + 1).ok())
}

fn clock(token: &str) -> Option<Time> {
    let mut parts = token.split(':').map(|part| leading_number(part).and_then(|(_, number)| i8::try_from(number).ok()));
    let time = Time::new(parts.next()??, parts.next()??, parts.next()??, 0).ok()?;
    parts.next().is_none().then_some(time)
}

#[cfg(test)]
mod tests;
