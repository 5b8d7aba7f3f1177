//! Requests, decoded by the types of the official protocol.

use std::collections::BTreeMap;

use opentelemetry_proto::tonic::{
    collector::metrics::v1::ExportMetricsServiceRequest,
    common::v1::{KeyValue, any_value},
    metrics::v1::{
        AggregationTemporality, ExponentialHistogramDataPoint, NumberDataPoint, exemplar, metric, number_data_point,
    },
};
use proptest::prelude::*;
use prost::Message;

use super::{
    encoder::OtlpEncoder,
    settings::{Histograms, Settings, Temporality},
};
use crate::{
    interval_log::frame::LoggedRequest,
    metric::{Histogram, Interval, Labels, MetricDef, SeriesDef, Span, Value, catalogue},
    output::{
        batch::Batch,
        encoder::Encoder,
        otlp_protocol::{endpoint::Protocol, settings::ExporterSettings},
    },
};

const BEGIN_MS: i64 = 1_700_000_000_123;

/// A point of a request, whatever it is of.
#[derive(Debug, Clone, PartialEq)]
struct Decoded {
    name: String,
    unit: String,
    attributes: BTreeMap<String, String>,
    start_ms: i64,
    end_ms: i64,
    content: Content,
}

#[derive(Debug, Clone, PartialEq)]
enum Content {
    Sum(f64),
    Gauge(f64),
    Ended,
    Exponential(Box<ExponentialHistogramDataPoint>),
}

fn texts(pairs: &[KeyValue]) -> BTreeMap<String, String> {
    let text = |pair: &KeyValue| match pair.value.as_ref().and_then(|any| any.value.as_ref()) {
        Some(any_value::Value::StringValue(text)) => (pair.key.clone(), text.clone()),
        other => panic!("{other:?} is no text"),
    };
    let read: BTreeMap<_, _> = pairs.iter().map(text).collect();
    assert_eq!(read.len(), pairs.len(), "names are unique");
    read
}

fn ms(nanoseconds: u64) -> i64 {
    i64::try_from(nanoseconds / 1_000_000).unwrap()
}

fn number(point: &NumberDataPoint) -> Option<f64> {
    match point.value {
        Some(number_data_point::Value::AsDouble(value)) => {
            assert_eq!(point.flags, 0);
            Some(value)
        }
        None => {
            assert_eq!(point.flags, 1);
            None
        }
        Some(number_data_point::Value::AsInt(_)) => panic!("all are doubles"),
    }
}

/// All points of a request, which is checked for what every request has.
fn decode(content: &[u8], temporality: AggregationTemporality) -> Vec<Decoded> {
    let request = ExportMetricsServiceRequest::decode(content).unwrap();
    let mut points = Vec::new();
    for resource in request.resource_metrics {
        let own = texts(&resource.resource.unwrap().attributes);
        assert_eq!((&*own["service.name"], &*own["service.version"]), ("loadagent", "9.9.9"));
        assert_eq!(own["service.instance.id"], "host");
        let [scope] = &resource.scope_metrics[..] else { panic!("one scope") };
        assert_eq!(scope.scope.as_ref().unwrap().name, "loadagent");
        let [metric] = &scope.metrics[..] else { panic!("one metric") };
        assert!(metric.description.len() > 10);
        let mut add = |attributes, start, end, content| {
            let (name, unit) = (metric.name.clone(), metric.unit.clone());
            points.push(Decoded {
                name,
                unit,
                attributes: texts(attributes),
                start_ms: ms(start),
                end_ms: ms(end),
                content,
            });
        };
        match metric.data.as_ref().unwrap() {
            metric::Data::Sum(sum) => {
                assert!(sum.is_monotonic && sum.aggregation_temporality == temporality as i32);
                for point in &sum.data_points {
                    let content = Content::Sum(number(point).unwrap());
                    add(&point.attributes, point.start_time_unix_nano, point.time_unix_nano, content);
                }
            }
            metric::Data::Gauge(gauge) => {
                for point in &gauge.data_points {
                    let content = number(point).map_or(Content::Ended, Content::Gauge);
                    add(&point.attributes, point.start_time_unix_nano, point.time_unix_nano, content);
                }
            }
            metric::Data::ExponentialHistogram(histogram) => {
                assert_eq!(histogram.aggregation_temporality, temporality as i32);
                for point in &histogram.data_points {
                    let content = Content::Exponential(Box::new(point.clone()));
                    add(&point.attributes, point.start_time_unix_nano, point.time_unix_nano, content);
                }
            }
            other => panic!("{other:?}"),
        }
    }
    points
}

