//! Tests of the points: read back with a parser of their own, held against the summary, and as golden lines.

use std::{collections::BTreeMap, time::Duration};

use proptest::prelude::*;
use serde_json::Value as Json;

use super::{aggregate::AggregateEncoder, line};
use crate::{
    analysis::{Analysis, Coverage, Offered, Outcome, Validity, Verdict},
    interval_log::Header,
    metric::{Histogram, Interval, Labels, MetricDef, SeriesDef, Totals, Value, catalogue},
    output::{batch::Batch, encoder::Encoder},
    report::{self, Summary, trends},
};

#[derive(Debug, PartialEq)]
struct Point {
    measurement: String,
    tags: BTreeMap<String, String>,
    fields: BTreeMap<String, f64>,
    at_ms: i64,
}

/// Reads up to an unescaped end; a backslash before anything but a special character stands for itself.
fn token(rest: &mut &str, special: &str, ends: &str) -> String {
    let mut token = String::new();
    let mut characters = rest.char_indices().peekable();
    while let Some((at, c)) = characters.next() {
        match characters.peek() {
            Some((_, next)) if c == '\\' && special.contains(*next) => {
                token.push(*next);
                characters.next();
            }
            _ if ends.contains(c) => {
                *rest = &rest[at..];
                return token;
            }
            _ => token.push(c),
        }
    }
    *rest = "";
    token
}

fn parse(line: &str) -> Point {
    let mut rest = line;
    let measurement = token(&mut rest, ", ", ", ");
    let mut tags = BTreeMap::new();
    while let Some(tail) = rest.strip_prefix(',') {
        rest = tail;
        let name = token(&mut rest, ",= ", "=");
        rest = rest.strip_prefix('=').unwrap();
        let value = token(&mut rest, ",= ", ",= ");
        assert!(!name.is_empty() && !value.is_empty(), "{line}");
        assert!(tags.last_key_value().is_none_or(|(last, _)| *last < name), "tags are not sorted: {line}");
        tags.insert(name, value);
    }
    let (fields, at_ms) = rest.strip_prefix(' ').unwrap().split_once(' ').unwrap();
    let field = |field: &str| field.split_once('=').map(|(name, value)| (name.to_owned(), value.parse().unwrap()));
    let fields = fields.split(',').map(|text| field(text).unwrap()).collect();
    Point { measurement, tags, fields, at_ms: at_ms.parse().unwrap() }
}

fn points(batches: &[Batch]) -> Vec<Point> {
    batches.iter().flat_map(|batch| std::str::from_utf8(batch.content()).unwrap().lines().map(parse)).collect()
}

fn series(id: u32, metric: &MetricDef, labels: &[(&str, &str)]) -> SeriesDef {
    SeriesDef { id, metric: metric.clone(), labels: Labels::new(labels.iter().copied()) }
}

fn trend(times: &[f64]) -> Value {
    let mut histogram = Histogram::default();
    times.iter().for_each(|time| histogram.record(*time));
    Value::Trend(Box::new(histogram))
}

fn interval(second: i64, new_series: Vec<SeriesDef>, values: Vec<(u32, Value)>) -> Interval {
    let (start_ms, end_ms) = (second * 1_000, (second + 1) * 1_000);
    Interval { start_ms, end_ms, new_series, values, ..Interval::default() }
}

/// What is left of a text: nothing of a backslash before the end, a separator, a control character or a backslash.
fn kept(text: &str) -> String {
    let cut = regex::Regex::new(r"\\+([,= \\\p{Cc}]|$)").unwrap().replace_all(text, "$1");
    cut.chars().map(|c| if c.is_control() { c.escape_default().to_string() } else { c.to_string() }).collect()
}

