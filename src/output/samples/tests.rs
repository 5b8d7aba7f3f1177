//! Formats: golden lines beside what k6 1.1.0 writes of the same events, escaping, and where lines end.

use proptest::prelude::*;

use super::*;
use crate::{
    metric::{HttpTimes, Record, catalogue},
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
    let times = HttpTimes {
        blocked: 490_752,
        connecting: 436_241,
        tls: 0,
        sending: 60_109,
        waiting: 808_567,
        receiving: 46_569,
    };
    let iteration = Record::Iteration { cut_off: false, duration: 1_822_250, sent: 71, received: 119 };
    let check = [("check", "ok yes"), ("scenario", "default")];
    let scenario = [("scenario", "default")];
    let entries = [
        (Labels::new(http), Entry::Record(Record::Http { failed: false, times })),
        (Labels::new(check), Entry::Record(Record::Check { passed: true })),
        (Labels::new(refused), Entry::Record(Record::Unsent { failed: true, times: HttpTimes::default() })),
        (Labels::new(scenario), Entry::Record(iteration)),
        (Labels::new(scenario), Entry::Record(Record::Dropped { count: 3 })),
        (Labels::new(scenario), Entry::Gauge { metric: &catalogue::VUS, value: 12.0 }),
        (Labels::new(scenario), Entry::Gauge { metric: &catalogue::VUS_MAX, value: f64::NAN }),
    ];
    let told = entries.into_iter().zip(0_u32..).map(|((labels, entry), number)| {
        // The last four have the same labels, the last two are the teller's.
        let key = SeriesKey { worker: u32::from(number > 4), family: number.min(3) };
        (key, labels, AT + i64::from(number) * 1_000_000_086, entry)
    });
    told.collect()
}

fn options() -> SampleOptions {
    let run_labels = [("run_id", "r1"), ("team", "a \"b"), ("scenario", "the series' own wins"), ("empty", "")];
    SampleOptions {
        run_labels: run_labels.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
        metrics: Selection::default(),
    }
}

fn write(format: &mut dyn SampleFormat, story: &[(SeriesKey, Labels, i64, Entry)]) -> (u64, Lines) {
    let (mut samples, mut lines) = (0, Lines::default());
    for (key, labels, at_unix_ns, entry) in story {
        let recorded = Recorded { key: *key, labels, at_unix_ns: *at_unix_ns, entry: *entry };
        samples += format.write(&recorded, &mut lines);
    }
    let ends: Vec<_> = (1_u32..).zip(&lines.bytes).filter(|(_, byte)| **byte == b'\n').map(|(end, _)| end).collect();
    assert_eq!(lines.ends, ends, "every line's end is told");
    (samples, lines)
}

fn text(lines: &Lines) -> &str {
    std::str::from_utf8(&lines.bytes).unwrap()
}

#[test]
fn a_sample_of_the_requests_says_how_many_it_stands_for() {
    let labels = Labels::new([("scenario", "a")]);
    let (request, gauge) = (SeriesKey { worker: 0, family: 0 }, SeriesKey { worker: 1, family: 0 });
    let passed = Entry::Record(Record::Check { passed: true });
    let vus = Entry::Gauge { metric: &catalogue::VUS, value: 5.0 };
    let mut story: Vec<_> = (0..7).map(|second| (request, labels.clone(), second, passed)).collect();
    story.push((gauge, labels, 9, vus));
    let (samples, lines) = write(&mut Influx::new(SampleOptions::default(), "p_", 3), &story);
    assert_eq!(samples, 3);
    let check = "p_checks,scenario=a value=1,weight=3";
    assert_eq!(text(&lines), format!("{check} 2\n{check} 5\np_vus,scenario=a value=5,weight=1 9\n"));
}

