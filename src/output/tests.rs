//! Golden files of every wire format: one small run, decoded for people, and the exact bytes as hex.
//! `UPDATE_GOLDEN=1 cargo test` writes them; read the diff.

mod every_output;

use std::{cell::Cell, fmt::Write, rc::Rc};

use opentelemetry_proto::tonic::collector::{
    metrics::v1::ExportMetricsServiceRequest, trace::v1::ExportTraceServiceRequest,
};
use prost::Message;

use super::{
    batch::Batch,
    csv::format::CsvFormat,
    encoder::Encoder,
    hdr::encoder::HdrEncoder,
    influxdb::{aggregate::AggregateEncoder, raw::RawFormat},
    json::format::JsonFormat,
    otlp::{
        encoder::OtlpEncoder,
        settings::{Histograms, Settings as OtlpSettings, Temporality},
    },
    otlp_protocol::{endpoint::Protocol, settings::ExporterSettings},
    prometheus::{
        dialect::{Dialect, Version},
        encoder::RemoteWriteEncoder,
        settings::Settings as RemoteWriteSettings,
        tests::{RequestOne, RequestTwo},
    },
    samples::{Lines, SampleFormat, SampleOptions, expansion::MetricSelection},
    scrape::exposition,
    traces::encoder::SpanEncoder,
};
use crate::{
    golden::check,
    interval_log::frame::LoggedRequest,
    metric::{
        Histogram, Interval, Kind, Labels, MetricDef, Record, RequestTimes, SeriesDef, Span, Totals, Value, catalogue,
    },
    record_log::{Entry, Recorded, SeriesKey},
};

const START_MS: i64 = 1_763_700_000_000;

fn run_labels() -> Vec<(String, String)> {
    [("run_id", "r1"), ("profile", "golden"), ("instance", "here")]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into()
}

const OK: [(&str, &str); 5] =
    [("scenario", "browse"), ("name", "GET /"), ("method", "GET"), ("status", "200"), ("expected_response", "true")];
const BAD: [(&str, &str); 6] = [
    ("scenario", "browse"),
    ("name", "GET /"),
    ("method", "GET"),
    ("status", "503"),
    ("expected_response", "false"),
    ("error_class", "status_5xx"),
];
const SCENARIO: [(&str, &str); 1] = [("scenario", "browse")];

fn series(id: u32, metric: &MetricDef, labels: &[(&str, &str)]) -> SeriesDef {
    SeriesDef { id, metric: metric.clone(), labels: Labels::new(labels.iter().copied()) }
}

fn trend(times: &[f64]) -> Value {
    let mut histogram = Histogram::default();
    times.iter().for_each(|time| histogram.record(*time));
    Value::Trend(Box::new(histogram))
}

fn span(id: u64, parent: u64, duration_ns: u64) -> Span {
    Span {
        series: if parent == 0 { 2 } else { 1 },
        response_series: 1,
        trace: 0xa0b1,
        id,
        parent,
        start_unix_ns: 1_763_700_000_100_000_000,
        duration_ns,
        response_ns: duration_ns + 500,
        is_observed: true,
        url: if parent == 0 { "" } else { "http://localhost:8080/" }.into(),
        user_agent: if parent == 0 { "" } else { "loadagent/0.0.0" }.into(),
        ..Span::default()
    }
}

