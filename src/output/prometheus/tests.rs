//! Both versions, decoded by an independent implementation (prost).

use std::{cell::Cell, collections::BTreeMap, rc::Rc};

use proptest::prelude::*;
use prost::Message;

use super::{
    dialect::{Brand, Dialect, Version},
    encoder::RemoteWriteEncoder,
    settings::{Settings, StaleMarkers},
};
use crate::{
    metric::{self, Histogram, Interval, Labels, MetricDef, SeriesDef, Value, catalogue},
    output::encoder::Encoder,
};

#[derive(Message)]
pub(in crate::output) struct RequestOne {
    #[prost(message, repeated, tag = "1")]
    series: Vec<TimeSeriesV1>,
}
#[derive(Message)]
struct TimeSeriesV1 {
    #[prost(message, repeated, tag = "1")]
    labels: Vec<Label>,
    #[prost(message, repeated, tag = "2")]
    samples: Vec<Sample>,
    #[prost(message, repeated, tag = "4")]
    histograms: Vec<Native>,
}
#[derive(Message)]
struct Label {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(string, tag = "2")]
    value: String,
}
#[derive(Message)]
pub(in crate::output) struct RequestTwo {
    #[prost(string, repeated, tag = "4")]
    symbols: Vec<String>,
    #[prost(message, repeated, tag = "5")]
    series: Vec<SeriesTwo>,
}
#[derive(Message)]
struct SeriesTwo {
    #[prost(uint32, repeated, tag = "1")]
    labels: Vec<u32>,
    #[prost(message, repeated, tag = "2")]
    samples: Vec<Sample>,
    #[prost(message, repeated, tag = "3")]
    histograms: Vec<Native>,
    #[prost(message, repeated, tag = "4")]
    exemplars: Vec<Exemplar>,
    #[prost(message, optional, tag = "5")]
    metadata: Option<Metadata>,
    #[prost(int64, tag = "6")]
    created: i64,
}
#[derive(Message)]
struct Exemplar {
    #[prost(uint32, repeated, tag = "1")]
    labels: Vec<u32>,
    #[prost(double, tag = "2")]
    value: f64,
    #[prost(int64, tag = "3")]
    timestamp: i64,
}
#[derive(Message)]
struct Metadata {
    #[prost(uint32, tag = "1")]
    metric_type: u32,
    #[prost(uint32, tag = "3")]
    help: u32,
    #[prost(uint32, tag = "4")]
    unit: u32,
}
#[derive(Clone, PartialEq, Message)]
struct Sample {
    #[prost(double, tag = "1")]
    value: f64,
    #[prost(int64, tag = "2")]
    timestamp: i64,
    #[prost(int64, tag = "3")]
    start: i64,
}
#[derive(Clone, PartialEq, Message)]
struct Span {
    #[prost(sint32, tag = "1")]
    offset: i32,
    #[prost(uint32, tag = "2")]
    length: u32,
}
#[derive(Clone, PartialEq, Message)]
struct Native {
    #[prost(uint64, tag = "1")]
    count: u64,
    #[prost(double, tag = "3")]
    sum: f64,
    #[prost(sint32, tag = "4")]
    schema: i32,
    #[prost(uint64, tag = "6")]
    zero_count: u64,
    #[prost(message, repeated, tag = "11")]
    spans: Vec<Span>,
    #[prost(sint64, repeated, tag = "12")]
    deltas: Vec<i64>,
    #[prost(int64, tag = "15")]
    timestamp: i64,
    #[prost(int64, tag = "17")]
    start: i64,
}

/// One series of a request, whichever version it came in.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::output) struct Decoded {
    labels: BTreeMap<String, String>,
    in_order: bool,
    sample: Option<Sample>,
    native: Option<Native>,
}

impl Decoded {
    fn new(pairs: Vec<(String, String)>, samples: &[Sample], histograms: &[Native]) -> Self {
        assert_eq!(samples.len() + histograms.len(), 1, "a series holds one sample, or one histogram");
        let in_order = pairs.windows(2).all(|two| two[0].0 < two[1].0);
        let labels = pairs.into_iter().collect();
        Self { labels, in_order, sample: samples.first().cloned(), native: histograms.first().cloned() }
    }

    fn name(&self) -> &str {
        &self.labels["__name__"]
    }

    pub(in crate::output) fn labels(&self) -> &BTreeMap<String, String> {
        &self.labels
    }