fn cumulative(batch: &Batch) -> Vec<Decoded> {
    decode(batch.content(), AggregationTemporality::Cumulative)
}

fn encoder(temporality: Temporality, scale: u32) -> OtlpEncoder {
    encoder_of(temporality, Histograms::Fixed { scale })
}

fn encoder_of(temporality: Temporality, histograms: Histograms) -> OtlpEncoder {
    let (transport, prefix) = (Protocol::Http, "loadagent_".to_owned());
    let exporter = ExporterSettings { transport, gzip: true, resource: Vec::new() };
    let settings = Settings { exporter, prefix, histograms, temporality, semconv: false };
    let labels = [("run_id", "r1"), ("instance", "host"), ("empty", "")];
    let labels = labels.map(|(name, value)| (name.to_owned(), value.to_owned()));
    OtlpEncoder::new(&settings, "9.9.9", labels.into(), &[])
}

fn recorded(times: &[f64]) -> Histogram {
    let mut histogram = Histogram::default();
    times.iter().for_each(|time| histogram.record(*time));
    histogram
}

fn interval(sequence: u64, times: &[f64]) -> Interval {
    let labels = Labels::new([("zone", "b")]);
    let series = |id, metric: &MetricDef| SeriesDef { id, metric: metric.clone(), labels: labels.clone() };
    let all = [&catalogue::HTTP_REQS, &catalogue::HTTP_REQ_DURATION, &catalogue::VUS, &catalogue::HTTP_REQ_FAILED];
    let start_ms = BEGIN_MS + i64::try_from(sequence).unwrap() * 1_000;
    Interval {
        sequence,
        start_ms,
        end_ms: start_ms + 1_000,
        new_series: if sequence == 0 {
            (0..).zip(all).map(|(id, metric)| series(id, metric)).collect()
        } else {
            Vec::new()
        },
        values: vec![
            (0, Value::Counter(times.len() as f64)),
            (1, Value::Trend(Box::new(recorded(times)))),
            (2, Value::Gauge(Some(7.0))),
            (3, Value::Rate { nonzero: 1, total: times.len() as u64 + 1 }),
        ],
        ..Interval::default()
    }
}

fn exponential(points: &[Decoded]) -> &ExponentialHistogramDataPoint {
    let found = points.iter().find_map(|point| match &point.content {
        Content::Exponential(histogram) => Some(histogram),
        _ => None,
    });
    found.unwrap()
}

/// Populated buckets by Prometheus' index.
fn buckets(point: &ExponentialHistogramDataPoint) -> Vec<(i32, u64)> {
    let Some(positive) = &point.positive else { return Vec::new() };
    let dense = (positive.offset + 1..).zip(positive.bucket_counts.iter().copied());
    dense.filter(|(_, count)| *count > 0).collect()
}

fn sum(points: &[Decoded], name: &str) -> f64 {
    let of_name = points.iter().filter(|point| point.name == name);
    of_name.map(|point| if let Content::Sum(sum) = point.content { sum } else { panic!("{name} is no sum") }).sum()
}

