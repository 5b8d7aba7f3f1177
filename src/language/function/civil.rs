//! Dates of the Gregorian calendar from seconds since the Unix epoch, in UTC, and their formats.

use std::fmt::Write;

/// A day and a time of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Civil {
    pub(super) year: i64,
    /// From 1.
    pub(super) month: u8,
    /// From 1.
    pub(super) day: u8,
    /// From 0, Sunday.
    pub(super) weekday: u8,
    pub(super) second_of_day: u32,
}

const DAY: i64 = 86_400;
const WEEKDAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

impl Civil {
    /// The date of a second; Howard Hinnant, "chrono-compatible low-level date algorithms", `civil_from_days`.
    pub(super) fn of(seconds: i64) -> Self {
        let days = seconds.div_euclid(DAY);
        // Years begin in March, so that the leap day is the last of its year; eras of 400 years are all alike.
        let shifted = days + 719_468;
        let day_of_era = shifted.rem_euclid(146_097);
        let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month = (5 * day_of_year + 2) / 153;
        let small = |number: i64| u8::try_from(number).unwrap_or(0);
        let calendar_month = if month < 10 { month + 3 } else { month - 9 };
        Self {
            year: year_of_era + shifted.div_euclid(146_097) * 400 + i64::from(calendar_month <= 2),
            month: small(calendar_month),
            day: small(day_of_year - (153 * month + 2) / 5 + 1),
            weekday: small((days + 4).rem_euclid(7)),
            second_of_day: u32::try_from(seconds.rem_euclid(DAY)).unwrap_or(0),
        }
    }

    fn month_name(self) -> &'static str {
        MONTHS.get(usize::from(self.month).saturating_sub(1)).copied().unwrap_or("")
    }

    fn weekday_name(self) -> &'static str {
        WEEKDAYS.get(usize::from(self.weekday)).copied().unwrap_or("")
    }
}

/// Writes a time by a pattern of strftime's signs; none if it has one that is not known.
pub(super) fn formatted(pattern: &str, seconds: i64, millis: u32) -> Option<String> {
    let civil = Civil::of(seconds);
    let (hour, minute, second) = (civil.second_of_day / 3_600, civil.second_of_day / 60 % 60, civil.second_of_day % 60);
    let mut out = String::with_capacity(pattern.len() + 16);
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        if c != '%' {
            out.push(c);
            continue;
        }
        match chars.next()? {
            'Y' => write!(out, "{:04}", civil.year),
            'y' => write!(out, "{:02}", civil.year.rem_euclid(100)),
            'm' => write!(out, "{:02}", civil.month),
            'd' => write!(out, "{:02}", civil.day),
            'e' => write!(out, "{:2}", civil.day),
            'H' => write!(out, "{hour:02}"),
            'I' => write!(out, "{:02}", (hour + 11) % 12 + 1),
            'p' => write!(out, "{}", if hour < 12 { "AM" } else { "PM" }),
            'M' => write!(out, "{minute:02}"),
            'S' => write!(out, "{second:02}"),
            'L' => write!(out, "{millis:03}"),
            'F' => write!(out, "{:04}-{:02}-{:02}", civil.year, civil.month, civil.day),
            'T' => write!(out, "{hour:02}:{minute:02}:{second:02}"),
            'z' => write!(out, "+0000"),
            'Z' => write!(out, "UTC"),
            'a' => write!(out, "{:.3}", civil.weekday_name()),
            'A' => write!(out, "{}", civil.weekday_name()),
            'b' => write!(out, "{:.3}", civil.month_name()),
            'B' => write!(out, "{}", civil.month_name()),
            's' => write!(out, "{seconds}"),
            '%' => write!(out, "%"),
            _ => return None,
        }
        .ok()?;
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn dates_are_those_of_another_implementation(seconds in 0_u64..253_402_300_800) {
            let ours = formatted("%a, %d %b %Y %T GMT", i64::try_from(seconds).unwrap(), 0).unwrap();
            prop_assert_eq!(ours, httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_secs(seconds)));
        }

        #[test]
        fn each_day_follows_the_one_before(day in -800_000_i64..800_000) {
            let (one, next) = (Civil::of(day * DAY), Civil::of((day + 1) * DAY));
            prop_assert_eq!((one.weekday + 1) % 7, next.weekday);
            let same_month = (next.year, next.month, next.day) == (one.year, one.month, one.day + 1);
            let next_month = (next.month, next.day) == (one.month % 12 + 1, 1)
                && next.year == one.year + i64::from(one.month == 12);
            prop_assert!(same_month || next_month, "{:?} {:?}", one, next);
        }
    }

    #[test]
    fn leap_days_come_every_fourth_year_but_for_three_centuries_of_four() {
        let last_of_february = |first_of_march: i64| formatted("%F", first_of_march - 1, 0).unwrap();
        assert_eq!(last_of_february(951_868_800), "2000-02-29");
        assert_eq!(last_of_february(4_107_542_400), "2100-02-28");
        assert_eq!(formatted("%F %T", -1, 0).unwrap(), "1969-12-31 23:59:59");
        assert_eq!(formatted("100%", 0, 0), None);
    }
}
