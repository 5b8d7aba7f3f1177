//! Functions of the clock. Each takes an offset: `'-1h'` is an hour ago.

use std::borrow::Cow;

use jiff::{Timestamp, fmt::strtime, tz::TimeZone};

use super::{
    super::{Value, expression::Evaluation},
    ArgumentType::Text,
    Arguments, Function,
    Source::Clock,
};
use crate::units;

const OFFSET: &[(&str, super::ArgumentType)] = &[("offset", Text)];

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("unix", OFFSET, |with, run| Some(Value::Int(millis(with, 0, run)?.div_euclid(1_000))), "seconds since 1970, moved by an offset like `'1h30m'` or `'-5s'`")
        .min_arguments(0)
        .from(Clock),
    Function::new("unix_ms", OFFSET, |with, run| millis(with, 0, run).map(Value::Int), "milliseconds since 1970, moved by an offset")
        .min_arguments(0)
        .from(Clock),
    Function::new(
        "time",
        &[("format", Text), ("offset", Text)],
        |with, run| {
            let pattern = match &*with.text_or(0, "rfc3339")? {
                "rfc3339" => "%FT%T.%LZ",
                "http" => "%a, %d %b %Y %T GMT",
                pattern => return time(pattern, with, run),
            };
            time(pattern, with, run)
        },
        "the time in UTC as `'rfc3339'`, as `'http'` writes it, or by a pattern of `%Y %m %d %H %M %S %L` (ms) and others of strftime; moved by an offset",
    )
    .min_arguments(0)
    .from(Clock),
];

fn time(pattern: &str, with: &Arguments<'_, '_>, run: &mut Evaluation<'_, '_>) -> Option<Value> {
    run.text(formatted(pattern, millis(with, 1, run)?)?)
}

/// Formats a time by a pattern of strftime's signs, and `%L` for milliseconds; none if a sign is unknown, or beyond the
/// year 9999.
fn formatted(pattern: &str, millis: i64) -> Option<String> {
    let time = Timestamp::from_millisecond(millis).ok()?.to_zoned_datetime(TimeZone::UTC);
    strtime::format(&*with_millis(pattern), &time).ok()
}

/// The pattern in the signs that jiff knows.
fn with_millis(pattern: &str) -> Cow<'_, str> {
    if !pattern.contains("%L") {
        return Cow::Borrowed(pattern);
    }
    let mut out = String::with_capacity(pattern.len() + 2);
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        out.push(c);
        if c == '%' {
            match chars.next() {
                Some('L') => out.push_str("3f"),
                other => out.extend(other),
            }
        }
    }
    Cow::Owned(out)
}

/// The clock, moved by the offset in a place.
fn millis(with: &Arguments<'_, '_>, index: usize, run: &Evaluation<'_, '_>) -> Option<i64> {
    let now = i64::try_from(run.context.clock.as_millis()).ok()?;
    let text = with.text_or(index, "0s")?;
    let (sign, length) = match text.trim().strip_prefix('-') {
        Some(length) => (-1, length),
        None => (1, text.trim().trim_start_matches('+')),
    };
    let offset = i64::try_from(units::parse_duration(length).ok()?.as_millis()).ok()?;
    now.checked_add(sign * offset)
}

#[cfg(test)]
mod tests;
