//! Formats of raw samples: golden lines beside what k6 1.1.0 writes of the same events, escaping, and where lines end.

use proptest::prelude::*;

use super::*;
use crate::{
    metric::{Record, RequestTimes, catalogue},
    output::{csv::format::CsvFormat, influxdb::raw::RawFormat, json::format::JsonFormat},
    record_log::{Entry, SeriesKey},
};

const AT: i64 = 1_795_244_110_617_162_914;

/// A run in small: a request, a check, an attempt that was refused, an iteration, a drop, gauges.
fn story() -> Vec<(SeriesKey, Labels, i64, Entry)> {
    let http = [
        ("scenario", "default"),
        ("name", "get, \"it\""),
        ("method", "GET"),
        ("status", "200"),
        ("expected_response", "true"),
        ("mine", "m&n <q>"),
    ];
    let refused = [
        ("scenario", "default"),
        ("name", "other"),
        ("method", "GET"),
        ("expected_response", "false"),
        ("error_class", "connect_refused"),
    ];
    let times = RequestTimes {
        blocked: 490_752,
        connecting: 436_241,
        tls: 0,
        sending: 60_109,
        waiting: 808_567,
        receiving: 46_569,
        response: None,
    };
    let iteration = Record::Iteration { cut_off: false, duration: 1_822_250, sent: 71, received: 119 };
    let check = [("check", "ok yes"), ("scenario", "default")];
    let scenario = [("scenario", "default")];
    let entries = [
        (Labels::new(http), Entry::Record(Record::Request { failed: false, times })),
        (Labels::new(check), Entry::Record(Record::Check { passed: true })),
        (Labels::new(refused), Entry::Record(Record::Unsent { failed: true, times: RequestTimes::default() })),
        (Labels::new(scenario), Entry::Record(iteration)),
        (Labels::new(scenario), Entry::Record(Record::Dropped { count: 3 })),
        (Labels::new(scenario), Entry::Gauge { metric: &catalogue::VUS, value: 12.0 }),
        (Labels::new(scenario), Entry::Gauge { metric: &catalogue::VUS_MAX, value: f64::NAN }),
    ];
    let lines_of_entries = entries.into_iter().zip(0_u32..).map(|((labels, entry), number)| {
        // The last four have the same labels, the last two are the coordinator's.
        let key = SeriesKey { worker: u32::from(number > 4), family: number.min(3) };
        (key, labels, AT + i64::from(number) * 1_000_000_086, entry)
    });
    lines_of_entries.collect()
}

fn options() -> SampleOptions {
    let run_labels = [("run_id", "r1"), ("team", "a \"b"), ("scenario", "the series' own wins"), ("empty", "")];
    SampleOptions {
        run_labels: run_labels.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
        metrics: MetricSelection::default(),
    }
}

fn write(format: &mut dyn SampleFormat, story: &[(SeriesKey, Labels, i64, Entry)]) -> Lines {
    let mut lines = Lines::default();
    for (key, labels, at_unix_ns, entry) in story {
        let recorded =
            Recorded { key: *key, metric: &catalogue::HTTP_REQS, labels, at_unix_ns: *at_unix_ns, entry: *entry };
        format.write(&recorded, &mut lines);
    }
    let ends: Vec<_> = (1_u32..).zip(&lines.bytes).filter(|(_, byte)| **byte == b'\n').map(|(end, _)| end).collect();
    assert_eq!(lines.ends, ends, "every line's end is known");
    lines
}

fn text(lines: &Lines) -> &str {
    std::str::from_utf8(&lines.bytes).unwrap()
}

/// A check or a request of `scenario`, each at its time.
fn at(at_unix_ns: i64, record: Record) -> (SeriesKey, Labels, i64, Entry) {
    let labels = Labels::new([("scenario", "a")]);
    (SeriesKey { worker: 0, family: 0 }, labels, at_unix_ns, Entry::Record(record))
}

