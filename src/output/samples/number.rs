//! Numbers as text, by hand: they are most of what the formats do.

#[cfg(test)]
mod tests;

use std::io::Write;

use super::expansion::SampleValue;

/// Longest decimal of 64 bits.
const DIGITS: usize = 20;

/// Appends a whole number.
#[inline]
pub(in crate::output) fn put_whole(out: &mut Vec<u8>, mut number: u64) {
    let mut digits = [0; DIGITS];
    let mut begin = DIGITS;
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + (number % 10) as u8;
        number /= 10;
        begin -= 1;
        if number == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[begin..]);
}

/// Appends a whole number with at least `width` digits.
#[inline]
pub(in crate::output) fn put_padded(out: &mut Vec<u8>, mut number: u64, width: usize) {
    let begin = out.len();
    out.resize(begin + width, b'0');
    for digit in out[begin..].iter_mut().rev() {
        *digit = b'0' + (number % 10) as u8;
        number /= 10;
    }
}

/// Appends a fraction of `width` digits with its point, without zeros at its end; nothing for zero.
#[inline]
pub(in crate::output) fn put_fraction(out: &mut Vec<u8>, fraction: u64, width: usize) {
    if fraction == 0 {
        return;
    }
    out.push(b'.');
    put_padded(out, fraction, width);
    while out.last() == Some(&b'0') {
        out.pop();
    }
}

/// Appends a value, as short as it is exact.
#[inline]
pub(in crate::output) fn put_short(out: &mut Vec<u8>, value: SampleValue) {
    match value {
        SampleValue::Count(count) => put_whole(out, count),
        SampleValue::Time(nanoseconds) => {
            put_whole(out, nanoseconds / 1_000_000);
            put_fraction(out, nanoseconds % 1_000_000, 6);
        }
        // Gauges are few: once a second and scenario. Writing to memory can't fail.
        SampleValue::Float(float) if float != 0.0 && !(1e-7..1e17).contains(&float.abs()) => {
            drop(write!(out, "{float:e}"));
        }
        SampleValue::Float(float) => drop(write!(out, "{float}")),
    }
}

/// Appends a value with six digits after the point.
#[inline]
pub(in crate::output) fn put_six(out: &mut Vec<u8>, value: SampleValue) {
    match value {
        SampleValue::Count(count) => {
            put_whole(out, count);
            out.extend_from_slice(b".000000");
        }
        SampleValue::Time(nanoseconds) => {
            put_whole(out, nanoseconds / 1_000_000);
            out.push(b'.');
            put_padded(out, nanoseconds % 1_000_000, 6);
        }
        SampleValue::Float(float) => drop(write!(out, "{float:.6}")),
    }
}

/// Appends a time as RFC 3339 in UTC, nanoseconds as far as they are not zero.
pub(in crate::output) fn put_rfc3339(out: &mut Vec<u8>, unix_ns: i64) {
    let (seconds, nanoseconds) = (unix_ns.div_euclid(1_000_000_000), unix_ns.rem_euclid(1_000_000_000));
    let (days, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let (year, month, day) = civil(days);
    for (number, width, after) in
        [(year, 4, b'-'), (month, 2, b'-'), (day, 2, b'T'), (second / 3_600, 2, b':'), (second / 60 % 60, 2, b':')]
    {
        put_padded(out, number.unsigned_abs(), width);
        out.push(after);
    }
    put_padded(out, (second % 60).unsigned_abs(), 2);
    put_fraction(out, nanoseconds.unsigned_abs(), 9);
    out.push(b'Z');
}

/// Year, month and day of a day since 1970-01-01: Hinnant's `civil_from_days`, in eras of 400 years from a first of March.
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}
