//! The line protocol, k6's layout: a measurement a metric, one field `value`, always a float, nanoseconds.
//!
//! `http_reqs,method=GET,name=home value=1 1700000000000000000`
//!
//! What stands before the value is rendered once a series and metric, and kept: a line is a copy and two numbers.

use std::collections::HashMap;

use super::{
    Lines, SampleFormat, SampleOptions,
    expansion::SAMPLED,
    number::{put_short, put_whole},
};
use crate::{
    metric::Labels,
    record_log::{Entry, Recorded, SeriesKey},
};

/// Writes line protocol.
#[derive(Debug)]
pub struct Influx {
    options: SampleOptions,
    /// Before every measurement.
    prefix: String,
    /// One record of a series in so many is written, with this as field `weight`; 1 for all of them.
    every: u32,
    series: HashMap<SeriesKey, Series>,
}

/// What is kept of a series.
#[derive(Debug, Default)]
struct Series {
    /// Records since the last one that was written.
    passed: u32,
    prefixes: Prefixes,
}

/// `measurement,tags value=` by place of the metric; empty until it is needed.
type Prefixes = Box<[Vec<u8>; SAMPLED.len()]>;

impl Influx {
    /// A writer that has seen no series.
    #[must_use]
    pub fn new(options: SampleOptions, prefix: &str, every: u32) -> Self {
        Self { options, prefix: prefix.to_owned(), every: every.max(1), series: HashMap::new() }
    }
}

impl SampleFormat for Influx {
    fn head(&self) -> Vec<u8> {
        Vec::new()
    }

    fn write(&mut self, recorded: &Recorded<'_>, lines: &mut Lines) -> u64 {
        let series = self.series.entry(recorded.key).or_default();
        let mut weight = 1;
        if matches!(recorded.entry, Entry::Record(_)) {
            weight = self.every;
            series.passed += 1;
            if series.passed < self.every {
                return 0;
            }
            series.passed = 0;
        }
        let mut time = Vec::with_capacity(24);
        if self.every > 1 {
            time.extend_from_slice(b",weight=");
            put_whole(&mut time, weight.into());
        }
        time.push(b' ');
        if recorded.at_unix_ns < 0 {
            time.push(b'-');
        }
        put_whole(&mut time, recorded.at_unix_ns.unsigned_abs());
        self.options.metrics.expand(&recorded.entry, |place, value| {
            let prefix = &mut series.prefixes[place];
            if prefix.is_empty() {
                let measurement = format!("{}{}", self.prefix, SAMPLED[place].name);
                *prefix = render(&self.options, &measurement, recorded.labels);
            }
            lines.bytes.extend_from_slice(prefix);
            put_short(&mut lines.bytes, value);
            lines.bytes.extend_from_slice(&time);
            lines.end();
        })
    }
}

fn render(options: &SampleOptions, measurement: &str, labels: &Labels) -> Vec<u8> {
    let mut text = escaped(measurement, &[',', ' ']);
    // Sorted by the key as it is written: the order is what servers are spared.
    let mut tags: Vec<_> = options
        .all_labels(labels)
        .into_iter()
        .map(|(name, value)| (escaped(&key(name), &[',', '=', ' ']), escaped(value, &[',', '=', ' '])))
        .collect();
    tags.sort();
    for (name, value) in tags {
        text.push(',');
        text.push_str(&name);
        text.push('=');
        text.push_str(&value);
    }
    text.push_str(" value=");
    text.into_bytes()
}

/// Names that servers keep for themselves, or that our field has, go with an underscore at the end or a letter before it.
fn key(name: &str) -> String {
    match name {
        "time" | "value" => format!("{name}_"),
        _ if name.starts_with(['_', '#']) => format!("tag{name}"),
        _ => name.to_owned(),
    }
}

/// Escapes `special` characters. A line end can't be escaped, and becomes a space. A backslash before a special
/// character, another backslash or the end is read differently by different versions (or escapes the separator), and
/// becomes a slash; any other stands for itself.
fn escaped(text: &str, special: &[char]) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let clean = match character {
            '\n' | '\r' => ' ',
            '\\' if characters.peek().is_none_or(|next| special.contains(next) || "\\\n\r ".contains(*next)) => '/',
            other => other,
        };
        if special.contains(&clean) {
            out.push('\\');
        }
        out.push(clean);
    }
    out
}
