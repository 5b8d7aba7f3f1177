//! The same run in every output: no two series become one on the wire, and what each metric adds up to is the same.

use std::collections::{BTreeMap, BTreeSet};

use opentelemetry_proto::tonic::metrics::v1::{metric::Data, number_data_point::Value as Number};
use percent_encoding::percent_decode_str;
use proptest::prelude::*;

use super::*;
use crate::output::prometheus::tests::decode;

/// Names as profiles can have them, some of which mean something to a receiver.
const NAMES: [&str; 10] =
    ["scenario", "name", "team", "_a", "key_a", "duplicate", "region", "value", "tag_value", "metric"];
const VALUES: [&str; 12] = ["a", "b", "a&b", "a=b", "a&team=b", "a\\", "a\\n", "a\n", "a;b", "ü, \"q\"", "1", "%26"];
const METRICS: [&MetricDef; 4] =
    [&catalogue::HTTP_REQS, &catalogue::CHECKS, &catalogue::HTTP_REQ_DURATION, &catalogue::VUS];

type Tags = Vec<(&'static str, &'static str)>;
/// What identifies a point, the metric that it is of, and its value.
type Points = Vec<(String, &'static str, f64)>;

fn tags() -> impl Strategy<Value = Tags> {
    prop::collection::vec((prop::sample::select(&NAMES[..]), prop::sample::select(&VALUES[..])), 0..4)
}

/// Two seconds with the same series of every metric; the second one adds the later half of them.
fn run_of(sets: &[Tags]) -> (Vec<Labels>, [Interval; 2]) {
    let unique: BTreeSet<Labels> = sets.iter().map(|set| Labels::new(set.iter().copied())).collect();
    let sets: Vec<Labels> = unique.into_iter().collect();
    let interval = |sequence: u64, from: usize, to: usize| {
        let all = |from: usize| {
            (from..to)
                .flat_map(|place| METRICS.iter().enumerate().map(move |(number, metric)| (place, number, *metric)))
        };
        let id = |place: usize, number: usize| u32::try_from(place * METRICS.len() + number).unwrap();
        let value = |place: usize, kind| match kind {
            Kind::Counter => Value::Counter(place as f64 + 1.0),
            Kind::Gauge => Value::Gauge(Some(place as f64)),
            Kind::Rate => Value::Rate { nonzero: 1, total: 3 },
            Kind::Trend => trend(&[0.25, 0.5]),
        };
        Interval {
            sequence,
            start_ms: START_MS + i64::try_from(sequence).unwrap() * 1_000,
            end_ms: START_MS + i64::try_from(sequence).unwrap() * 1_000 + 1_000,
            new_series: all(from)
                .map(|(place, number, metric)| SeriesDef {
                    id: id(place, number),
                    metric: metric.clone(),
                    labels: sets[place].clone(),
                })
                .collect(),
            values: all(0).map(|(place, number, metric)| (id(place, number), value(place, metric.kind))).collect(),
            ..Interval::default()
        }
    };
    let half = sets.len().div_ceil(2);
    let intervals = [interval(0, 0, half), interval(1, half, sets.len())];
    (sets, intervals)
}

/// What the run's metrics add up to: requests, checks, durations, users.
fn sums(intervals: &[Interval]) -> [f64; 4] {
    let mut totals = Totals::default();
    intervals.iter().for_each(|interval| totals.fold(interval));
    METRICS.map(|metric| match totals.sum_where(&metric.name, |_| true) {
        Some(Value::Counter(sum)) => sum,
        Some(Value::Gauge(last)) => last.unwrap_or_default(),
        Some(Value::Rate { total, .. }) => total as f64,
        Some(Value::Trend(histogram)) => histogram.count() as f64,
        None => 0.0,
    })
}

/// The points of the last push.
fn last(mut encoder: impl Encoder, intervals: &[Interval], read: impl Fn(&[u8]) -> Points) -> Points {
    let mut points = Points::new();
    for interval in intervals {
        encoder.fold(interval);
        let batches = encoder.push();
        // A zero where a series appears stands before its first value, and is of another time.
        points = batches.iter().flat_map(|batch| read(batch.content())).collect();
    }
    points
}

/// The place in [`METRICS`] and the name of the metric that an exported name is of; None for parts of histograms.
fn metric_of(name: &str) -> Option<&'static str> {
    METRICS.iter().map(|metric| &*metric.name).find(|known| {
        let bare = name.strip_prefix("loadagent_").unwrap_or(name);
        [known.to_string(), format!("{known}_total"), format!("{known}_seconds"), format!("{known}_seconds_count")]
            .contains(&bare.to_owned())
    })
}