#[test]
fn what_is_rare_is_never_sampled_away() {
    let (labels, times) = (Labels::new([("scenario", "a")]), RequestTimes::default());
    let gauge = Entry::Gauge { metric: &catalogue::VUS, value: 5.0 };
    let story = [
        at(1, Record::Request { failed: true, times }),
        at(2, Record::Unsent { failed: true, times }),
        at(3, Record::Check { passed: false }),
        at(4, Record::Dropped { count: 2 }),
        (SeriesKey { worker: 1, family: 0 }, labels, 5, gauge),
    ];
    let lines = write(&mut RawFormat::new(SampleOptions::default(), "p_", u32::MAX), &story);
    assert_eq!(lines.ends.len(), 10 + 5 + 1 + 1 + 1);
    assert!(text(&lines).lines().all(|line| line.contains(",weight=1 ")), "{}", text(&lines));
    assert!(text(&lines).contains("p_checks,scenario=a value=0,weight=1 3\n"));
}

#[test]
fn an_output_tags_samples_as_it_tags_aggregates() {
    use crate::{
        metric::{Interval, SeriesDef, Value},
        output::{encoder::Encoder, influxdb::aggregate::AggregateEncoder},
    };
    let labels = Labels::new([("value", "1"), ("p99", "2"), ("_x", "a\\"), ("empty", ""), ("time", "n\nl")]);
    let run_labels = vec![("weight".to_owned(), "w".to_owned()), ("empty".to_owned(), "of the run".to_owned())];
    let mut aggregates = AggregateEncoder::new("#_p ", run_labels.clone());
    let series = SeriesDef { id: 0, metric: catalogue::CHECKS.clone(), labels: labels.clone() };
    let values = vec![(0, Value::Rate { nonzero: 1, total: 1 })];
    aggregates.fold(&Interval { end_ms: 1_000, new_series: vec![series], values, ..Interval::default() });
    let aggregates = aggregates.push();
    let options = SampleOptions { run_labels, metrics: MetricSelection::default() };
    let story = [(SeriesKey { worker: 0, family: 0 }, labels, 1, Entry::Record(Record::Check { passed: true }))];
    let samples = write(&mut RawFormat::new(options, "#_p ", 1), &story);
    let key = |text: &str| text.split_once(" value=").or(text.split_once(" nonzero=")).unwrap().0.to_owned();
    let aggregate = std::str::from_utf8(aggregates[0].content()).unwrap();
    assert_eq!(key(text(&samples)), key(aggregate));
    let expected = r"p\ checks,empty=of\ the\ run,tag__x=a,tag_p99=2,tag_time=n\nl,tag_value=1,tag_weight=w";
    assert_eq!(key(aggregate), expected);
}

#[test]
fn influx_lines() {
    let lines = write(&mut RawFormat::new(options(), "", 1), &story());
    let tags = r#"expected_response=true,method=GET,mine=m&n\ <q>,name=get\,\ "it",run_id=r1,scenario=default,status=200,team=a\ "b"#;
    let bad = r#"error_class=connect_refused,expected_response=false,method=GET,name=other,run_id=r1,scenario=default,team=a\ "b"#;
    let plain = r#"run_id=r1,scenario=default,team=a\ "b"#;
    let mut expected = String::new();
    for (name, value) in [
        ("http_reqs", "1"),
        ("http_req_duration", "0.915245"),
        ("http_req_blocked", "0.490752"),
        ("http_req_connecting", "0.436241"),
        ("http_req_tls_handshaking", "0"),
        ("http_req_sending", "0.060109"),
        ("http_req_waiting", "0.808567"),
        ("http_req_receiving", "0.046569"),
        ("http_req_failed", "0"),
    ] {
        expected += &format!("{name},{tags} value={value} 1795244110617162914\n");
    }
    expected += &format!("checks,check=ok\\ yes,{plain} value=1 1795244111617163000\n");
    for (name, value) in [
        ("http_req_blocked", 0),
        ("http_req_connecting", 0),
        ("http_req_tls_handshaking", 0),
        ("http_req_failed", 1),
        ("http_errors", 1),
    ] {
        expected += &format!("{name},{bad} value={value} 1795244112617163086\n");
    }
    for (name, value) in
        [("data_sent", "71"), ("data_received", "119"), ("iteration_duration", "1.82225"), ("iterations", "1")]
    {
        expected += &format!("{name},{plain} value={value} 1795244113617163172\n");
    }
    expected += &format!("dropped_iterations,{plain} value=3 1795244114617163258\n");
    expected += &format!("vus,{plain} value=12 1795244115617163344\n");
    assert_eq!(text(&lines), expected);
    assert_eq!(lines.ends.len(), 21);
}