proptest! {
    #[test]
    fn totals_survive_the_wire(
        first in prop::collection::vec(0.0..30.0_f64, 1..200),
        second in prop::collection::vec(0.0..30.0_f64, 1..200),
        scale in 0_u32..=8,
    ) {
        let whole = recorded(&[first.clone(), second.clone()].concat());
        let mut encoder = encoder(Temporality::Cumulative, scale);
        encoder.fold(&interval(0, &first));
        drop(encoder.push());
        encoder.fold(&interval(1, &second));
        let batches = encoder.push();
        prop_assert_eq!(batches.len(), 1, "no zeros when nothing is new");
        let points = cumulative(&batches[0]);
        prop_assert_eq!(points.len() as u64, batches[0].samples());
        for point in &points {
            prop_assert_eq!(point.end_ms, BEGIN_MS + 2_000);
            prop_assert_eq!(point.start_ms, if point.name == "loadagent_vus" { 0 } else { BEGIN_MS });
            prop_assert_eq!((&*point.attributes["run_id"], &*point.attributes["zone"]), ("r1", "b"));
            prop_assert!(!point.attributes.contains_key("empty"));
        }
        prop_assert!((sum(&points, "loadagent_http_reqs_total") - whole.count() as f64).abs() < 1e-9);
        prop_assert!((sum(&points, "loadagent_http_req_failed_total") - whole.count() as f64 - 2.0).abs() < 1e-9);
        let histogram = exponential(&points);
        prop_assert_eq!(histogram.scale, i32::try_from(scale).unwrap());
        prop_assert_eq!(buckets(histogram), whole.buckets_at(scale));
        let counted: u64 = buckets(histogram).iter().map(|(_, count)| count).sum();
        prop_assert_eq!((histogram.count, counted + histogram.zero_count), (whole.count(), whole.count()));
        prop_assert!((histogram.sum.unwrap() - whole.sum()).abs() < 1e-9 * whole.sum().max(1.0));
        prop_assert_eq!((histogram.min, histogram.max, &histogram.negative), (None, None, &None));
    }

    #[test]
    fn deltas_add_up_to_the_totals(times in prop::collection::vec(prop::collection::vec(0.0..3.0_f64, 0..40), 1..6)) {
        let mut encoder = encoder(Temporality::Delta, 5);
        let (mut requests, mut merged, mut last_ms) = (0.0, BTreeMap::new(), BEGIN_MS);
        for (sequence, times) in times.iter().enumerate() {
            encoder.fold(&interval(sequence as u64, times));
            for batch in encoder.push() {
                let points = decode(batch.content(), AggregationTemporality::Delta);
                requests += sum(&points, "loadagent_http_reqs_total");
                prop_assert!(points.iter().all(|point| point.start_ms == last_ms || point.name == "loadagent_vus"));
                if !times.is_empty() {
                    let (histogram, recorded) = (exponential(&points), recorded(times));
                    prop_assert_eq!((histogram.min, histogram.max), (recorded.min(), recorded.max()));
                    buckets(histogram).into_iter().for_each(|(index, count)| *merged.entry(index).or_default() += count);
                }
            }
            last_ms += 1_000;
        }
        let whole = recorded(&times.concat());
        prop_assert!((requests - whole.count() as f64).abs() < 1e-9);
        prop_assert_eq!(merged.into_iter().collect::<Vec<_>>(), whole.buckets_at(5));
    }
}

#[test]
fn buckets_are_named_by_their_lower_bound() {
    let mut encoder = encoder(Temporality::Cumulative, 0);
    // (1, 2] is OpenTelemetry's bucket 0 at scale 0, and 1 itself belongs below it.
    encoder.fold(&interval(0, &[1.0, 1.5, 2.0, 2.1, 0.0]));
    let points = cumulative(&encoder.push()[1]);
    let histogram = exponential(&points);
    assert_eq!((buckets(histogram), histogram.zero_count), (vec![(0, 1), (1, 2), (2, 1)], 1));
    let positive = histogram.positive.as_ref().unwrap();
    assert_eq!((positive.offset, &positive.bucket_counts[19..]), (-20, &[1, 2, 1][..]), "2^-20 is always the first");
    encoder.fold(&interval(1, &[0.000_000_1]));
    let points = cumulative(&encoder.push()[0]);
    let lower = exponential(&points).positive.as_ref().unwrap();
    assert_eq!((lower.offset, lower.bucket_counts.iter().sum::<u64>()), (-31, 5));
}

#[test]
fn what_counts_from_zero_begins_with_one() {
    let mut encoder = encoder(Temporality::Cumulative, 5);
    encoder.fold(&interval(0, &[0.1]));
    let batches = encoder.push();
    let zeros = cumulative(&batches[0]);
    assert_eq!(zeros.len(), 4, "a counter, a trend, and a rate, which is two");
    for zero in &zeros {
        assert_eq!((zero.start_ms, zero.end_ms), (BEGIN_MS, BEGIN_MS));
        match &zero.content {
            Content::Sum(sum) => assert!(sum.abs() < f64::EPSILON),
            Content::Exponential(histogram) => assert_eq!((histogram.count, histogram.sum), (0, Some(0.0))),
            other => panic!("{other:?}"),
        }
    }
    let first = cumulative(&batches[1]);
    let names: Vec<_> = first.iter().map(|point| (&*point.name, &*point.unit)).collect();
    let failed = ("loadagent_http_req_failed_total", "");
    let expected = [
        ("loadagent_http_reqs_total", ""),
        ("loadagent_http_req_duration_seconds", "s"),
        ("loadagent_vus", ""),
        failed,
        failed,
    ];
    assert_eq!(names, expected);
    assert_eq!(first[3].attributes["condition"], "nonzero");
    assert_eq!(first[4].attributes["condition"], "zero");
}