fn remote_points(version: Version, content: &[u8]) -> Points {
    let of = |series: crate::output::prometheus::tests::Decoded| {
        let (name, at, value) = series.point();
        Some((format!("{:?} {at}", series.labels()), metric_of(&name)?, value))
    };
    decode(version, content).into_iter().filter_map(of).collect()
}

fn otlp_points(content: &[u8]) -> Points {
    let request = ExportMetricsServiceRequest::decode(content).unwrap();
    let scopes = request.resource_metrics.into_iter().flat_map(|resource| resource.scope_metrics);
    let mut points = Points::new();
    for metric in scopes.flat_map(|scope| scope.metrics) {
        let Some(own) =
            metric_of(&metric.name).or((metric.name == "http.client.request.duration").then_some("semconv"))
        else {
            continue;
        };
        let mut add = |attributes: &_, at: u64, value| points.push((format!("{own} {attributes:?} {at}"), own, value));
        match metric.data.unwrap() {
            Data::Sum(sum) => sum.data_points.iter().for_each(|point| {
                let Some(Number::AsDouble(value)) = point.value else { panic!("{point:?}") };
                add(&point.attributes, point.time_unix_nano, value);
            }),
            Data::Gauge(gauge) => gauge.data_points.iter().for_each(|point| {
                let Some(Number::AsDouble(value)) = point.value else { panic!("{point:?}") };
                add(&point.attributes, point.time_unix_nano, value);
            }),
            Data::ExponentialHistogram(all) => all
                .data_points
                .iter()
                .for_each(|point| add(&point.attributes, point.time_unix_nano, point.count as f64)),
            Data::Histogram(all) => all
                .data_points
                .iter()
                .for_each(|point| add(&point.attributes, point.time_unix_nano, point.count as f64)),
            other @ Data::Summary(_) => panic!("{other:?}"),
        }
    }
    points
}

fn otlp_of(run: Vec<(String, String)>, histograms: Histograms) -> OtlpEncoder {
    let (prefix, temporality) = ("loadagent_".to_owned(), Temporality::Cumulative);
    let settings = OtlpSettings { exporter: exporter(), prefix, histograms, temporality, semconv: true };
    OtlpEncoder::new(&settings, "0.0.0", run, &[])
}

fn page_points(text: &str) -> Points {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let of = |line: &str| {
        let (series, value) = line.rsplit_once(' ').unwrap();
        let name = series.split('{').next().unwrap();
        Some((series.to_owned(), metric_of(name)?, value.parse().unwrap()))
    };
    lines.filter_map(of).collect()
}

/// The field of a measurement that counts what [`sums`] counts.
fn influx_points(content: &[u8]) -> Points {
    let text = std::str::from_utf8(content).unwrap();
    let of = |line: &str| {
        let (rest, at) = line.rsplit_once(' ').unwrap();
        let (key, fields) = rest.rsplit_once(' ').unwrap();
        let own = metric_of(key.split(',').next().unwrap())?;
        let wanted = ["total=", "total_count=", "value="];
        let value = wanted.iter().find_map(|name| fields.split(',').find_map(|field| field.strip_prefix(name)));
        Some((format!("{key} {at}"), own, value.unwrap().parse().unwrap()))
    };
    text.lines().filter_map(of).collect()
}