#[test]
fn json_lines_are_k6s() {
    let mut json = JsonFormat::new(options());
    let (head, lines) = (String::from_utf8(json.head()).unwrap(), write(&mut json, &story()));
    let lines: Vec<&str> = head.lines().chain(text(&lines).lines()).collect();
    let metrics = super::expansion::SAMPLED.len();
    assert_eq!((head.lines().count(), lines.len()), (metrics, metrics + 21), "an envelope for each metric");
    let all = [
        r#"{"type":"Metric","data":{"name":"http_reqs","type":"counter","contains":"default","thresholds":[],"submetrics":null},"metric":"http_reqs"}"#,
        r#"{"metric":"http_reqs","type":"Point","data":{"time":"2026-11-21T06:55:10.617162914Z","value":1,"tags":{"expected_response":"true","method":"GET","mine":"m\u0026n \u003cq\u003e","name":"get, \"it\"","run_id":"r1","scenario":"default","status":"200","team":"a \"b"}}}"#,
        r#"{"type":"Metric","data":{"name":"http_req_duration","type":"trend","contains":"time","thresholds":[],"submetrics":null},"metric":"http_req_duration"}"#,
        r#"{"metric":"http_req_duration","type":"Point","data":{"time":"2026-11-21T06:55:10.617162914Z","value":0.915245,"tags":{"expected_response":"true","method":"GET","mine":"m\u0026n \u003cq\u003e","name":"get, \"it\"","run_id":"r1","scenario":"default","status":"200","team":"a \"b"}}}"#,
        r#"{"metric":"http_req_failed","type":"Point","data":{"time":"2026-11-21T06:55:12.617163086Z","value":1,"tags":{"error_class":"connect_refused","expected_response":"false","method":"GET","name":"other","run_id":"r1","scenario":"default","team":"a \"b"}}}"#,
        r#"{"type":"Metric","data":{"name":"data_sent","type":"counter","contains":"data","thresholds":[],"submetrics":null},"metric":"data_sent"}"#,
        r#"{"metric":"data_sent","type":"Point","data":{"time":"2026-11-21T06:55:13.617163172Z","value":71,"tags":{"run_id":"r1","scenario":"default","team":"a \"b"}}}"#,
        r#"{"metric":"iteration_duration","type":"Point","data":{"time":"2026-11-21T06:55:13.617163172Z","value":1.82225,"tags":{"run_id":"r1","scenario":"default","team":"a \"b"}}}"#,
        r#"{"type":"Metric","data":{"name":"vus","type":"gauge","contains":"default","thresholds":[],"submetrics":null},"metric":"vus"}"#,
    ];
    for expected in all {
        assert!(lines.contains(&expected), "{expected}\nis not among\n{lines:#?}");
    }
    assert!(lines.iter().all(|line| serde_json::from_str::<serde_json::Value>(line).is_ok()));
}