#[test]
fn a_series_that_comes_later_counts_since_the_start_of_the_run() {
    for temporality in [Temporality::Cumulative, Temporality::Delta] {
        let mut encoder = encoder(temporality, 5);
        encoder.fold(&interval(0, &[0.1]));
        drop(encoder.push());
        let later = SeriesDef { id: 4, metric: catalogue::ITERATIONS.clone(), labels: Labels::default() };
        let mut second = interval(1, &[0.1]);
        second.new_series.push(later);
        second.values.push((4, Value::Counter(3.0)));
        encoder.fold(&second);
        let batches = encoder.push();
        let sent = if temporality == Temporality::Delta {
            decode(batches[0].content(), AggregationTemporality::Delta)
        } else {
            batches.iter().flat_map(cumulative).collect()
        };
        let sent = sent.iter().filter(|point| point.name == "loadagent_iterations_total");
        let sent: Vec<_> = sent.map(|point| (point.start_ms, point.end_ms, point.content.clone())).collect();
        let expected = if temporality == Temporality::Delta {
            vec![(BEGIN_MS + 1_000, BEGIN_MS + 2_000, Content::Sum(3.0))]
        } else {
            vec![(BEGIN_MS, BEGIN_MS + 1_000, Content::Sum(0.0)), (BEGIN_MS, BEGIN_MS + 2_000, Content::Sum(3.0))]
        };
        assert_eq!(sent, expected);
    }
}

#[test]
fn gauges_end_with_the_run() {
    let mut encoder = encoder(Temporality::Cumulative, 5);
    encoder.fold(&interval(0, &[0.1]));
    drop(encoder.push());
    let ended = cumulative(&encoder.end()[0]);
    assert_eq!(ended.len(), 1);
    assert_eq!((&*ended[0].name, &ended[0].content), ("loadagent_vus", &Content::Ended));
    assert_eq!(ended[0].end_ms, BEGIN_MS + 1_001);
}

#[test]
fn many_series_become_several_requests_that_can_be_halved() {
    let mut encoder = encoder(Temporality::Cumulative, 8);
    let metric = &catalogue::HTTP_REQ_DURATION;
    let spread = recorded(&[1e-6, 1e-3, 1.0, 60.0]);
    let labels = |number: u32| Labels::new([("name", number.to_string())]);
    let new_series = (0..900).map(|id| SeriesDef { id, metric: metric.clone(), labels: labels(id) }).collect();
    let values = (0..900).map(|id| (id, Value::Trend(Box::new(spread.clone())))).collect();
    encoder.fold(&Interval { end_ms: BEGIN_MS, new_series, values, ..Interval::default() });
    let batches = encoder.push();
    assert!(batches.len() > 2);
    assert!(batches.iter().all(|batch| batch.content().len() <= 1 << 20 && batch.samples() <= 2_000));
    let points: usize = batches.iter().map(|batch| cumulative(batch).len()).sum();
    assert_eq!((points, batches.iter().map(Batch::samples).sum()), (1_800, 1_800));
    let (first, second) = batches.last().unwrap().halves().unwrap();
    assert_eq!(cumulative(&first).len() + cumulative(&second).len(), cumulative(batches.last().unwrap()).len());
}

/// The names that Prometheus makes of ours, by its rules: a unit is added where no word of the name is it, and `total`
/// becomes the last word of a counter (prometheus/otlptranslator, `normalizeName`).
#[test]
fn prometheus_leaves_the_names_alone() {
    let mut encoder = encoder(Temporality::Cumulative, 5);
    let all = (0..).zip(catalogue::ALL.iter().copied());
    let new_series: Vec<_> =
        all.map(|(id, metric)| SeriesDef { id, metric: metric.clone(), labels: Labels::default() }).collect();
    let recorded = |series: &SeriesDef| match Value::empty(series.metric.kind) {
        Value::Gauge(_) => (series.id, Value::Gauge(Some(1.0))),
        value => (series.id, value),
    };
    let values = new_series.iter().map(recorded).collect();
    encoder.fold(&Interval { end_ms: BEGIN_MS, new_series, values, ..Interval::default() });
    let mut names = std::collections::BTreeSet::new();
    for point in encoder.push().iter().flat_map(cumulative) {
        let mut words: Vec<&str> = point.name.split('_').filter(|word| !word.is_empty()).collect();
        let unit = match &*point.unit {
            "s" => "seconds",
            "By" => "bytes",
            "" => "",
            other => panic!("{other} is no unit of ours"),
        };
        if !unit.is_empty() && !words.contains(&unit) {
            words.push(unit);
        }
        if let Content::Sum(_) = point.content {
            words.retain(|word| *word != "total");
            words.push("total");
        }
        assert_eq!(words.join("_"), point.name);
        names.insert(point.name);
    }
    assert_eq!(names.len(), catalogue::ALL.len());
}

