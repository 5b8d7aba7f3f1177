//! k6's JSON lines: an envelope a metric, then a point a sample. k6 writes each envelope before its metric's first point;
//! here those of the catalogue stand at the begin; that of a metric of the profile stands before its first point, and is
//! no line of its own to delivery.

use std::{
    collections::{HashMap, HashSet},
    fmt::Write,
};

use crate::{
    metric::{Kind, MetricDef, Unit},
    output::samples::{
        Lines, SampleFormat, SampleOptions,
        expansion::OWN,
        number::{put_rfc3339, put_short},
    },
    record_log::{Recorded, SeriesKey},
};

/// Writes k6's JSON.
#[derive(Debug)]
pub(crate) struct JsonFormat {
    options: SampleOptions,
    /// By series: its tags as an object, and what closes the line.
    tails: HashMap<SeriesKey, Vec<u8>>,
    /// Metrics of the profile that have their envelope.
    announced: HashSet<String>,
}

impl JsonFormat {
    /// A writer that has seen no series.
    #[must_use]
    pub(crate) fn new(options: SampleOptions) -> Self {
        Self { options, tails: HashMap::new(), announced: HashSet::new() }
    }
}

impl SampleFormat for JsonFormat {
    fn head(&self) -> Vec<u8> {
        self.options.metrics.metrics().flat_map(|metric| envelope(metric).into_bytes()).collect()
    }

    fn write(&mut self, recorded: &Recorded<'_>, lines: &mut Lines) {
        let Self { options, tails, announced } = self;
        let tail = tails.entry(recorded.key).or_insert_with(|| {
            let tags: Vec<_> = options
                .all_labels(recorded.labels)
                .into_iter()
                .map(|(name, value)| format!("{}:{}", quoted(name), quoted(value)))
                .collect();
            format!(",\"tags\":{{{}}}}}}}", tags.join(",")).into_bytes()
        });
        let mut time = Vec::with_capacity(40);
        put_rfc3339(&mut time, recorded.at_unix_ns);
        options.metrics.expand(recorded, |place, name, value| {
            let out = &mut lines.bytes;
            if place == OWN && !announced.contains(name) {
                announced.insert(name.to_owned());
                out.extend_from_slice(envelope(recorded.metric).as_bytes());
            }
            for part in [b"{\"metric\":\"".as_slice(), name.as_bytes(), b"\",\"type\":\"Point\",\"data\":{\"time\":\""]
            {
                out.extend_from_slice(part);
            }
            out.extend_from_slice(&time);
            out.extend_from_slice(b"\",\"value\":");
            put_short(out, value);
            out.extend_from_slice(tail);
            lines.end();
        });
    }
}

fn envelope(metric: &MetricDef) -> String {
    let name = &metric.name;
    let kind = match metric.kind {
        Kind::Counter => "counter",
        Kind::Gauge => "gauge",
        Kind::Rate => "rate",
        Kind::Trend => "trend",
    };
    let contains = match metric.unit {
        Unit::None => "default",
        Unit::Seconds => "time",
        Unit::Bytes => "data",
    };
    format!(
        "{{\"type\":\"Metric\",\"data\":{{\"name\":\"{name}\",\"type\":\"{kind}\",\"contains\":\"{contains}\",\
         \"thresholds\":[],\"submetrics\":null}},\"metric\":\"{name}\"}}\n"
    )
}

/// A string as Go writes it: what could mean something in HTML or JavaScript is escaped too.
fn quoted(text: &str) -> String {
    let mut out = String::from('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '<' | '>' | '&' | '\0'..='\x1f' | '\u{2028}' | '\u{2029}' => {
                let _infallible = write!(out, "\\u{:04x}", character as u32);
            }
            other => out.push(other),
        }
    }
    out.push('"');
    out
}