proptest! {
    #[test]
    fn what_is_escaped_reads_back(measurement in "[a-z][ -~é\n\t\\\\,=\"]{0,9}", name in "[ -~\n\\\\,= ]{0,9}", value in "[ -~é\r\n\\\\,= ]{0,9}") {
        let written = line::line(&line::key(&measurement, [(&*name, &*value)]), &[("value", Some(0.1))], 7).unwrap();
        let text = String::from_utf8(written).unwrap();
        prop_assert_eq!(text.matches('\n').count(), 1);
        let point = parse(text.trim_end_matches('\n'));
        prop_assert_eq!(point.measurement, kept(&measurement));
        let named = if name.starts_with('_') { format!("tag_{name}") } else { name };
        let whole = !kept(&named).is_empty() && !kept(&value).is_empty();
        let expected = if whole { BTreeMap::from([(kept(&named), kept(&value))]) } else { BTreeMap::new() };
        prop_assert_eq!(point.tags, expected);
    }

    #[test]
    fn numbers_read_back_exactly_or_are_left_out(value in prop::num::f64::ANY) {
        let written = line::line(b"m", &[("a", Some(value)), ("b", None), ("c", Some(1.0))], 7).unwrap();
        let point = parse(std::str::from_utf8(&written).unwrap().trim_end());
        prop_assert_eq!(point.fields.get("a").map(|read| read.to_bits()), value.is_finite().then(|| value.to_bits()));
        prop_assert_eq!(point.fields.len(), 1 + usize::from(value.is_finite()));
        prop_assert_eq!(line::line(b"m", &[("a", Some(f64::NAN)), ("b", None)], 7), None);
    }

    #[test]
    fn the_store_holds_what_the_summary_shows(
        seconds in prop::collection::vec(prop::collection::vec((1e-5..3.0_f64, any::<bool>(), 0_usize..3), 0..60), 1..8),
        spans in 1_usize..4,
    ) {
        let (mut encoder, mut totals, mut pushed) = (AggregateEncoder::new("", Vec::new()), Totals::default(), Vec::new());
        for (number, requests) in seconds.iter().enumerate() {
            let mut values: Vec<Value> = SERIES.iter().map(|(metric, _)| Value::empty(metric.kind)).collect();
            for (time, failed, scenario) in requests {
                let place = scenario * 3;
                values[place].merge(&Value::Counter(1.0));
                values[place + 1].merge(&trend(&[*time]));
                values[place + 2].merge(&Value::Rate { nonzero: u64::from(*failed), total: 1 });
            }
            let new_series = if number == 0 { definitions() } else { Vec::new() };
            let values = (0..).zip(values).filter(|(_, value)| !value.is_empty()).collect();
            let interval = interval(i64::try_from(number).unwrap(), new_series, values);
            totals.fold(&interval);
            encoder.fold(&interval);
            if (number + 1) % spans == 0 {
                pushed.extend(points(&encoder.push()));
            }
        }
        pushed.extend(points(&encoder.push()));
        holds_the_summary(&pushed, &report::json::render(&summary(totals), report::json::Terminals::default()));
    }
}

const SERIES: [(&MetricDef, &str); 9] = [
    (&catalogue::HTTP_REQS, "a"),
    (&catalogue::HTTP_REQ_DURATION, "a"),
    (&catalogue::HTTP_REQ_FAILED, "a"),
    (&catalogue::HTTP_REQS, "b"),
    (&catalogue::HTTP_REQ_DURATION, "b"),
    (&catalogue::HTTP_REQ_FAILED, "b"),
    (&catalogue::HTTP_REQS, "c"),
    (&catalogue::HTTP_REQ_DURATION, "c"),
    (&catalogue::HTTP_REQ_FAILED, "c"),
];

fn definitions() -> Vec<SeriesDef> {
    (0..).zip(SERIES).map(|(id, (metric, scenario))| series(id, metric, &[("scenario", scenario)])).collect()
}

