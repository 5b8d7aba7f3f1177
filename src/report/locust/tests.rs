//! The four files, against what Locust 2.47 writes of the same requests.

use super::*;
use crate::metric::{Histogram, Labels, MetricDef, catalogue};

const STARTED: i64 = 1_700_000_000_000;

fn series(id: SeriesId, metric: &MetricDef, labels: &[(&str, &str)]) -> SeriesDef {
    SeriesDef { id, metric: metric.clone(), labels: Labels::new(labels.iter().copied()) }
}

fn trend(times: &[(usize, f64)]) -> Value {
    let mut histogram = Histogram::default();
    times.iter().for_each(|(count, millis)| (0..*count).for_each(|_| histogram.record(millis / 1e3)));
    Value::Trend(Box::new(histogram))
}

fn rate(nonzero: u64, total: u64) -> Value {
    Value::Rate { nonzero, total }
}

/// The run that was also fed to Locust 2.47's own writer.
fn run() -> [Interval; 2] {
    let (a, b) = ([("name", "/a"), ("method", "GET")], [("name", "/b, \"q\""), ("method", "POST")]);
    let (c, d) = ([("name", "/c"), ("method", "GET")], [("name", "/d"), ("method", "GET")]);
    let status = [("error_class", "status_5xx"), ("status", "503")];
    let refused = [("error_class", "connect_refused")];
    let new_series = vec![
        series(0, &catalogue::HTTP_REQ_FAILED, &a),
        series(1, &catalogue::HTTP_REQ_DURATION, &a),
        series(2, &catalogue::DATA_RECEIVED, &a),
        series(3, &catalogue::HTTP_REQ_FAILED, &b),
        series(4, &catalogue::HTTP_REQ_DURATION, &b),
        series(5, &catalogue::HTTP_ERRORS, &[&b[..], &status].concat()),
        series(6, &catalogue::HTTP_REQ_FAILED, &c),
        series(7, &catalogue::HTTP_ERRORS, &[&c[..], &refused].concat()),
        series(8, &catalogue::HTTP_REQ_FAILED, &d),
        series(9, &catalogue::HTTP_REQ_DURATION, &d),
        series(10, &catalogue::DATA_RECEIVED, &d),
        series(11, &catalogue::VUS, &[("scenario", "one")]),
        series(12, &catalogue::VUS, &[("scenario", "two")]),
        series(13, &catalogue::HTTP_REQS, &a),
        series(14, &catalogue::HTTP_REQ_WAITING, &a),
    ];
    let first = vec![
        (0, rate(0, 128)),
        (1, trend(&[(97, 15.625), (23, 31.25), (8, 78.125)])),
        (2, Value::Counter(128.0 * 128.0)),
        (3, rate(1, 100)),
        (4, trend(&[(100, 0.244_140_625)])),
        (5, Value::Counter(1.0)),
        (6, rate(1, 1)),
        (7, Value::Counter(1.0)),
        (8, rate(0, 28)),
        (9, trend(&[(28, 46.875)])),
        (10, Value::Counter(28.0)),
        (11, Value::Gauge(Some(4.0))),
        (12, Value::Gauge(Some(3.0))),
        (13, Value::Counter(128.0)),
        (14, trend(&[(128, 1.0)])),
    ];
    let second = vec![(6, rate(1, 1)), (7, Value::Counter(1.0)), (12, Value::Gauge(Some(3.0)))];
    let interval = |start_ms: i64, new_series, values| Interval {
        start_ms,
        end_ms: start_ms + 1_000,
        new_series,
        values,
        ..Interval::default()
    };
    [interval(STARTED, new_series, first), interval(STARTED + 7_000, Vec::new(), second)]
}