/// Two seconds of a run: every kind of metric, a trace, and an error in the second one.
fn intervals() -> [Interval; 2] {
    let end_ms = START_MS + 1_000;
    let first = Interval {
        sequence: 0,
        start_ms: START_MS,
        end_ms,
        new_series: vec![
            series(0, &catalogue::HTTP_REQS, &OK),
            series(1, &catalogue::HTTP_REQ_DURATION, &OK),
            series(2, &catalogue::ITERATIONS, &SCENARIO),
            series(3, &catalogue::VUS, &SCENARIO),
            series(4, &catalogue::CHECKS, &[("scenario", "browse"), ("check", "status, \"200\"")]),
            series(5, &catalogue::DATA_SENT, &OK),
        ],
        values: vec![
            (0, Value::Counter(3.0)),
            (1, trend(&[0.0, 0.010, 0.010, 0.012])),
            (2, Value::Counter(3.0)),
            (3, Value::Gauge(Some(2.0))),
            (4, Value::Rate { nonzero: 3, total: 3 }),
            (5, Value::Counter(270.0)),
        ],
        spans: vec![span(7, 0, 13_000_000), span(8, 7, 12_000_000)],
        ..Interval::default()
    };
    let second = Interval {
        sequence: 1,
        start_ms: end_ms,
        end_ms: end_ms + 1_000,
        new_series: vec![
            series(6, &catalogue::HTTP_REQS, &BAD),
            series(7, &catalogue::HTTP_REQ_DURATION, &BAD),
            series(8, &catalogue::HTTP_ERRORS, &BAD),
        ],
        values: vec![
            (3, Value::Gauge(Some(1.0))),
            (4, Value::Rate { nonzero: 0, total: 1 }),
            (6, Value::Counter(1.0)),
            (7, trend(&[0.950])),
            (8, Value::Counter(1.0)),
        ],
        ..Interval::default()
    };
    [first, second]
}

/// Every batch of the run, its end included.
fn batches(mut encoder: impl Encoder) -> Vec<Batch> {
    let mut batches = Vec::new();
    for interval in intervals() {
        encoder.fold(&interval);
        batches.extend(encoder.push());
    }
    batches.extend(encoder.end());
    batches
}

/// The message of every batch, decoded, with length and FNV-1a hash of its bytes.
fn dump<M: Message + Default + std::fmt::Debug>(encoder: impl Encoder) -> String {
    let mut text = String::new();
    for batch in batches(encoder) {
        let (content, samples) = (batch.content(), batch.samples());
        let fnv = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        let hash = content.iter().fold(0xcbf2_9ce4_8422_2325, fnv);
        writeln!(text, "── {samples} samples, {} bytes, hash {hash:016x}", content.len()).unwrap();
        writeln!(text, "{}", readable(&format!("{:?}", M::decode(content).unwrap()))).unwrap();
    }
    text
}