fn holds_the_summary(pushed: &[Point], summary: &Json) {
    let overall = |metric: &str| -> Vec<&Point> {
        let ours = |point: &&Point| point.measurement == "overall" && point.tags["metric"] == metric;
        pushed.iter().filter(ours).collect()
    };
    for (metric, pairs) in [
        ("http_reqs", &[("total", "count")][..]),
        ("http_req_failed", &[("total_nonzero", "passes"), ("total_rate", "rate")]),
        (
            "http_req_duration",
            &[
                ("total_count", "count"),
                ("total_min", "min"),
                ("total_max", "max"),
                ("total_mean", "avg"),
                ("total_p50", "med"),
                ("total_p90", "p(90)"),
                ("total_p95", "p(95)"),
                ("total_p99", "p(99)"),
                ("total_p999", "p(99.9)"),
            ],
        ),
    ] {
        let all = overall(metric);
        let last = all.last().unwrap();
        let values = &summary["metrics"][metric]["values"];
        // A metric without any observation is not in the summary, and has no statistics here.
        for (field, key) in pairs.iter().filter(|_| !values.is_null()) {
            assert_eq!(last.fields.get(*field).copied(), values[key].as_f64(), "{field} of {metric}");
        }
        let total = last.fields[if metric == "http_reqs" { "total" } else { "total_count" }];
        let sum = |points: &[&Point]| points.iter().fold(0.0, |sum, point| sum + point.fields["count"]).to_bits();
        assert_eq!(sum(&all), total.to_bits(), "{metric}");
        let of_series: Vec<_> = pushed.iter().filter(|point| point.measurement == metric).collect();
        assert_eq!(sum(&of_series), total.to_bits(), "{metric}");
    }
}

fn summary(totals: Totals) -> Summary {
    Summary {
        header: Header::default(),
        elapsed: Duration::from_secs(9),
        scenario_ends: Vec::new(),
        totals,
        offered: Offered::default(),
        coverage: Coverage::default(),
        findings: Vec::new(),
        validity: Validity::default(),
        outputs: Vec::new(),
        outputs_pending: false,
        run_dir: std::path::PathBuf::new(),
        outcome: Outcome::new(Vec::new(), Verdict::Pass),
        analysis: Analysis::default(),
        has_ended: true,
        events: crate::report::summary::Events::default(),
        trend_stats: trends::parse_stats(trends::DEFAULT_STATS).unwrap(),
        view: report::summary::TextLayout::default(),
    }
}

