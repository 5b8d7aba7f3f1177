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
    record_log::{Recorded, SeriesKey},
};

/// Writes line protocol.
#[derive(Debug)]
pub struct Influx {
    options: SampleOptions,
    /// By series: what follows the measurement.
    tags: HashMap<SeriesKey, Prefixes>,
}

/// `measurement,tags value=` by place of the metric; empty until it is needed.
type Prefixes = Box<[Vec<u8>; SAMPLED.len()]>;

impl Influx {
    /// A writer that has seen no series.
    #[must_use]
    pub fn new(options: SampleOptions) -> Self {
        Self { options, tags: HashMap::new() }
    }
}

impl SampleFormat for Influx {
    fn head(&self) -> Vec<u8> {
        Vec::new()
    }

    fn write(&mut self, recorded: &Recorded<'_>, lines: &mut Lines) -> u64 {
        let prefixes = self.tags.entry(recorded.key).or_default();
        let mut time = Vec::with_capacity(24);
        time.push(b' ');
        if recorded.at_unix_ns < 0 {
            time.push(b'-');
        }
        put_whole(&mut time, recorded.at_unix_ns.unsigned_abs());
        self.options.metrics.expand(&recorded.entry, |place, value| {
            let prefix = &mut prefixes[place];
            if prefix.is_empty() {
                *prefix = render(&self.options, &SAMPLED[place].name, recorded.labels);
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