/// A message in Rust's notation, a line a point, without what is empty.
fn readable(message: &str) -> String {
    let replaced = |text: String, (pattern, by): (&str, &str)| {
        regex::Regex::new(pattern).unwrap().replace_all(&text, by).into_owned()
    };
    let rules = [
        (
            r"KeyValue \{ key: ([^}]*?), value: Some\(AnyValue \{ value: Some\(([^}]*)\) \}\), key_strindex: 0 \}",
            "$1=$2",
        ),
        (r"StringValue\((.*?)\)", "$1"),
        (r#", (\w+: (0\.0|0|None|\[\]|""))+"#, ""),
        (r"(, 0){8,}", ", 0 …"),
        (r" ?(\w*(DataPoint|Metric|Metrics|Span|Spans|SeriesOne|SeriesTwo) \{)", "\n$1"),
    ];
    rules.into_iter().fold(message.to_owned(), replaced)
}

fn lines(encoder: impl Encoder) -> String {
    batches(encoder).iter().map(|batch| String::from_utf8(batch.content().to_vec()).unwrap()).collect()
}

fn remote_write(version: Version) -> RemoteWriteEncoder {
    let dialect = Dialect { version, exemplars: true, ..Dialect::default() };
    RemoteWriteEncoder::new(&RemoteWriteSettings::default(), run_labels(), Rc::new(Cell::new(dialect)))
}

#[test]
fn remote_write_1() {
    check("remote-write-1.txt", &dump::<RequestOne>(remote_write(Version::One)));
}

#[test]
fn remote_write_2() {
    check("remote-write-2.txt", &dump::<RequestTwo>(remote_write(Version::Two)));
}

fn exporter() -> ExporterSettings {
    ExporterSettings { transport: Protocol::Http, gzip: true, resource: Vec::new() }
}

fn otlp(temporality: Temporality) -> OtlpEncoder {
    let prefix = "loadagent_".to_owned();
    let histograms = Histograms::Fixed { scale: 5 };
    let settings = OtlpSettings { exporter: exporter(), prefix, histograms, temporality, semconv: true };
    let request = LoggedRequest {
        scenario: "browse".into(),
        name: "GET /".into(),
        method: "GET".into(),
        scheme: "http".into(),
        address: "localhost".into(),
        port: 8_080,
    };
    OtlpEncoder::new(&settings, "0.0.0", run_labels(), &[request])
}

#[test]
fn otlp_metrics() {
    check("otlp-metrics.txt", &dump::<ExportMetricsServiceRequest>(otlp(Temporality::Cumulative)));
    check("otlp-metrics-delta.txt", &dump::<ExportMetricsServiceRequest>(otlp(Temporality::Delta)));
}

#[test]
fn otlp_spans() {
    let encoder = SpanEncoder::new(&exporter(), "0.0.0", &run_labels());
    check("otlp-spans.txt", &dump::<ExportTraceServiceRequest>(encoder));
}

#[test]
fn influxdb_aggregates() {
    check("influxdb-aggregate.txt", &lines(AggregateEncoder::new("", run_labels())));
}

#[test]
fn hdr_log() {
    let encoder = HdrEncoder::new(START_MS);
    let head = String::from_utf8(encoder.head()).unwrap();
    check("hdr.txt", &(head + &lines(encoder)));
}

#[test]
fn scraped_page() {
    let mut totals = Totals::default();
    intervals().iter().for_each(|interval| totals.fold(interval));
    check("scrape.txt", &exposition::render(&totals, "loadagent_", &run_labels()).unwrap().text);
}

/// Every kind of record, in a format.
fn samples(mut format: impl SampleFormat) -> String {
    let times = RequestTimes {
        blocked: 490_752,
        connecting: 436_241,
        tls: 0,
        sending: 60_109,
        waiting: 808_567,
        receiving: 46_569,
        response: Some(1_406_000),
    };
    let iteration = Record::Iteration { cut_off: false, duration: 1_822_250, sent: 71, received: 119 };
    let check = [("check", "status, \"200\""), ("scenario", "browse")];
    let entries: [(&[(&str, &str)], Entry); 7] = [
        (&OK, Entry::Record(Record::Request { failed: false, times })),
        (&BAD, Entry::Record(Record::Request { failed: true, times })),
        (&BAD, Entry::Record(Record::Unsent { failed: true, times: RequestTimes::default() })),
        (&check, Entry::Record(Record::Check { passed: true })),
        (&SCENARIO, Entry::Record(iteration)),
        (&SCENARIO, Entry::Record(Record::Dropped { count: 3 })),
        (&SCENARIO, Entry::Gauge { metric: &catalogue::VUS, value: 12.0 }),
    ];
    let mut text = String::from_utf8(format.head()).unwrap();
    for (family, (labels, entry)) in (0..).zip(entries) {
        let labels = Labels::new(labels.iter().copied());
        let key = SeriesKey { worker: 0, family };
        let at_unix_ns = START_MS * 1_000_000 + i64::from(family) * 1_000_000_086;
        let mut lines = Lines::default();
        format.write(&Recorded { key, metric: &catalogue::HTTP_REQS, labels: &labels, at_unix_ns, entry }, &mut lines);
        text += &String::from_utf8(lines.bytes).unwrap();
    }
    text
}

fn options() -> SampleOptions {
    SampleOptions { run_labels: run_labels(), metrics: MetricSelection::default() }
}

#[test]
fn json_lines() {
    check("samples-json.txt", &samples(JsonFormat::new(options())));
}

#[test]
fn csv_lines() {
    check("samples-csv.txt", &samples(CsvFormat::new(options())));
}

#[test]
fn influxdb_samples() {
    check("influxdb-raw.txt", &samples(RawFormat::new(options(), "", 1)));
}