#[test]
fn a_small_run_line_by_line() {
    let mut encoder =
        AggregateEncoder::new("k6_", vec![("run_id".into(), "r 1".into()), ("none".into(), String::new())]);
    let series = vec![
        series(0, &catalogue::HTTP_REQS, &[("name", "a,b=c"), ("time", "now")]),
        series(1, &catalogue::HTTP_REQ_DURATION, &[("name", "x\\")]),
        series(2, &catalogue::CHECKS, &[("_own", "1"), ("rate", "2")]),
        series(3, &catalogue::VUS, &[("scenario", "s")]),
        series(4, &catalogue::VUS, &[("scenario", "t")]),
    ];
    let rate = |nonzero, total| Value::Rate { nonzero, total };
    let gauge = |value| Value::Gauge(Some(value));
    let first = vec![(0, Value::Counter(3.0)), (1, trend(&[0.25])), (2, rate(1, 2)), (3, gauge(5.0)), (4, gauge(1.0))];
    encoder.fold(&interval(0, series, first));
    encoder.fold(&interval(1, Vec::new(), vec![(0, Value::Counter(1.0))]));
    let text = |batches: Vec<Batch>| {
        batches.iter().map(|batch| String::from_utf8(batch.content().to_vec()).unwrap()).collect::<String>()
    };
    assert_eq!(
        text(encoder.push()),
        "k6_http_reqs,name=a\\,b\\=c,run_id=r\\ 1,tag_time=now count=4,rate=2,total=4 2000\n\
         k6_http_req_duration,name=x,run_id=r\\ 1 sum=250,total_sum=250,count=1,total_count=1,min=250,total_min=250,\
         max=250,total_max=250,mean=250,total_mean=250,p50=250,total_p50=250,p90=250,total_p90=250,p95=250,\
         total_p95=250,p99=250,total_p99=250,p999=250,total_p999=250 2000\n\
         k6_checks,run_id=r\\ 1,tag__own=1,tag_rate=2 nonzero=1,count=2,rate=0.5,total_nonzero=1,total_count=2,total_rate=0.5 2000\n\
         k6_vus,run_id=r\\ 1,scenario=s value=5 2000\n\
         k6_vus,run_id=r\\ 1,scenario=t value=1 2000\n\
         k6_overall,metric=http_reqs,run_id=r\\ 1 count=4,rate=2,total=4 2000\n\
         k6_overall,metric=http_req_duration,run_id=r\\ 1 sum=250,total_sum=250,count=1,total_count=1,min=250,\
         total_min=250,max=250,total_max=250,mean=250,total_mean=250,p50=250,total_p50=250,p90=250,total_p90=250,\
         p95=250,total_p95=250,p99=250,total_p99=250,p999=250,total_p999=250 2000\n\
         k6_overall,metric=checks,run_id=r\\ 1 nonzero=1,count=2,rate=0.5,total_nonzero=1,total_count=2,total_rate=0.5 2000\n\
         k6_overall,metric=vus,run_id=r\\ 1 value=6 2000\n"
    );
    assert!(encoder.push().is_empty(), "nothing new");
    // A silent second is a zero and not a gap; what no value stands for is left out.
    encoder.fold(&interval(2, Vec::new(), vec![(3, gauge(0.0))]));
    assert_eq!(
        text(encoder.push()),
        "k6_vus,run_id=r\\ 1,scenario=s value=0 3000\n\
         k6_overall,metric=http_reqs,run_id=r\\ 1 count=0,rate=0,total=4 3000\n\
         k6_overall,metric=http_req_duration,run_id=r\\ 1 sum=0,total_sum=250,count=0,total_count=1,total_min=250,\
         total_max=250,total_mean=250,total_p50=250,total_p90=250,total_p95=250,total_p99=250,total_p999=250 3000\n\
         k6_overall,metric=checks,run_id=r\\ 1 nonzero=0,count=0,total_nonzero=1,total_count=2,total_rate=0.5 3000\n\
         k6_overall,metric=vus,run_id=r\\ 1 value=1 3000\n"
    );
}

#[test]
fn no_tag_is_called_as_a_field() {
    let mut encoder = AggregateEncoder::new("", Vec::new());
    let series = vec![
        series(0, &catalogue::HTTP_REQS, &[]),
        series(1, &catalogue::HTTP_REQ_DURATION, &[]),
        series(2, &catalogue::CHECKS, &[]),
        series(3, &catalogue::VUS, &[]),
    ];
    let rate = Value::Rate { nonzero: 1, total: 2 };
    let values = vec![(0, Value::Counter(3.0)), (1, trend(&[0.25])), (2, rate), (3, Value::Gauge(Some(1.0)))];
    encoder.fold(&interval(0, series, values));
    let points = points(&encoder.push());
    let fields: Vec<&str> = points.iter().flat_map(|point| point.fields.keys()).map(String::as_str).collect();
    for name in fields.into_iter().chain(["weight", "time"]) {
        let key = String::from_utf8(line::key("m", [(name, "x")])).unwrap();
        assert_eq!(key, format!("m,tag_{name}=x"));
    }
    assert_eq!(line::key("#_m", [("a", "1"), ("a", ""), ("_b", "2")]), b"m,a=1,tag__b=2");
}

#[test]
fn batches_end_at_five_thousand_lines() {
    let many: Vec<_> = (0..7_000).map(|id| series(id, &catalogue::CHECKS, &[("check", &id.to_string())])).collect();
    let values = (0..7_000).map(|id| (id, Value::Rate { nonzero: 0, total: 1 })).collect();
    let mut encoder = AggregateEncoder::new("", Vec::new());
    encoder.fold(&interval(0, many, values));
    let batches = encoder.push();
    assert_eq!(batches.iter().map(Batch::samples).collect::<Vec<_>>(), [5_000, 2_001]);
    assert_eq!(points(&batches).len(), 7_001);
}