#[test]
fn csv_lines_are_k6s() {
    let mut csv = CsvFormat::new(options());
    let head = "metric_name,timestamp,metric_value,check,error,error_code,expected_response,group,method,name,proto,\
                scenario,service,status,subproto,tls_version,url,extra_tags,metadata\n";
    assert_eq!(String::from_utf8(csv.head()).unwrap(), head);
    let lines = write(&mut csv, &story());
    assert_eq!(lines.ends.len(), 21);
    let all = [
        r#"http_reqs,1795244110,1.000000,,,,true,,GET,"get, ""it""",,default,,200,,,,"mine=m%26n <q>&run_id=r1&team=a ""b","#,
        r#"http_req_duration,1795244110,0.915245,,,,true,,GET,"get, ""it""",,default,,200,,,,"mine=m%26n <q>&run_id=r1&team=a ""b","#,
        r#"checks,1795244111,1.000000,ok yes,,,,,,,,default,,,,,,"run_id=r1&team=a ""b","#,
        r#"http_req_failed,1795244112,1.000000,,,,false,,GET,other,,default,,,,,,"error_class=connect_refused&run_id=r1&team=a ""b","#,
        r#"iteration_duration,1795244113,1.822250,,,,,,,,,default,,,,,,"run_id=r1&team=a ""b","#,
        r#"vus,1795244115,12.000000,,,,,,,,,default,,,,,,"run_id=r1&team=a ""b","#,
    ];
    let mut rest = text(&lines).lines();
    for expected in all {
        assert!(rest.any(|line| line == expected), "{expected}\nis not among\n{}", text(&lines));
    }
    assert!(text(&lines).lines().all(|line| line.ends_with(',')), "metadata is the last column, and empty");
}

#[test]
fn only_what_is_selected_is_written() {
    let metrics = MetricSelection::only(["http_reqs", "vus"]).unwrap();
    let only = || SampleOptions { metrics: metrics.clone(), ..SampleOptions::default() };
    let formats: [Box<dyn SampleFormat>; 3] =
        [Box::new(RawFormat::new(only(), "", 1)), Box::new(JsonFormat::new(only())), Box::new(CsvFormat::new(only()))];
    for mut format in formats {
        let lines = write(&mut *format, &story());
        assert_eq!(lines.ends.len(), 2);
        assert!(!text(&lines).contains("data_sent"));
    }
    assert_eq!(String::from_utf8(JsonFormat::new(only()).head()).unwrap().lines().count(), 2);
}

/// How a server reads `text` to the first of `ends` that stands for itself. Version 1 takes a backslash for itself
/// unless a special character follows; version 3 takes a doubled one for one.
fn read<'a>(text: &'a str, ends: &[char], doubled: bool) -> (String, &'a str) {
    let mut out = String::new();
    let mut at = text.char_indices().peekable();
    while let Some((place, character)) = at.next() {
        let next = at.peek().map(|(_, next)| *next);
        if character == '\\' && next.is_some_and(|next| ",= ".contains(next) || (doubled && next == '\\')) {
            out.extend(next);
            at.next();
        } else if ends.contains(&character) {
            return (out, &text[place..]);
        } else {
            out.push(character);
        }
    }
    (out, "")
}

