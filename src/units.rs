//! Units as users write and read them: durations (`1m30s`), sizes (`10MiB`), shares (`2%`), counts.
//!
//! Owns parsing and printing of every unit, and the search for the nearest known word. Knows nothing of profiles, metrics or the wire.
//! Durations have k6's units: those of Go, and `d`. A number without a unit is refused: it may mean seconds or milliseconds.

use std::time::Duration;

/// The known word that a misspelt one most likely means: one rule for every "did you mean".
#[must_use]
pub(crate) fn nearest<'a>(wrong: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let plain = |word: &str| word.to_lowercase().replace('-', "_");
    let wrong = plain(wrong);
    let scored = known.into_iter().map(|word| (strsim::damerau_levenshtein(&wrong, &plain(word)), word));
    let (distance, word) = scored.min()?;
    let length = wrong.chars().count();
    // Every short word is near to another one that was not meant: `log` to `row`, `wait` to `fail`, `pause` to `push`.
    let bound = match length {
        0..=4 => 1,
        5 if word.chars().count() < 5 || !plain(word).starts_with(wrong.chars().next()?) => 1,
        5..=8 => 2,
        _ => 3,
    };
    (distance <= bound && distance < length).then_some(word)
}

/// A unit that could not be read; the text says what was expected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct QuantityError(String);

const NANOS: [(&str, f64); 9] = [
    ("ns", 1.0),
    ("us", 1e3),
    ("µs", 1e3),
    ("μs", 1e3),
    ("ms", 1e6),
    ("s", 1e9),
    ("m", 60e9),
    ("h", 3_600e9),
    ("d", 86_400e9),
];

/// Reads `1m30s`, `250ms`, `1d12h`, `1.5s`, and `0`, which needs no unit.
///
/// # Errors
/// When the text is empty, negative, has no unit or an unknown one, or exceeds 10 years.
pub(crate) fn parse_duration(text: &str) -> Result<Duration, QuantityError> {
    let text = text.trim();
    let error = || QuantityError(format!("`{text}` is not a duration; write for example 250ms, 30s, 1m30s or 2h"));
    if let Some(number) = bare_number(text) {
        let unit = || QuantityError(format!("which unit? `{text}s` or `{text}ms`"));
        return if number > 0.0 { Err(unit()) } else { Ok(Duration::ZERO) };
    }
    let mut rest = text;
    let mut total = 0.0;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let (number, tail) = rest.split_at(digits);
        let letters = tail.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(tail.len());
        let (unit, next) = tail.split_at(letters);
        let value: f64 = number.parse().map_err(|_| error())?;
        let (_, nanos) = NANOS.iter().find(|(name, _)| *name == unit.trim()).ok_or_else(error)?;
        total += value * nanos;
        rest = next;
    }
    if text.is_empty() {
        return Err(error());
    }
    nanos_to_duration(total).ok_or_else(error)
}

/// Reads a duration in which a number without a unit is in seconds: Locust's words are read as Locust reads them.
///
/// # Errors
/// As [`parse_duration`].
pub(crate) fn parse_seconds(text: &str) -> Result<Duration, QuantityError> {
    match bare_number(text.trim()) {
        Some(_) => parse_duration(&format!("{}s", text.trim())),
        None => parse_duration(text),
    }
}

/// A number of zero or more without a unit.
fn bare_number(text: &str) -> Option<f64> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    text.parse().ok().filter(|_| digits)
}

fn nanos_to_duration(nanos: f64) -> Option<Duration> {
    const TEN_YEARS: f64 = 3_650.0 * 86_400e9;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range was just checked")]
    (0.0..=TEN_YEARS).contains(&nanos).then(|| Duration::from_nanos(nanos.round() as u64))
}

/// Prints a duration the short way, three significant digits: `870µs`, `12.3ms`, `1.5s`, `2m30s`, `3h05m`.
#[must_use]
pub(crate) fn show_duration(duration: Duration) -> String {
    let seconds = duration.as_secs_f64();
    if duration.is_zero() {
        "0s".to_owned()
    } else if seconds < 1e-6 {
        format!("{}ns", duration.as_nanos())
    } else if seconds < 999.5e-6 {
        format!("{}µs", significant(seconds * 1e6))
    } else if seconds < 0.9995 {
        format!("{}ms", significant(seconds * 1e3))
    } else if seconds < 60.0 {
        format!("{}s", significant(seconds))
    } else {
        let whole = duration.as_secs();
        let (hours, minutes, rest) = (whole / 3_600, whole / 60 % 60, whole % 60);
        match (hours, minutes, rest) {
            (0, minutes, 0) => format!("{minutes}m"),
            (0, minutes, rest) => format!("{minutes}m{rest:02}s"),
            (hours, 0, 0) => format!("{hours}h"),
            (hours, minutes, 0) => format!("{hours}h{minutes:02}m"),
            (hours, minutes, rest) => format!("{hours}h{minutes:02}m{rest:02}s"),
        }
    }
}