fn compare(what: &str, points: &Points, expected: [f64; 4]) -> Result<(), TestCaseError> {
    let keys: BTreeSet<&str> = points.iter().map(|(keys, ..)| keys.as_str()).collect();
    prop_assert_eq!(keys.len(), points.len(), "{}: two points are one: {:?}", what, points);
    for (metric, expected) in METRICS.iter().zip(expected) {
        let own = points.iter().filter(|(_, known, _)| *known == metric.name);
        let sum: f64 = own.map(|(.., value)| value).sum();
        prop_assert!((sum - expected).abs() < 1e-9, "{what}: {} is {sum}, not {expected}", metric.name);
    }
    Ok(())
}

/// The extra tags of a line of CSV, read back.
fn extra_tags(text: &str) -> BTreeMap<String, String> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let place = reader.headers().unwrap().iter().position(|name| name == "extra_tags").unwrap();
    let record = reader.records().next().unwrap().unwrap();
    let pairs = record[place].split('&').filter(|pair| !pair.is_empty());
    let pair = |pair: &str| {
        let (name, value) = pair.split_once('=').unwrap();
        (name.to_owned(), percent_decode_str(value).decode_utf8().unwrap().into_owned())
    };
    pairs.map(pair).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(250))]

    #[test]
    fn no_two_series_become_one_and_sums_are_the_same_everywhere(
        sets in prop::collection::vec(tags(), 1..8),
        run in tags(),
    ) {
        // Half of the series have the run's labels themselves, and are as another one is that has them from the run.
        let with_run = sets.iter().map(|set| [&run[..], set].concat()).collect::<Vec<Tags>>();
        let (sets, intervals) = run_of(&[sets, with_run].concat());
        let expected = sums(&intervals);
        let run: Vec<(String, String)> = run.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        let run_of_samples = run.clone();
        for version in [Version::One, Version::Two] {
            for native in [None, Some(5)] {
                let dialect = Dialect { version, native, ..Dialect::default() };
                let cell = Rc::new(Cell::new(dialect));
                let encoder = RemoteWriteEncoder::new(&RemoteWriteSettings::default(), run.clone(), cell);
                let points = last(encoder, &intervals, |content| remote_points(version, content));
                compare(&format!("{dialect}"), &points, expected)?;
            }
        }
        for histograms in [Histograms::Bounded { max_scale: 5 }, Histograms::Explicit] {
            let encoder = otlp_of(run.clone(), histograms);
            compare(&format!("OTLP, {histograms}"), &last(encoder, &intervals, otlp_points), expected)?;
        }
        compare("InfluxDB", &last(AggregateEncoder::new("", run.clone()), &intervals, influx_points), expected)?;
        let mut totals = Totals::default();
        intervals.iter().for_each(|interval| totals.fold(interval));
        let page = exposition::render(&totals, "loadagent_", &run).unwrap().text;
        compare("page", &page_points(&page), expected)?;
        for (family, labels) in (0..).zip(&sets) {
            let options = SampleOptions { run_labels: run_of_samples.clone(), metrics: MetricSelection::default() };
            let all = options.all_labels(labels);
            let extra: BTreeMap<String, String> = all
                .iter()
                .filter(|(name, _)| !["scenario", "name"].contains(*name))
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect();
            let mut format = CsvFormat::new(options.clone());
            let mut lines = Lines::default();
            let recorded = Recorded {
                key: SeriesKey { worker: 0, family },
                metric: &catalogue::CHECKS,
                labels,
                at_unix_ns: START_MS * 1_000_000,
                entry: Entry::Record(Record::Check { passed: true }),
            };
            format.write(&recorded, &mut lines);
            let text = String::from_utf8([format.head(), lines.bytes].concat()).unwrap();
            prop_assert_eq!(extra_tags(&text), extra);
        }
    }
}
