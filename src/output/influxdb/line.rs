//! Line protocol: `measurement[,tag=value…] field=number[,…] time`, one line a point.
//!
//! What a receiver would refuse, and with it the whole request, is never written: empty tag values, `NaN` and infinite
//! numbers, line ends, names that begin with `_`, and backslashes where receivers differ in what they mean (`InfluxDB` 1
//! reads two as two, 3 as one): at the end, and before a separator or another backslash.

use std::collections::BTreeMap;

/// What tells a point from others at the same time: measurement and tags, escaped, tags sorted bytewise.
///
/// Control characters are written as Rust writes them (`\n`). Ambiguous backslashes are cut, and so are `#` and `_` at
/// the begin of the measurement, which would make it a comment or a reserved name. Tags that are empty then are left out.
#[must_use]
pub fn key(measurement: &str, tags: &BTreeMap<String, String>) -> Vec<u8> {
    let mut key = escaped(measurement.trim_start_matches(['#', '_']), &[',', ' ']);
    for (name, value) in tags {
        let (name, value) = (escaped(name, &[',', '=', ' ']), escaped(value, &[',', '=', ' ']));
        if !name.is_empty() && !value.is_empty() {
            key.push(',');
            key.push_str(&name);
            key.push('=');
            key.push_str(&value);
        }
    }
    key.into_bytes()
}

/// A line with its end. Numbers are floats (a field keeps its first type for good); those that are not finite are left
/// out, and without any field there is no line.
#[must_use]
pub fn line(key: &[u8], fields: &[(&str, Option<f64>)], at_ms: i64) -> Option<Vec<u8>> {
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
