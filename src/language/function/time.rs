//! Functions of the clock. Each has an optional offset: `'-1h'` is an hour ago.

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
    Function::new("unix", OFFSET, |with, run| Some(Value::Int(millis(with, 0, run)?.div_euclid(1_000))), "the Unix time in seconds, plus an offset such as `'1h30m'` or `'-5s'`")
        .min_arguments(0)
        .from(Clock),
    Function::new("unix_ms", OFFSET, |with, run| millis(with, 0, run).map(Value::Int), "the Unix time in milliseconds, plus an offset")
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
        "the UTC time, plus an offset, formatted as `'rfc3339'` (default), as `'http'`, or by a strftime pattern such as `'%Y-%m-%d %H:%M:%S.%L'` (`%L` is milliseconds)",
    )
    .min_arguments(0)
    .from(Clock),
];

fn time(pattern: &str, with: &Arguments<'_, '_>, run: &mut Evaluation<'_, '_>) -> Option<Value> {
    run.text(formatted(pattern, millis(with, 1, run)?)?)
}

/// Formats a time by a strftime pattern, with `%L` for milliseconds; None for an unknown conversion, or beyond the year
/// 9999.
fn formatted(pattern: &str, millis: i64) -> Option<String> {
    let time = Timestamp::from_millisecond(millis).ok()?.to_zoned_datetime(TimeZone::UTC);
    strtime::format(&*with_millis(pattern), &time).ok()
}

/// The pattern with conversions that jiff supports.
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

/// The clock, plus the offset in an argument.
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