#[test]
fn influx_lines() {
    let (samples, lines) = write(&mut Influx::new(options(), "", 1), &story());
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
    for (name, value) in
        [("http_req_blocked", 0), ("http_req_connecting", 0), ("http_req_tls_handshaking", 0), ("http_req_failed", 1)]
    {
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
    assert_eq!((samples, lines.ends.len()), (20, 20));
}

#[test]
fn json_lines_are_k6s() {
    let (samples, lines) = write(&mut Json::new(options()), &story());
    let lines: Vec<&str> = text(&lines).lines().collect();
    assert_eq!((samples, lines.len()), (20, 36), "an envelope for each of 16 metrics");
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
    let mut rest = lines.iter();
    for expected in all {
        assert!(rest.any(|line| *line == expected), "{expected}\nis not among\n{lines:#?}");
    }
    assert!(lines.iter().all(|line| serde_json::from_str::<serde_json::Value>(line).is_ok()));
}

#[test]
fn csv_lines_are_k6s() {
    let mut csv = Csv::new(options());
    let head = "metric_name,timestamp,metric_value,check,error,error_code,expected_response,group,method,name,proto,\
                scenario,service,status,subproto,tls_version,url,extra_tags,metadata\n";
    assert_eq!(String::from_utf8(csv.head()).unwrap(), head);
    let (samples, lines) = write(&mut csv, &story());
    assert_eq!((samples, lines.ends.len()), (20, 20));
    let all = [
        r#"http_reqs,1795244110,1.000000,,,,true,,GET,"get, ""it""",,default,,200,,,,"mine=m&n <q>&run_id=r1&team=a ""b","#,
        r#"http_req_duration,1795244110,0.915245,,,,true,,GET,"get, ""it""",,default,,200,,,,"mine=m&n <q>&run_id=r1&team=a ""b","#,
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
    let metrics = Selection::only(["http_reqs", "vus"]).unwrap();
    let only = || SampleOptions { metrics, ..SampleOptions::default() };
    let formats: [Box<dyn SampleFormat>; 3] =
        [Box::new(Influx::new(only(), "", 1)), Box::new(Json::new(only())), Box::new(Csv::new(only()))];
    for mut format in formats {
        let (samples, lines) = write(&mut *format, &story());
        assert_eq!(samples, 2);
        assert!(!text(&lines).contains("data_sent"));
    }
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
        let times = HttpTimes { waiting: nanoseconds, ..HttpTimes::default() };
        let key = SeriesKey { worker: 0, family: 0 };
        let story = [(key, labels, AT, Entry::Record(Record::Http { failed: false, times }))];
        let (_, lines) = write(&mut Influx::new(SampleOptions::default(), "", 1), &story);
        let line = text(&lines).lines().find(|line| line.starts_with("http_req_waiting")).unwrap();
        prop_assert_eq!(lines.ends.len(), 9, "no line end of a tag is left");
        // A backslash may have become a slash, and a line end a space; nothing else.
        let same = |meant: &str, read: &str| {
            meant.chars().count() == read.chars().count()
                && meant.chars().zip(read.chars()).all(|pair| {
                    pair.0 == pair.1 || matches!(pair, ('\\', '/') | ('\n' | '\r', ' '))
                })
        };
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
            prop_assert_eq!(found.len(), tags.len());
            for (name, value) in &tags {
                prop_assert!(found.iter().any(|(n, v)| same(name, n) && same(value, v)), "{} {} in {}", name, value, line);
            }
            let (value, time) = rest.strip_prefix(" value=").unwrap().split_once(' ').unwrap();
            prop_assert_eq!((value.parse::<f64>().unwrap() * 1e6).round().to_string(), nanoseconds.to_string());
            prop_assert_eq!(time.parse::<i64>().unwrap(), AT);
        }
    }

    #[test]
    fn json_reads_back(value in "\\PC{0,20}|[\\x00-\\x7f\u{2028}]{0,20}") {
        let labels = Labels::new([("tag", value.as_str())]);
        let story = [(SeriesKey { worker: 0, family: 0 }, labels, AT, Entry::Record(Record::Check { passed: true }))];
        let (_, lines) = write(&mut Json::new(SampleOptions::default()), &story);
        let point: serde_json::Value = serde_json::from_str(text(&lines).lines().last().unwrap()).unwrap();
        prop_assert_eq!(point["data"]["tags"]["tag"].as_str().unwrap_or_default(), value);
    }
}