    /// Name, time and value: of a histogram its count.
    pub(in crate::output) fn point(&self) -> (String, i64, f64) {
        let (at, value) = match (&self.sample, &self.native) {
            (Some(sample), _) => (sample.timestamp, sample.value),
            (None, Some(native)) => (native.timestamp, native.count as f64),
            (None, None) => panic!("{self:?}"),
        };
        (self.name().to_owned(), at, value)
    }
}

pub(in crate::output) fn decode(version: Version, content: &[u8]) -> Vec<Decoded> {
    match version {
        Version::One => {
            let request = RequestOne::decode(content).unwrap();
            let series = request.series.into_iter().map(|one| {
                let pairs = one.labels.into_iter().map(|label| (label.name, label.value)).collect();
                Decoded::new(pairs, &one.samples, &one.histograms)
            });
            series.collect()
        }
        Version::Two => {
            let request = RequestTwo::decode(content).unwrap();
            let text = |place: u32| request.symbols[place as usize].clone();
            assert_eq!(request.symbols[0], "");
            let unique: std::collections::BTreeSet<_> = request.symbols.iter().collect();
            assert_eq!(unique.len(), request.symbols.len(), "symbols are sent once");
            let series = request.series.iter().map(|two| {
                let pairs = two.labels.chunks(2).map(|pair| (text(pair[0]), text(pair[1]))).collect();
                let metadata = two.metadata.as_ref().unwrap();
                assert!((1..=3).contains(&metadata.metric_type));
                assert!(text(metadata.help).len() > 10);
                assert!(["", "seconds", "bytes"].contains(&&*text(metadata.unit)));
                let started =
                    two.samples.iter().map(|sample| sample.start).chain(two.histograms.iter().map(|one| one.start));
                assert!(started.into_iter().all(|start| start == two.created), "both drafts say the same");
                Decoded::new(pairs, &two.samples, &two.histograms)
            });
            series.collect()
        }
    }
}

fn unfold(native: &Native) -> Vec<(i32, u64)> {
    let (mut index, mut count) = (0, 0_i64);
    let mut deltas = native.deltas.iter();
    let mut buckets = Vec::new();
    for span in &native.spans {
        index += span.offset;
        for _ in 0..span.length {
            count += deltas.next().unwrap();
            if count > 0 {
                buckets.push((index, u64::try_from(count).unwrap()));
            }
            index += 1;
        }
    }
    assert!(deltas.next().is_none());
    buckets
}

fn settings(prefix: &str) -> Settings {
    Settings { prefix: prefix.to_owned(), version: None, native: None, scale: None, stale_markers: StaleMarkers::All }
}

fn encoder(prefix: &str, dialect: Dialect) -> RemoteWriteEncoder {
    let labels = [("run_id", "r1"), ("empty", "")].map(|(name, value)| (name.to_owned(), value.to_owned()));
    RemoteWriteEncoder::new(&settings(prefix), labels.into(), Rc::new(Cell::new(dialect)))
}

fn interval(sequence: u64, times: &[f64]) -> Interval {
    let mut histogram = Histogram::default();
    times.iter().for_each(|time| histogram.record(*time));
    let labels = Labels::new([("zone", "b"), ("Able", "a")]);
    let series = |id, metric: &MetricDef| SeriesDef { id, metric: metric.clone(), labels: labels.clone() };
    let all = [&catalogue::HTTP_REQS, &catalogue::HTTP_REQ_DURATION, &catalogue::VUS, &catalogue::HTTP_REQ_FAILED];
    let end_ms = 1_700_000_000_123 + i64::try_from(sequence).unwrap() * 1_000;
    Interval {
        sequence,
        start_ms: end_ms - 1_000,
        end_ms,
        new_series: if sequence == 0 {
            (0..).zip(all).map(|(id, metric)| series(id, metric)).collect()
        } else {
            Vec::new()
        },
        values: vec![
            (0, Value::Counter(times.len() as f64)),
            (1, Value::Trend(Box::new(histogram))),
            (2, Value::Gauge(Some(7.0))),
            (3, Value::Rate { nonzero: 1, total: times.len() as u64 + 1 }),
        ],
        ..Interval::default()
    }
}

fn dialects() -> [Dialect; 4] {
    [(Version::One, Some(3)), (Version::One, None), (Version::Two, Some(5)), (Version::Two, None)]
        .map(|(version, native)| Dialect { version, native, ..Dialect::default() })
}

