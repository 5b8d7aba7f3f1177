//! k6's CSV: a column a system tag, sorted, then the other tags as `name=value&…` with `%26` for an `&`; whole seconds, six digits.

use std::collections::HashMap;

use crate::{
    output::samples::{
        Lines, SampleFormat, SampleOptions,
        number::{put_six, put_whole},
    },
    record_log::{Recorded, SeriesKey},
};

/// Tags that have a column.
const COLUMNS: [&str; 14] = [
    "check",
    "error",
    "error_code",
    "expected_response",
    "group",
    "method",
    "name",
    "proto",
    "scenario",
    "service",
    "status",
    "subproto",
    "tls_version",
    "url",
];

/// Writes k6's CSV.
#[derive(Debug)]
pub(crate) struct CsvFormat {
    options: SampleOptions,
    /// By series: everything after the value.
    tails: HashMap<SeriesKey, Vec<u8>>,
}

impl CsvFormat {
    /// A writer that has seen no series.
    #[must_use]
    pub(crate) fn new(options: SampleOptions) -> Self {
        Self { options, tails: HashMap::new() }
    }
}

impl SampleFormat for CsvFormat {
    fn head(&self) -> Vec<u8> {
        format!("metric_name,timestamp,metric_value,{},extra_tags,metadata\n", COLUMNS.join(",")).into_bytes()
    }

    fn write(&mut self, recorded: &Recorded<'_>, lines: &mut Lines) {
        let Self { options, tails } = self;
        let tail = tails.entry(recorded.key).or_insert_with(|| tail(options, recorded));
        // Whole seconds since 1970, as k6's default is.
        let seconds = u64::try_from(recorded.at_unix_ns.div_euclid(1_000_000_000)).unwrap_or_default();
        options.metrics.expand(recorded, |_, name, value| {
            let out = &mut lines.bytes;
            out.extend_from_slice(name.as_bytes());
            out.push(b',');
            put_whole(out, seconds);
            out.push(b',');
            put_six(out, value);
            out.extend_from_slice(tail);
            lines.end();
        });
    }
}

fn tail(options: &SampleOptions, recorded: &Recorded<'_>) -> Vec<u8> {
    let mut labels = options.all_labels(recorded.labels);
    let mut text = String::new();
    for column in COLUMNS {
        text.push(',');
        text.push_str(&field(labels.remove(column).unwrap_or_default()));
    }
    let extra: Vec<_> = labels.into_iter().map(|(name, value)| format!("{name}={}", in_pair(value))).collect();
    text.push(',');
    text.push_str(&field(&extra.join("&")));
    text.push(',');
    text.into_bytes()
}

/// A value between `=` and `&`, which must not end there: percent-encoded where it would, as in a URL.
fn in_pair(value: &str) -> String {
    value.replace('%', "%25").replace('&', "%26")
}

/// A field, in quotes where a reader would misread it without, as Go's writer decides.
fn field(text: &str) -> String {
    let misread = text.contains([',', '"', '\n', '\r']) || text.starts_with(char::is_whitespace) || text == "\\.";
    if misread { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}