proptest! {
    #[test]
    fn a_server_reads_the_tags_that_were_meant(
        tags in prop::collection::btree_map("[a-d]{1,2}[ ,=\\\\\n\"é#_]{0,3}[a-d ,=\\\\\n]{0,3}", "[ab ,=\\\\\n\r\"é]{1,6}", 0..4),
        nanoseconds in 0..10_000_000_000_u64,
    ) {
        let labels = Labels::new(tags.iter());
        let times = RequestTimes { waiting: nanoseconds, ..RequestTimes::default() };
        let key = SeriesKey { worker: 0, family: 0 };
        let story = [(key, labels, AT, Entry::Record(Record::Request { failed: false, times }))];
        let lines = write(&mut RawFormat::new(SampleOptions::default(), "", 1), &story);
        let line = text(&lines).lines().find(|line| line.starts_with("http_req_waiting")).unwrap();
        prop_assert_eq!(lines.ends.len(), 9, "no line end of a tag is left");
        // What is ambiguous is cut, and a line end written out; nothing else changes.
        let cut = regex::Regex::new(r"\\+([,= \\\p{Cc}]|$)").unwrap();
        let written = |meant: &str| cut.replace_all(meant, "$1").replace('\n', "\\n").replace('\r', "\\r");
        let same = |meant: &str, read: &str| written(meant) == read;
        // Names that become one are one tag.
        prop_assume!(tags.keys().map(|name| written(name)).collect::<std::collections::BTreeSet<_>>().len() == tags.len());
        for doubled in [false, true] {
            let (measurement, mut rest) = read(line, &[',', ' '], doubled);
            prop_assert_eq!(measurement, "http_req_waiting");
            let mut found = Vec::new();
            while let Some(tag) = rest.strip_prefix(',') {
                let (name, after) = read(tag, &['='], doubled);
                let (value, after) = read(&after[1..], &[',', ' '], doubled);
                found.push((name, value));
                rest = after;
            }
            let kept = tags.iter().filter(|(_, value)| !cut.replace_all(value, "$1").is_empty());
            prop_assert_eq!(found.len(), kept.clone().count());
            for (name, value) in kept {
                prop_assert!(found.iter().any(|(n, v)| same(name, n) && same(value, v)), "{} {} in {}", name, value, line);
            }
            let (value, time) = rest.strip_prefix(" value=").unwrap().split_once(' ').unwrap();
            prop_assert_eq!((value.parse::<f64>().unwrap() * 1e6).round().to_string(), nanoseconds.to_string());
            prop_assert_eq!(time.parse::<i64>().unwrap(), AT);
        }
    }

    #[test]
    fn weights_amount_to_what_happened(
        every in 2_u32..50, begin in 0..i64::MAX / 4, step in prop_oneof![Just(1_i64), Just(4_096), 1..2_000_000_i64],
    ) {
        let number = 4_000_i32;
        let story: Vec<_> =
            (0..number).map(|place| at(begin + i64::from(place) * step, Record::Check { passed: true })).collect();
        let lines = write(&mut RawFormat::new(SampleOptions::default(), "", every), &story);
        let weight = |line: &str| line.split_once(",weight=").unwrap().1.split(' ').next().unwrap().parse::<f64>().unwrap();
        let sum: f64 = text(&lines).lines().map(weight).sum();
        // Seven standard deviations of a fair choice.
        let tolerance = 7.0 * (f64::from(number) * f64::from(every - 1)).sqrt();
        prop_assert!((sum - f64::from(number)).abs() <= tolerance, "{sum} of {number}");
    }

    #[test]
    fn a_repeat_chooses_and_cuts_alike(
        cut in 0_usize..60, steps in prop::collection::vec((1..3_000_000_i64, any::<bool>()), 60), every in 1_u32..5,
    ) {
        let mut time = AT;
        let story: Vec<_> = steps.iter().map(|(step, passed)| {
            time += step;
            at(time, Record::Check { passed: *passed })
        }).collect();
        let makers: [&dyn Fn() -> Box<dyn SampleFormat>; 3] = [
            &|| Box::new(RawFormat::new(SampleOptions::default(), "", every)),
            &|| Box::new(JsonFormat::new(SampleOptions::default())),
            &|| Box::new(CsvFormat::new(SampleOptions::default())),
        ];
        for make in makers {
            let (whole, mut first) = (write(&mut *make(), &story), write(&mut *make(), &story[..cut]));
            let rest = write(&mut *make(), &story[cut..]);
            let begun = u32::try_from(first.bytes.len()).unwrap();
            first.bytes.extend(rest.bytes);
            first.ends.extend(rest.ends.iter().map(|end| begun + end));
            prop_assert_eq!(whole, first);
        }
    }

    #[test]
    fn json_reads_back(value in "\\PC{0,20}|[\\x00-\\x7f\u{2028}]{0,20}") {
        let labels = Labels::new([("tag", value.as_str())]);
        let story = [(SeriesKey { worker: 0, family: 0 }, labels, AT, Entry::Record(Record::Check { passed: true }))];
        let lines = write(&mut JsonFormat::new(SampleOptions::default()), &story);
        let point: serde_json::Value = serde_json::from_str(text(&lines).lines().last().unwrap()).unwrap();
        prop_assert_eq!(point["data"]["tags"]["tag"].as_str().unwrap_or_default(), value);
    }
}
