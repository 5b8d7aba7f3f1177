//! Functions of the clock. Each takes an offset: `'-1h'` is an hour ago.

use super::{
    super::{Value, expression::Run},
    Arguments, Function,
    Source::Clock,
    Takes::Text,
    civil,
};
use crate::units;

const OFFSET: &[(&str, super::Takes)] = &[("offset", Text)];

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("unix", OFFSET, |with, run| Some(Value::Int(millis(with, 0, run)?.div_euclid(1_000))), "seconds since 1970, moved by an offset like `'1h30m'` or `'-5s'`")
        .least(0)
        .from(Clock),
    Function::new("unix_ms", OFFSET, |with, run| millis(with, 0, run).map(Value::Int), "milliseconds since 1970, moved by an offset")
        .least(0)
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
    .least(0)
    .from(Clock),
];

fn time(pattern: &str, with: &Arguments<'_, '_>, run: &mut Run<'_, '_>) -> Option<Value> {
    let millis = millis(with, 1, run)?;
    let part = u32::try_from(millis.rem_euclid(1_000)).ok()?;
    run.text(civil::formatted(pattern, millis.div_euclid(1_000), part)?)
}

/// The clock, moved by the offset in a place.
fn millis(with: &Arguments<'_, '_>, place: usize, run: &Run<'_, '_>) -> Option<i64> {
    let now = i64::try_from(run.moment.clock.as_millis()).ok()?;
    let text = with.text_or(place, "0s")?;
    let (sign, length) = match text.trim().strip_prefix('-') {
        Some(length) => (-1, length),
        None => (1, text.trim().trim_start_matches('+')),
    };
    let offset = i64::try_from(units::parse_duration(length).ok()?.as_millis()).ok()?;
    now.checked_add(sign * offset)
}
