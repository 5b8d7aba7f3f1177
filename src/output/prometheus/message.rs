//! Requests of both versions, written by hand (two dozen fields; property-tested against prost).
//!
//! Field numbers: prometheus/prompb `remote.proto` and `types.proto` (1.0), `io/prometheus/write/v2/types.proto` (2.0).

use super::{
    dialect::{Dialect, Version},
    histogram::put_histogram,
    symbols::{RequestSymbols, Symbol, Symbols},
};
use crate::{
    metric::Histogram,
    output::{
        batch::Batch,
        encoding::protobuf::{put_bytes, put_double, put_int, put_message, put_uint, varint},
    },
};

/// Prometheus' stale marker, a NaN of its own.
pub(super) const STALE: f64 = f64::from_bits(0x7ff0_0000_0000_0002);

/// What kind of metric a series belongs to, as 2.0's metadata says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MetricType {
    Counter = 1,
    Gauge = 2,
    Histogram = 3,
}

/// A series as it goes over the wire.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct WireSeries {
    /// Names and values, sorted by name, `__name__` among them.
    pub labels: Vec<(Symbol, Symbol)>,
    pub metric_type: MetricType,
    pub help: Symbol,
    pub unit: Symbol,
}

/// One sample of a series.
#[derive(Debug)]
pub(super) struct Entry<'a> {
    pub series: &'a WireSeries,
    pub point: Point<'a>,
    pub at_ms: i64,
    /// Since when counters and histograms count.
    pub start_ms: Option<i64>,
    /// Observations by the traces that they belong to, in the order of their times; 2.0 only.
    pub exemplars: Vec<Exemplar>,
}

/// An observation that stands for others.
#[derive(Debug, Clone, Copy)]
pub(super) struct Exemplar {
    /// Its one label: name and value.
    pub label: (Symbol, Symbol),
    pub value: f64,
    pub at_ms: i64,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Point<'a> {
    Float(f64),
    Native(&'a Histogram, u32),
}

/// Puts a request together; a part is a series with its one sample.
pub(super) fn batch(dialect: Dialect, symbols: &Symbols, entries: &[Entry<'_>]) -> Batch {
    match dialect.version {
        Version::One => {
            let mut batch = Batch::default();
            for entry in entries {
                batch.part(|out| put_message(out, 1, |series| put_series_one(series, symbols, entry)));
            }
            batch
        }
        Version::Two => {
            let mut table = RequestSymbols::new(symbols);
            let refs: Vec<Refs> = entries.iter().map(|entry| Refs::of(&mut table, entry)).collect();
            let mut prefix = Vec::new();
            table.used().iter().for_each(|symbol| put_bytes(&mut prefix, 4, symbols.text(*symbol).as_bytes()));
            let mut batch = Batch::new(prefix);
            for (entry, refs) in entries.iter().zip(&refs) {
                batch.part(|out| put_message(out, 5, |series| put_series_two(series, refs, entry)));
            }
            batch
        }
    }
}

fn put_series_one(out: &mut Vec<u8>, symbols: &Symbols, entry: &Entry<'_>) {
    for (name, value) in &entry.series.labels {
        put_message(out, 1, |label| {
            put_bytes(label, 1, symbols.text(*name).as_bytes());
            put_bytes(label, 2, symbols.text(*value).as_bytes());
        });
    }
    match entry.point {
        Point::Float(value) => put_message(out, 2, |sample| put_sample(sample, value, entry.at_ms, None)),
        Point::Native(histogram, scale) => {
            put_message(out, 4, |message| put_histogram(message, histogram, scale, entry.at_ms, None));
        }
    }
}

/// Places of a series' strings in the request's table.
struct Refs {
    labels: Vec<u8>,
    help: u32,
    unit: u32,
    exemplars: Vec<Vec<u8>>,
}

impl Refs {
    fn of(table: &mut RequestSymbols, entry: &Entry<'_>) -> Self {
        let series = entry.series;
        let exemplars = entry.exemplars.iter().map(|exemplar| pairs(table, &[exemplar.label])).collect();
        let labels = pairs(table, &series.labels);
        Self { labels, help: table.place(series.help), unit: table.place(series.unit), exemplars }
    }
}

fn pairs(table: &mut RequestSymbols, labels: &[(Symbol, Symbol)]) -> Vec<u8> {
    let mut out = Vec::with_capacity(4 * labels.len());
    for (name, value) in labels {
        varint(&mut out, table.place(*name).into());
        varint(&mut out, table.place(*value).into());
    }
    out
}

fn put_series_two(out: &mut Vec<u8>, refs: &Refs, entry: &Entry<'_>) {
    put_bytes(out, 1, &refs.labels);
    let start_ms = entry.start_ms.filter(|start| *start < entry.at_ms);
    match entry.point {
        Point::Float(value) => put_message(out, 2, |sample| put_sample(sample, value, entry.at_ms, start_ms)),
        Point::Native(histogram, scale) => {
            put_message(out, 3, |message| put_histogram(message, histogram, scale, entry.at_ms, start_ms));
        }
    }
    for (exemplar, refs) in entry.exemplars.iter().zip(&refs.exemplars) {
        put_message(out, 4, |message| {
            put_bytes(message, 1, refs);
            put_double(message, 2, exemplar.value);
            put_int(message, 3, exemplar.at_ms);
        });
    }
    put_message(out, 5, |metadata| {
        put_uint(metadata, 1, entry.series.metric_type as u64);
        put_uint(metadata, 3, refs.help.into());
        put_uint(metadata, 4, refs.unit.into());
    });
    // Draft rc.3 has the start here, rc.4 in the sample; the fields do not collide, and each reader skips the other's.
    if let Some(start_ms) = start_ms {
        put_int(out, 6, start_ms);
    }
}

fn put_sample(out: &mut Vec<u8>, value: f64, at_ms: i64, start_ms: Option<i64>) {
    put_double(out, 1, value);
    put_int(out, 2, at_ms);
    if let Some(start_ms) = start_ms {
        put_int(out, 3, start_ms);
    }
}