proptest! {
    #[test]
    fn totals_survive_the_wire(first in prop::collection::vec(0.0..30.0_f64, 1..200), second in prop::collection::vec(0.0..30.0_f64, 1..200)) {
        let mut whole = Histogram::default();
        first.iter().chain(&second).for_each(|time| whole.record(*time));
        for dialect in dialects() {
            let mut encoder = encoder("loadagent_", dialect);
            encoder.fold(&interval(0, &first));
            drop(encoder.push());
            encoder.fold(&interval(1, &second));
            let batches = encoder.push();
            prop_assert_eq!(batches.len(), 1, "no zeros when nothing is new");
            let series = decode(dialect.version, batches[0].content());
            prop_assert_eq!(series.len() as u64, batches[0].samples());
            prop_assert!(series.iter().all(|one| one.in_order && one.labels["run_id"] == "r1"));
            prop_assert!(series.iter().all(|one| one.labels.values().all(|value| !value.is_empty())));
            let count_of = |one: &Decoded| one.sample.as_ref().map(|sample| sample.value.to_bits());
            let count = |name: &str| count_of(series.iter().find(|one| one.name() == name).unwrap());
            let whole_count = Some((whole.count() as f64).to_bits());
            prop_assert_eq!(count("loadagent_http_reqs_total"), whole_count);
            if let Some(scale) = dialect.native {
                let native = series.iter().find_map(|one| one.native.clone()).unwrap();
                prop_assert_eq!(native.count, whole.count());
                prop_assert_eq!(native.schema, i32::try_from(scale).unwrap());
                prop_assert_eq!(native.timestamp, 1_700_000_001_123);
                prop_assert_eq!(unfold(&native), whole.buckets_at(scale));
                let sum: u64 = unfold(&native).iter().map(|(_, count)| count).sum();
                prop_assert_eq!(sum + native.zero_count, native.count);
            } else {
                let buckets: Vec<_> = series.iter().filter(|one| one.name().ends_with("_bucket")).collect();
                prop_assert!(buckets.windows(2).all(|two| two[0].sample.as_ref().unwrap().value <= two[1].sample.as_ref().unwrap().value));
                let last = buckets.last().unwrap();
                prop_assert_eq!(&last.labels["le"], "+Inf");
                prop_assert_eq!(count_of(last), whole_count);
                prop_assert_eq!(count("loadagent_http_req_duration_seconds_count"), whole_count);
            }
        }
    }
}

#[test]
fn what_counts_from_zero_begins_with_one() {
    for dialect in dialects() {
        let mut encoder = encoder("loadagent_", dialect);
        encoder.fold(&interval(0, &[0.1]));
        let batches = encoder.push();
        let zeros = decode(dialect.version, batches[0].content());
        assert!(zeros.iter().all(|one| !one.name().ends_with("vus")), "a gauge has no zero before it");
        for zero in &zeros {
            let (value, at_ms) = match (&zero.sample, &zero.native) {
                (Some(sample), None) => (sample.value, sample.timestamp),
                (None, Some(native)) => (native.count as f64, native.timestamp),
                _ => panic!("neither sample nor histogram"),
            };
            assert_eq!((value, at_ms), (0.0, 1_699_999_999_123));
        }
        let first = decode(dialect.version, batches[1].content());
        let started = |one: &Decoded| one.sample.as_ref().map_or(0, |sample| sample.start);
        let counter = first.iter().find(|one| one.name() == "loadagent_http_reqs_total").unwrap();
        let expected = if dialect.version == Version::Two { 1_699_999_999_123 } else { 0 };
        assert_eq!(started(counter), expected);
    }
}

#[test]
fn the_end_is_marked_by_the_names_that_the_receiver_knows() {
    let marked = |brand, version| {
        let dialect = Dialect { version, brand, ..Dialect::default() };
        let mut encoder = encoder("loadagent_", dialect);
        encoder.fold(&interval(0, &[0.1]));
        drop(encoder.push());
        let series = decode(version, encoder.end()[0].content());
        let stale = |one: &Decoded| {
            let sample = one.sample.as_ref().unwrap();
            sample.value.to_bits() == 0x7ff0_0000_0000_0002 && sample.timestamp == 1_700_000_000_124
        };
        assert!(series.iter().all(stale));
        series.iter().map(|one| one.name().trim_start_matches("loadagent_").to_owned()).collect::<Vec<_>>()
    };
    let failed = "http_req_failed_total";
    assert_eq!(
        marked(Brand::Usual, Version::Two),
        ["http_reqs_total", "http_req_duration_seconds", "vus", failed, failed]
    );
    assert_eq!(
        marked(Brand::VictoriaMetrics, Version::One),
        ["http_reqs_total", "vus", failed, failed, "http_req_duration_seconds_sum", "http_req_duration_seconds_count"]
    );
}

