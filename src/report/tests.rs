//! Golden files: one fixture through every report. `UPDATE_GOLDEN=1 cargo test` writes them; read the diff.

use std::time::Duration;

use crate::{
    analysis::{Generator, Reason, RunFold},
    exit::Exit,
    golden::check,
    interval_log::{
        Header,
        frame::{Model, ScenarioHeader},
    },
    metric::{Histogram, Interval, Labels, MetricDef, SeriesDef, Value, catalogue, intended::IntendedSeconds},
    output::DeliveryStats,
    profile,
    report::{self, Summary, json::Terminals, trends},
};
use anstream::adapter::strip_str;

fn trend(times: &[f64]) -> Value {
    let mut histogram = Histogram::default();
    times.iter().for_each(|time| histogram.record(*time));
    Value::Trend(Box::new(histogram))
}

/// Two seconds of a run: the second one brings an error and a stall.
fn intervals() -> Vec<Interval> {
    let mut next = 0;
    let mut series = |metric: &MetricDef, pairs: &[(&str, &str)]| {
        next += 1;
        SeriesDef { id: next - 1, metric: metric.clone(), labels: Labels::new(pairs.iter().copied()) }
    };
    let ok = [
        ("scenario", "browse"),
        ("name", "GET /"),
        ("method", "GET"),
        ("status", "200"),
        ("expected_response", "true"),
    ];
    let bad = [
        ("scenario", "browse"),
        ("name", "GET /"),
        ("method", "GET"),
        ("status", "503"),
        ("expected_response", "false"),
        ("error_class", "status_5xx"),
    ];
    let scenario = [("scenario", "browse")];
    let first = vec![
        series(&catalogue::HTTP_REQS, &ok),
        series(&catalogue::HTTP_REQ_FAILED, &ok),
        series(&catalogue::HTTP_REQ_RESPONSE_TIME, &ok),
        series(&catalogue::HTTP_REQ_DURATION, &ok),
        series(&catalogue::ITERATIONS, &scenario),
        series(&catalogue::SCHEDULE_LAG, &scenario),
        series(&catalogue::VUS, &scenario),
        series(&catalogue::CHECKS, &[("scenario", "browse"), ("name", "GET /"), ("check", "status is 200")]),
        series(&catalogue::DATA_SENT, &ok),
    ];
    let second = vec![
        series(&catalogue::HTTP_REQS, &bad),
        series(&catalogue::HTTP_REQ_FAILED, &bad),
        series(&catalogue::HTTP_REQ_RESPONSE_TIME, &bad),
        series(&catalogue::HTTP_ERRORS, &bad),
    ];
    let mut cells = IntendedSeconds::default();
    cells.at(0, 0).due = 3;
    let early = cells.take();
    cells.at(1, 0).due = 2;
    cells.at(1, 0).dropped = 1;
    vec![
        Interval {
            sequence: 0,
            start_ms: 1_763_700_000_000,
            end_ms: 1_763_700_001_000,
            new_series: first,
            values: vec![
                (0, Value::Counter(3.0)),
                (1, Value::Rate { nonzero: 0, total: 3 }),
                (2, trend(&[0.010, 0.011, 0.012])),
                (3, trend(&[0.010, 0.010, 0.012])),
                (4, Value::Counter(3.0)),
                (5, trend(&[0.0, 0.000_05, 0.000_1])),
                (6, Value::Gauge(Some(2.0))),
                (7, Value::Rate { nonzero: 3, total: 3 }),
                (8, Value::Counter(270.0)),
            ],
            intended: early,
            spans: Vec::new(),
        },
        Interval {
            sequence: 1,
            start_ms: 1_763_700_001_000,
            end_ms: 1_763_700_002_000,
            new_series: second,
            values: vec![
                (6, Value::Gauge(Some(1.0))),
                (7, Value::Rate { nonzero: 0, total: 1 }),
                (9, Value::Counter(1.0)),
                (10, Value::Rate { nonzero: 1, total: 1 }),
                (11, trend(&[0.950])),
                (12, Value::Counter(1.0)),
            ],
            intended: cells.take(),
            spans: Vec::new(),
        },
    ]
}

fn summary() -> Summary {
    let header = Header {
        version: "0.0.0".into(),
        run_id: "20251121-040000-gold".into(),
        profile: "golden".into(),
        instance: "here".into(),
        started_at_ms: 1_763_700_000_000,
        seed: 1,
        planned_ms: 10_000,
        labels: Vec::new(),
        requests: Vec::new(),
        scenarios: vec![ScenarioHeader {
            name: "browse".into(),
            executor: "constant-arrival-rate".into(),
            model: Model::Open,
            load: "constant-arrival-rate: 2/s for 10s".into(),
        }],
        thresholds: Vec::new(),
    };
    let thresholds: Vec<_> = [
        ("http_req_failed", "rate<0.01"),
        ("http_req_duration{scenario:browse}", "p(95)<500"),
        ("iteration_duration", "avg<1"),
    ]
    .iter()
    .map(|(key, expression)| {
        profile::thresholds::build(key, expression, &profile::thresholds::Options::default(), &[]).unwrap()
    })
    .collect();
    let mut fold = RunFold::new(&thresholds, Duration::from_secs(60));
    intervals().iter().for_each(|interval| fold.take(interval));
    let elapsed = Duration::from_secs(2);
    let generator = Generator {
        cpu_seconds: 0.01,
        worker_cpu_seconds: 0.008,
        workers: Some(2),
        rss_bytes: 8_000_000,
        rss_peak_bytes: Some(9_000_000),
        throttled_seconds: 0.0,
    };
    let stopped = vec![Reason::new(Exit::Stopped, "stopped by a signal or the control API")];
    let mut judgement = fold.judge(&header, generator, elapsed, true, stopped);
    let outputs = vec![DeliveryStats {
        name: "prometheus http://localhost:9090/api/v1/write".into(),
        sent: 40,
        acknowledged: 31,
        retried: 4,
        spooled: 9,
        last_error: Some("503 busy".into()),
        ..DeliveryStats::default()
    }];
    let incomplete = outputs.iter().filter_map(report::outputs::incomplete);
    incomplete.for_each(|text| judgement.outcome.add(Reason::new(Exit::TelemetryIncomplete, text)));
    Summary {
        header,
        elapsed,
        totals: fold.totals,
        offered: fold.offered,
        findings: judgement.findings,
        validity: judgement.validity,
        outcome: judgement.outcome,
        has_ended: true,
        outputs,
        run_dir: "runs/r1".into(),
        trend_stats: trends::parse_stats(trends::DEFAULT_STATS).unwrap(),
        view: report::summary::View::default(),
    }
}

#[test]
fn summary_text() {
    check("summary.txt", &strip_str(&report::text::render(&summary())).to_string());
}

#[test]
fn summary_json() {
    let json = report::json::render(&summary(), Terminals::default());
    check("summary.json", &(serde_json::to_string_pretty(&json).unwrap() + "\n"));
}
