//! Line protocol: `measurement[,tag=value…] field=number[,…] time`, one line a point.
//!
//! What a receiver would refuse, and with it the whole request, is never written: empty tag values, `NaN` and infinite
//! numbers, line ends, names that begin with `_`, and backslashes where receivers differ in what they mean (`InfluxDB` 1
//! reads two as two, 3 as one): at the end, and before a separator or another backslash.

use std::{borrow::Cow, collections::BTreeMap};

/// What is escaped in tags.
const SPECIAL: &[char] = &[',', '=', ' '];

/// Every field that aggregates and samples have, each the name of a tag that it would be confused with.
const FIELDS: [&str; 27] = [
    "value",
    "weight",
    "rate",
    "total",
    "sum",
    "total_sum",
    "nonzero",
    "total_nonzero",
    "total_rate",
    "count",
    "total_count",
    "min",
    "total_min",
    "max",
    "total_max",
    "mean",
    "total_mean",
    "p50",
    "total_p50",
    "p90",
    "total_p90",
    "p95",
    "total_p95",
    "p99",
    "total_p99",
    "p999",
    "total_p999",
];

/// What distinguishes points of the same time: measurement and tags, escaped, tags sorted bytewise. Of tags of one
/// name the last counts; those without a value are none.
///
/// Control characters are written as Rust writes them (`\n`). Ambiguous backslashes are cut, and so are `#` and `_` at
/// the begin of the measurement, which would make it a comment or a reserved name. Tags that are empty then are left out.
/// `InfluxDB` 3 refuses tags with the name of a field or `time`, and `_` is reserved: such a tag gets the prefix `tag_`, and so
/// does one that starts with `tag_`.
#[must_use]
pub(super) fn key<'a>(measurement: &str, tags: impl IntoIterator<Item = (&'a str, &'a str)>) -> Vec<u8> {
    let mut key = escaped(measurement.trim_start_matches(['#', '_']), &[',', ' ']);
    let tags = tags.into_iter().map(|(name, value)| (escaped(&tag_name(name), SPECIAL), escaped(value, SPECIAL)));
    let tags: BTreeMap<String, String> = tags.filter(|(name, value)| !name.is_empty() && !value.is_empty()).collect();
    for (name, value) in tags {
        key.push(',');
        key.push_str(&name);
        key.push('=');
        key.push_str(&value);
    }
    key.into_bytes()
}

fn tag_name(name: &str) -> Cow<'_, str> {
    // The prefix goes before whatever begins with it too, so that no two names become one.
    let misread = name == "time" || name.starts_with('_') || name.starts_with("tag_") || FIELDS.contains(&name);
    if misread { format!("tag_{name}").into() } else { name.into() }
}

/// A line with its end. Numbers are floats (a field keeps its first type for good); those that are not finite are left
/// out, and without any field there is no line.
#[must_use]
pub(super) fn line(key: &[u8], fields: &[(&str, Option<f64>)], at_ms: i64) -> Option<Vec<u8>> {
    let mut line = key.to_vec();
    let mut separator = ' ';
    for (name, value) in fields {
        let Some(value) = value.filter(|value| value.is_finite()) else { continue };
        // The shortest text that reads back as the same number, never with an exponent.
        line.extend_from_slice(format!("{separator}{name}={value}").as_bytes());
        separator = ',';
    }
    line.extend_from_slice(format!(" {at_ms}\n").as_bytes());
    (separator == ',').then_some(line)
}

fn escaped(text: &str, special: &[char]) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        let means_itself = |next: &char| !matches!(next, '\\' | ',' | '=' | ' ') && !next.is_control();
        if c.is_control() {
            escaped.extend(c.escape_default());
        } else if c != '\\' || characters.peek().is_some_and(means_itself) {
            if special.contains(&c) {
                escaped.push('\\');
            }
            escaped.push(c);
        }
    }
    escaped
}