#[test]
fn k6s_gauges_are_of_the_span_and_not_of_the_run() {
    let dialect = Dialect { version: Version::One, ..Dialect::default() };
    let mut encoder = encoder("k6_", dialect);
    encoder.fold(&interval(0, &[0.050; 100]));
    drop(encoder.push());
    encoder.fold(&interval(1, &[0.150; 3]));
    let series = decode(Version::One, encoder.push()[0].content());
    let value = |name: &str| series.iter().find(|one| one.name() == name).unwrap().sample.clone().unwrap().value;
    assert!((value("k6_http_req_duration_p95") - 0.150).abs() < 0.001);
    assert!((value("k6_http_req_failed_rate") - 0.25).abs() < 1e-9);
    assert!((value("k6_http_reqs_total") - 103.0).abs() < 1e-9);
    assert_eq!(series[0].labels["testid"], "r1");
}

#[test]
fn a_changed_dialect_counts_for_the_next_push() {
    let dialect = Rc::new(Cell::new(Dialect::default()));
    let mut encoder = RemoteWriteEncoder::new(&settings("loadagent_"), Vec::new(), dialect.clone());
    encoder.fold(&interval(0, &[0.1]));
    drop(encoder.push());
    dialect.set(Dialect { version: Version::One, native: None, ..Dialect::default() });
    encoder.fold(&interval(1, &[0.1]));
    let series = decode(Version::One, encoder.push()[0].content());
    assert!(series.iter().any(|one| one.name() == "loadagent_http_req_duration_seconds_bucket"));
}

/// A request of [`interval`]'s series that ended so many milliseconds into its second.
fn request(sequence: u64, id: u64, millis: u64) -> metric::Span {
    metric::Span {
        series: 1,
        response_series: 99,
        trace: 0xabc,
        id,
        parent: 1,
        start_unix_ns: (1_699_999_999_123 + sequence * 1_000) * 1_000_000,
        duration_ns: millis * 1_000_000,
        is_observed: true,
        ..metric::Span::default()
    }
}

#[test]
fn exemplars_stand_where_their_observation_is_counted() {
    for native in [Some(5), None] {
        let dialect = Dialect { native, exemplars: true, ..Dialect::default() };
        let mut encoder = encoder("loadagent_", dialect);
        for sequence in 0..3 {
            let spans = vec![request(sequence, 2, 100), request(sequence, 3, 400)];
            encoder.fold(&Interval { spans, ..interval(sequence, &[0.1, 0.4]) });
            let batches = encoder.push();
            let request = RequestTwo::decode(batches.last().unwrap().content()).unwrap();
            let text = |place: &u32| request.symbols[*place as usize].clone();
            let begin = 1_699_999_999_123 + i64::try_from(sequence).unwrap() * 1_000;
            let mut sent = Vec::new();
            for series in &request.series {
                let pairs: BTreeMap<_, _> =
                    series.labels.chunks(2).map(|pair| (text(&pair[0]), text(&pair[1]))).collect();
                for exemplar in &series.exemplars {
                    let labels: Vec<_> = exemplar.labels.iter().map(text).collect();
                    assert_eq!(labels, ["trace_id", "00000000000000000000000000000abc"]);
                    let bound = pairs.get("le").map_or(f64::INFINITY, |bound| bound.parse().unwrap());
                    assert!(exemplar.value <= bound && exemplar.value * 1.5 > bound || native.is_some());
                    sent.push((pairs["__name__"].clone(), exemplar.value.to_bits(), exemplar.timestamp - begin));
                }
            }
            let name = "loadagent_http_req_duration_seconds".to_owned() + if native.is_some() { "" } else { "_bucket" };
            assert_eq!(sent, [(name.clone(), 0.1_f64.to_bits(), 100), (name, 0.4_f64.to_bits(), 400)]);
            let elsewhere =
                batches.iter().rev().skip(1).flat_map(|batch| RequestTwo::decode(batch.content()).unwrap().series);
            assert!(elsewhere.into_iter().all(|series| series.exemplars.is_empty()), "zeros have none");
        }
    }
}

#[test]
fn receivers_that_store_no_exemplars_get_none() {
    let mut encoder = encoder("loadagent_", Dialect::default());
    encoder.fold(&Interval { spans: vec![request(0, 2, 100)], ..interval(0, &[0.1]) });
    for batch in encoder.push() {
        let request = RequestTwo::decode(batch.content()).unwrap();
        assert!(request.series.iter().all(|series| series.exemplars.is_empty()));
        assert!(!request.symbols.contains(&"trace_id".to_owned()));
    }
}