#[test]
fn the_files_are_those_that_locust_writes() {
    let mut csv = LocustCsv::default();
    let history = run().iter().fold(LocustCsv::history_head(), |history, interval| history + &csv.fold(interval));
    let [(stats_suffix, stats), (failures_suffix, failures), (exceptions_suffix, exceptions)] = csv.files();
    assert_eq!(
        [stats_suffix, HISTORY_SUFFIX, failures_suffix, exceptions_suffix],
        ["_stats.csv", "_stats_history.csv", "_failures.csv", "_exceptions.csv"]
    );
    assert_eq!(
        stats,
        "Type,Name,Request Count,Failure Count,Median Response Time,Average Response Time,Min Response Time,\
         Max Response Time,Average Content Size,Requests/s,Failures/s,50%,66%,75%,80%,90%,95%,98%,99%,99.9%,99.99%,100%\r\n\
         GET,/a,128,0,16,22.3388671875,15.625,78.125,128.0,16.0,0.0,16,16,16,31,31,78,78,78,78,78,78\r\n\
         POST,\"/b, \"\"q\"\"\",100,1,0.244140625,0.244140625,0.244140625,0.244140625,0.0,12.5,0.125,0,0,0,0,0,0,0,0,0,0,0\r\n\
         GET,/c,2,2,0,0.0,0,0,0.0,0.25,0.25,0,0,0,0,0,0,0,0,0,0,0\r\n\
         GET,/d,28,0,46.875,46.875,46.875,46.875,1.0,3.5,0.0,47,47,47,47,47,47,47,47,47,47,47\r\n\
         ,Aggregated,258,3,16,16.391754150390625,0.244140625,78.125,63.6124031007752,32.25,0.375,16,16,16,31,47,47,78,78,78,78,78\r\n"
    );
    // Locust sorts these by a hash, and knows the moment where an interval knows its second.
    assert_eq!(
        failures,
        "Method,Name,Error,Occurrences,First Seen,Last Seen\r\n\
         GET,/c,connection refused (no listener on the port),2,2023-11-14T22:13:20Z,2023-11-14T22:13:27Z\r\n\
         POST,\"/b, \"\"q\"\"\",unexpected status 5xx: 503,1,2023-11-14T22:13:20Z,2023-11-14T22:13:20Z\r\n"
    );
    assert_eq!(exceptions, "Count,Message,Traceback,Nodes\r\n");
    // Rates over the eight seconds; Locust leaves the last two seconds out.
    assert_eq!(
        history,
        "Timestamp,User Count,Type,Name,Requests/s,Failures/s,50%,66%,75%,80%,90%,95%,98%,99%,99.9%,99.99%,100%,\
         Total Request Count,Total Failure Count,Total Median Response Time,Total Average Response Time,\
         Total Min Response Time,Total Max Response Time,Total Average Content Size\r\n\
         1700000001,7,,Aggregated,257.000000,2.000000,16,16,16,31,47,47,78,78,78,78,78,257,2,16,16.391754150390625,0.244140625,78.125,63.85992217898833\r\n\
         1700000008,7,,Aggregated,32.250000,0.375000,16,16,16,31,47,47,78,78,78,78,78,258,3,16,16.391754150390625,0.244140625,78.125,63.6124031007752\r\n"
    );
}

#[test]
fn nothing_asked_is_what_locust_writes_then() {
    let mut csv = LocustCsv::default();
    let row = csv.fold(&Interval { start_ms: STARTED, end_ms: STARTED + 1_000, ..Interval::default() });
    let none = ["N/A"; 11].join(",");
    assert_eq!(row, format!("1700000001,0,,Aggregated,0.000000,0.000000,{none},0,0,0,0.0,0,0,0\r\n"));
    assert!(csv.files()[0].1.ends_with(&format!("\r\n,Aggregated,0,0,0,0.0,0,0,0,0.0,0.0,{none}\r\n")));
}

#[test]
fn the_history_looks_back_ten_seconds() {
    let mut csv = LocustCsv::default();
    let [first, _] = run();
    let mut rows = vec![csv.fold(&first)];
    for second in 1..=11 {
        let start_ms = STARTED + second * 1_000;
        let values = vec![(0, rate(0, 1)), (1, trend(&[(1, 90.0)]))];
        rows.push(csv.fold(&Interval { start_ms, end_ms: start_ms + 1_000, values, ..Interval::default() }));
    }
    let cells = |row: &str| row.split(',').map(str::to_owned).collect::<Vec<_>>();
    let (ninth, tenth) = (cells(&rows[9]), cells(&rows[10]));
    assert_eq!((&*ninth[4], &*ninth[6]), ("26.600000", "16"), "the first second still counts");
    assert_eq!((&*tenth[4], &*tenth[6], &*tenth[17]), ("1.000000", "90", "267"), "the totals stay");
    assert!(csv.window.len() <= 10);
}