#[test]
fn exemplars_stand_in_the_points_of_what_they_took() {
    for (temporality, official) in [
        (Temporality::Cumulative, AggregationTemporality::Cumulative),
        (Temporality::Delta, AggregationTemporality::Delta),
    ] {
        let mut encoder = encoder(temporality, 5);
        for sequence in 0..2_u64 {
            let start_unix_ns = (u64::try_from(BEGIN_MS).unwrap() + sequence * 1_000) * 1_000_000;
            let (trace, duration_ns) = (0xabc, 100_000_000);
            let span = Span {
                series: 1,
                response_series: 9,
                trace,
                id: 5,
                parent: 1,
                start_unix_ns,
                duration_ns,
                ..Span::default()
            };
            encoder.fold(&Interval { spans: vec![Span { is_observed: true, ..span }], ..interval(sequence, &[0.1]) });
            let points: Vec<_> = encoder.push().iter().flat_map(|batch| decode(batch.content(), official)).collect();
            let exemplars: Vec<_> = points
                .iter()
                .flat_map(|point| match &point.content {
                    Content::Exponential(histogram) => histogram.exemplars.clone(),
                    _ => Vec::new(),
                })
                .collect();
            let [exemplar] = &exemplars[..] else { panic!("the zero before it has none: {exemplars:?}") };
            assert_eq!(
                (&exemplar.trace_id[..], &exemplar.span_id[..]),
                (&0xabc_u128.to_be_bytes()[..], &5_u64.to_be_bytes()[..])
            );
            assert_eq!(exemplar.time_unix_nano, start_unix_ns + 100_000_000);
            assert_eq!(exemplar.value, Some(exemplar::Value::AsDouble(0.1)));
        }
    }
}

#[test]
fn the_conventions_metric_goes_beside_ours_when_it_is_asked_for() {
    let exporter = ExporterSettings { transport: Protocol::Http, gzip: true, resource: Vec::new() };
    let prefix = "loadagent_".to_owned();
    let (temporality, histograms) = (Temporality::Cumulative, Histograms::Fixed { scale: 5 });
    let settings = Settings { exporter, prefix, histograms, temporality, semconv: true };
    let request = LoggedRequest {
        scenario: "s".into(),
        name: "login".into(),
        method: "POST".into(),
        scheme: "https".into(),
        address: "h".into(),
        port: 8_443,
    };
    let mut encoder = OtlpEncoder::new(&settings, "9.9.9", vec![("run_id".into(), "r1".into())], &[request]);
    let labels = [
        ("scenario", "s"),
        ("name", "login"),
        ("method", "POST"),
        ("status", "503"),
        ("error_class", "status_5xx"),
        ("expected_response", "false"),
    ];
    let (metric, labels) = (catalogue::HTTP_REQ_DURATION.clone(), Labels::new(labels));
    let new_series = vec![SeriesDef { id: 0, metric, labels }];
    let values = vec![(0, Value::Trend(Box::new(recorded(&[0.1, 0.2]))))];
    encoder.fold(&Interval { end_ms: BEGIN_MS, new_series, values, ..Interval::default() });
    let last = encoder.push().pop().unwrap();
    let metrics: Vec<_> = ExportMetricsServiceRequest::decode(last.content()).unwrap().resource_metrics;
    let mut metrics = metrics.into_iter().flat_map(|one| one.scope_metrics).flat_map(|scope| scope.metrics);
    let (own, conventional) = (metrics.next().unwrap(), metrics.next().unwrap());
    assert_eq!((&*conventional.name, &*conventional.unit), ("http.client.request.duration", "s"));
    let point = |metric: metric::Data| match metric {
        metric::Data::ExponentialHistogram(histogram) => histogram.data_points[0].clone(),
        other => panic!("{other:?}"),
    };
    let (own, conventional) = (point(own.data.unwrap()), point(conventional.data.unwrap()));
    assert_eq!((&own.positive, own.count), (&conventional.positive, conventional.count));
    let sent: BTreeMap<_, _> = conventional
        .attributes
        .iter()
        .map(|pair| {
            let value = match pair.value.clone().unwrap().value.unwrap() {
                any_value::Value::StringValue(text) => text,
                any_value::Value::IntValue(number) => format!("int {number}"),
                other => panic!("{other:?}"),
            };
            (&*pair.key, value)
        })
        .collect();
    let expected = [
        ("error.type", "503"),
        ("http.request.method", "POST"),
        ("http.response.status_code", "int 503"),
        ("name", "login"),
        ("run_id", "r1"),
        ("scenario", "s"),
        ("server.address", "h"),
        ("server.port", "int 8443"),
        ("url.scheme", "https"),
    ];
    assert_eq!(sent, expected.map(|(name, value)| (name, value.to_owned())).into());
    assert_eq!(sent.len(), conventional.attributes.len(), "names are unique");
}