/// Three significant digits without trailing zeros: `0.123`, `1.5`, `12.3`, `870`.
#[must_use]
pub(crate) fn significant(value: f64) -> String {
    let digits = match value.abs() {
        v if v >= 99.95 => 0,
        v if v >= 9.995 => 1,
        _ => 2,
    };
    let text = format!("{value:.digits$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// Reads a size in bytes: `512`, `64KiB`, `10MB`, `1.5GiB`.
///
/// # Errors
/// When the text is not a number with an optional unit of bytes.
pub(crate) fn parse_size(text: &str) -> Result<u64, QuantityError> {
    const SIZES: [(&str, f64); 11] = [
        ("", 1.0),
        ("b", 1.0),
        ("kb", 1e3),
        ("mb", 1e6),
        ("gb", 1e9),
        ("kib", 1024.0),
        ("mib", 1_048_576.0),
        ("gib", 1_073_741_824.0),
        ("k", 1024.0),
        ("m", 1_048_576.0),
        ("g", 1_073_741_824.0),
    ];
    let text = text.trim();
    let error = || QuantityError(format!("`{text}` is not a size; write for example 512, 64KiB or 10MB"));
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let unit = unit.trim().to_ascii_lowercase();
    let value: f64 = number.parse().map_err(|_| error())?;
    let (_, factor) = SIZES.iter().find(|(name, _)| *name == unit).ok_or_else(error)?;
    let bytes = value * factor;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range was just checked")]
    if (0.0..1e18).contains(&bytes) { Ok(bytes as u64) } else { Err(error()) }
}

/// Prints bytes as k6 does, decimal units: `870 B`, `12.3 kB`, `1.5 GB`.
#[must_use]
pub(crate) fn show_bytes(bytes: f64) -> String {
    const NAMES: [&str; 5] = ["B", "kB", "MB", "GB", "TB"];
    let mut value = bytes;
    let mut unit = 0;
    while value >= 1_000.0 && unit + 1 < NAMES.len() {
        value /= 1_000.0;
        unit += 1;
    }
    format!("{} {}", significant(value), NAMES[unit])
}

/// Reads a share between 0 and 1: `2%`, `0.02`.
///
/// # Errors
/// When the text is no number or lies outside 0 to 1 (0 % to 100 %).
pub(crate) fn parse_share(text: &str) -> Result<f64, QuantityError> {
    let text = text.trim();
    let error = || QuantityError(format!("`{text}` is not a share; write for example 2% or 0.02"));
    let (number, divisor) = text.strip_suffix('%').map_or((text, 1.0), |number| (number, 100.0));
    let share = number.trim().parse::<f64>().map_err(|_| error())? / divisor;
    if (0.0..=1.0).contains(&share) { Ok(share) } else { Err(error()) }
}

/// Prints a share with two decimals, as k6 does: `0.42%`.
#[must_use]
pub(crate) fn show_share(share: f64) -> String {
    format!("{:.2}%", share * 100.0)
}

/// Prints how many there are of something: `1 user`, `1,000 users`.
#[must_use]
pub(crate) fn show_several(count: u64, noun: &str) -> String {
    format!("{} {noun}{}", show_count(count), if count == 1 { "" } else { "s" })
}

/// The verb after so many: `1 of 9 was`, `2 of 9 were`.
#[must_use]
pub(crate) fn was(count: u64) -> &'static str {
    if count == 1 { "was" } else { "were" }
}

/// A count that was added up as a float.
#[must_use]
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count")]
pub(crate) fn whole(count: f64) -> u64 {
    count.max(0.0).round() as u64
}

/// Prints a whole number with thin groups: `1,234,567`.
#[must_use]
pub(crate) fn show_count(count: u64) -> String {
    let digits = count.to_string();
    let mut shown = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown
}

/// Prints a rate, grouped, with decimals only when small, and per minute, hour or day when very small: `12,345/s`, `0.4/s`,
/// `3/min`, `1/d`. No rate above 0 is shown as 0.
#[must_use]
pub(crate) fn show_rate(per_second: f64) -> String {
    const LEAST_PER_SECOND: f64 = 0.1;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a rounded positive rate")]
    if per_second >= 1_000.0 {
        return format!("{}/s", show_count(per_second.round() as u64));
    }
    // Not a number above 0: as it is.
    if per_second >= LEAST_PER_SECOND || !(per_second > 0.0 && per_second.is_finite()) {
        return format!("{}/s", significant(per_second));
    }
    let units = [(60.0, "min"), (3_600.0, "h"), (86_400.0, "d")];
    let (seconds, unit) = units.into_iter().find(|(seconds, _)| per_second * seconds >= 1.0).unwrap_or(units[2]);
    let (number, least) = (per_second * seconds, 0.01);
    if number < least { format!("{number:.1e}/{unit}") } else { format!("{}/{unit}", significant(number)) }
}

#[cfg(test)]
mod tests;
