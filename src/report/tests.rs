//! Golden files: one fixture through every report. `UPDATE_GOLDEN=1 cargo test` writes them; read the diff.

mod parts;

use std::time::Duration;

use crate::{
    analysis::{
        Analysis, Generator, Reason, RunFold,
        findings::{
            CrossingFinding, DriftFinding, DriftVerdict, LeakVerdict, ProbeFinding, RecoveryVerdict, ResourceFinding,
            SearchFindings, SearchVerdict, SoakFindings, SpikeFinding, StepFinding, StepVerdict, StressFindings,
            StressVerdict,
        },
        run_fold::Course,
    },
    exit::Exit,
    golden::check,
    interval_log::{
        Event, Header,
        frame::{LoggedScenario, Model},
    },
    metric::{
        Example, Histogram, Interval, Labels, MetricDef, SeriesDef, Totals, Value, catalogue, example::Place,
        intended::IntendedSeconds,
    },
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
    let scenario = [("scenario", "browse")];
    let step = [scenario[0], ("name", "GET /"), ("method", "GET")];
    let ok = [step[0], step[1], step[2], ("status", "200"), ("expected_response", "true")];
    let failed = [("status", "503"), ("expected_response", "false"), ("error_class", "status_5xx")];
    let bad: Vec<_> = step.into_iter().chain(failed).collect();
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
        series(&catalogue::DROPPED_ITERATIONS, &scenario),
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
            examples: Vec::new(),
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
                (13, Value::Counter(1.0)),
            ],
            intended: cells.take(),
            spans: Vec::new(),
            examples: vec![Example {
                place: Place::of(&Labels::new(bad.iter().copied())),
                at: Duration::from_millis(1_250),
                reason: "the server answered 503".into(),
            }],
        },
    ]
}

fn events(texts: &[(&str, &str)]) -> report::summary::Events {
    let mut events = report::summary::Events::default();
    for (kind, text) in texts {
        events.note(&Event { at_ms: 1_763_700_001_500, kind: (*kind).into(), text: (*text).into(), gap: None });
    }
    events
}

fn stress() -> StressFindings {
    let step = |rate, completed_rate, p95_ms, verdict| StepFinding {
        rate,
        completed_rate,
        failed_share: 0.01,
        p95_ms: Some(p95_ms),
        busy_users: rate * p95_ms / 1e3,
        verdict,
    };
    StressFindings {
        verdict: StressVerdict::Breaks,
        last_good_rate: Some(200.0),
        first_bad_rate: Some(250.0),
        by: Some(StepVerdict::DoesNotFollow),
        manner: Some("cliff".into()),
        contradictory: false,
        steps: vec![
            step(100.0, 100.0, 20.0, StepVerdict::Good),
            step(200.0, 200.0, 21.0, StepVerdict::Good),
            step(250.0, 203.0, 900.0, StepVerdict::DoesNotFollow),
        ],
    }
}

fn search() -> SearchFindings {
    let steps = stress().steps;
    let probe = |(number, step): (usize, StepFinding)| ProbeFinding {
        from_ms: 12_000.0 * number as f64 + 2_000.0,
        to_ms: 12_000.0 * number as f64 + 10_000.0,
        step,
    };
    SearchFindings {
        verdict: SearchVerdict::Found,
        max_sustained_rate: Some(200.0),
        interval: [Some(200.0), Some(206.0)],
        by: Some(StepVerdict::DoesNotFollow),
        never_idle: true,
        seconds: 192.0,
        probes: steps.into_iter().enumerate().map(probe).collect(),
    }
}

fn resources() -> Vec<ResourceFinding> {
    let memory = ResourceFinding {
        target: "shop:9090".into(),
        metric: "process_resident_memory_bytes".into(),
        resource: "memory".into(),
        is_bytes: true,
        verdict: LeakVerdict::Leak,
        why: None,
        windows: 96,
        window_ms: 300_000.0,
        start: Some(5e7),
        end: Some(8e7),
        step_at_ms: None,
        slope_per_hour: Some(3.75e6),
        slope_interval: [Some(3.5e6), Some(4e6)],
        p: Some(0.001),
    };
    let handles = ResourceFinding {
        metric: "process_open_fds".into(),
        resource: "file handles".into(),
        is_bytes: false,
        verdict: LeakVerdict::FollowsLoad,
        ..memory.clone()
    };
    let threads = ResourceFinding {
        metric: "jvm_threads_current".into(),
        resource: "threads".into(),
        verdict: LeakVerdict::Step,
        step_at_ms: Some(7_200_000.0),
        start: Some(40.0),
        end: Some(60.0),
        ..handles.clone()
    };
    vec![memory, handles, threads]
}

/// One finding of each kind, of a longer run.
pub(crate) fn findings() -> Analysis {
    let drift = |label: &str, statistic: &str, verdict, worse| DriftFinding {
        metric: "http_req_response_time".into(),
        statistic: statistic.into(),
        label: label.into(),
        is_time: true,
        verdict,
        worse,
        why: (verdict == DriftVerdict::Inconclusive).then(|| "noise".into()),
        windows: 96,
        window_ms: 300_000.0,
        start: Some(200.0),
        end: Some(300.0),
        step_at_ms: (verdict == DriftVerdict::Step).then_some(7_200_000.0),
        slope_per_hour: Some(12.5),
        slope_interval: [Some(10.0), Some(15.0)],
        p: Some(0.001),
        autocorrelation: Some(0.3),
        crossing: None,
    };
    let rising = drift("response time p95", "p(95)", DriftVerdict::Rising, true);
    let crossing = CrossingFinding {
        threshold: "http_req_duration p(95)<500".into(),
        earliest_hours: 13.3,
        likely_hours: Some(16.0),
        latest_hours: Some(20.0),
    };
    let recovered = SpikeFinding {
        scenario: "browse".into(),
        from_ms: 60_000.0,
        to_ms: 90_000.0,
        base_rate: 10.0,
        peak_rate: 100.0,
        verdict: RecoveryVerdict::Recovered,
        why: None,
        recovery_ms: Some(7_000.0),
        observed_ms: 120_000.0,
        metastable: false,
        baseline_p95_ms: Some(12.0),
        highest_p95_ms: Some(950.0),
        first_failure_ms: Some(3_000.0),
        failed: 850.0,
        drained_ms: Some(5_000.0),
    };
    let metastable = SpikeFinding {
        verdict: RecoveryVerdict::NotRecovered,
        recovery_ms: None,
        metastable: true,
        from_ms: 210_000.0,
        to_ms: 240_000.0,
        drained_ms: None,
        ..recovered.clone()
    };
    let soak = SoakFindings {
        from_ms: 30_000.0,
        to_ms: 28_830_000.0,
        warm_up_ms: 300_000.0,
        steady: true,
        metrics: vec![
            DriftFinding { crossing: Some(crossing), ..rising },
            drift("response time p99", "p(99)", DriftVerdict::Step, true),
            drift("response time p50", "p(50)", DriftVerdict::None, false),
            drift("failed requests", "rate", DriftVerdict::None, false),
            drift("time to first token p95", "p(95)", DriftVerdict::Inconclusive, false),
        ],
    };
    Analysis {
        sure: true,
        soak: Some(soak),
        spikes: vec![recovered, metastable],
        stress: Some(stress()),
        search: Some(search()),
        resources: resources(),
    }
}

#[expect(clippy::too_many_lines, reason = "a table")]
pub(crate) fn summary() -> Summary {
    let header = Header {
        version: "0.0.0".into(),
        run_id: "20251121-040000-gold".into(),
        profile: "golden".into(),
        instance: "here".into(),
        started_at_ms: 1_763_700_000_000,
        seed: 1,
        planned_ms: 10_000,
        warm_up_ms: 0,
        labels: Vec::new(),
        requests: Vec::new(),
        scenarios: vec![LoggedScenario {
            name: "browse".into(),
            executor: "constant-arrival-rate".into(),
            model: Model::Open,
            load: "constant-arrival-rate: 2/s for 10s".into(),
            start_ms: 0,
            length_ms: 10_000,
            stages: Vec::new(),
        }],
        thresholds: Vec::new(),
        counters: vec!["timeouts".into()],
        search: false,
        segment: None,
        merged: None,
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
    let mut fold = RunFold::new(&thresholds, Duration::from_secs(60), &[]);
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
    let course = Course { elapsed, has_load: true, was_controlled: false };
    let mut judgement = fold.judge(&header, generator, course, stopped);
    judgement.analysis = findings();
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
        scenario_ends: Vec::new(),
        totals: fold.totals,
        offered: fold.offered,
        coverage: fold.coverage,
        findings: judgement.findings,
        validity: judgement.validity,
        outcome: judgement.outcome,
        analysis: judgement.analysis,
        has_ended: true,
        events: events(&[
            ("control", "paused"),
            ("scenario", "browse: the rows of `u` are used up; the scenario ends"),
        ]),
        outputs,
        outputs_pending: false,
        run_dir: "runs/r1".into(),
        trend_stats: trends::parse_stats(trends::DEFAULT_STATS).unwrap(),
        view: report::summary::TextLayout::default(),
    }
}

/// A run in which every name that comes from outside is this text.
pub(super) fn hostile_summary(name: &str) -> Summary {
    let mut summary = summary();
    let hostile =
        |value: &str| if value.chars().all(|c| c.is_ascii_digit()) { value.to_owned() } else { name.to_owned() };
    let labels = |labels: &Labels| {
        let own = ["name", "check", "scenario", "reason", "error_class"];
        Labels::new(
            labels.iter().map(|(key, value)| (key, if own.contains(&key) { hostile(value) } else { value.to_owned() })),
        )
    };
    let mut fold = Totals::default();
    for mut interval in intervals() {
        interval.new_series.iter_mut().for_each(|series| series.labels = labels(&series.labels));
        for example in &mut interval.examples {
            example.reason = name.into();
            example.place = Place::of(&labels(&Labels::new([("name", "x"), ("scenario", "x"), ("error_class", "x")])));
        }
        fold.fold(&interval);
    }
    summary.totals = fold;
    summary.header.profile = name.to_owned();
    summary.header.instance = name.to_owned();
    summary.header.run_id = name.to_owned();
    summary.header.labels = vec![(name.to_owned(), name.to_owned())];
    summary.header.requests = vec![request(name, 80)];
    summary.header.scenarios[0].name = name.to_owned();
    summary.header.scenarios[0].load = name.to_owned();
    summary.outcome.reasons.iter_mut().for_each(|reason| reason.text = name.to_owned());
    summary.validity.warnings = vec![name.to_owned()];
    for finding in &mut summary.findings {
        finding.threshold.key = name.to_owned();
        finding.threshold.expression = format!("{name}<1");
    }
    summary.outputs[0].name = name.to_owned();
    summary.outputs[0].last_error = Some(name.to_owned());
    summary.events.commands[0].text = name.to_owned();
    summary
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

fn request(address: &str, port: u16) -> crate::interval_log::frame::LoggedRequest {
    crate::interval_log::frame::LoggedRequest {
        scheme: "http".into(),
        address: address.into(),
        port,
        ..Default::default()
    }
}

fn text_of(summary: &Summary) -> String {
    strip_str(&report::text::render(summary)).to_string()
}

#[test]
fn a_rate_is_over_the_time_that_its_scenario_was_active() {
    for (executor, start_ms, length_ms, end_ms, wanted) in [
        ("constant-vus", 0, 2_000, None, "2/s"),
        ("constant-vus", 1_000, 1_000, None, "4/s"),
        ("constant-vus", 0, 1_000, None, "4/s"),
        // The last iterations of a schedule end after it.
        ("constant-vus", 0, 1_000, Some(1_300), "4/s"),
        // Its rows were used up.
        ("constant-vus", 0, 2_000, Some(500), "8/s"),
        // A log of a version that did not write it.
        ("constant-vus", 0, 0, None, "2/s"),
        // Iterations by number end with their last user, not with `maxDuration`.
        ("shared-iterations", 0, 600_000, Some(250), "16/s"),
        ("shared-iterations", 0, 600_000, Some(2_000), "2/s"),
        ("per-vu-iterations", 1_000, 600_000, Some(1_250), "16/s"),
        // In a log without its end, it is the second of their last request.
        ("shared-iterations", 0, 600_000, None, "2/s"),
        ("per-vu-iterations", 1_000, 600_000, None, "4/s"),
    ] {
        let mut summary = summary();
        summary.scenario_ends = vec![end_ms.map(Duration::from_millis)];
        let scenario = &mut summary.header.scenarios[0];
        (scenario.executor, scenario.start_ms, scenario.length_ms) = (executor.into(), start_ms, length_ms);
        let text = text_of(&summary);
        let row: Vec<&str> =
            text.lines().find(|line| line.starts_with("    GET /")).unwrap().split_whitespace().collect();
        assert_eq!(row[3], wanted, "{executor} {start_ms} {length_ms} {end_ms:?}: {text}");
        let json = report::json::render(&summary, Terminals::default());
        let rate = json["loadagent"]["steps"][0]["rate"].as_f64().unwrap();
        assert_eq!(format!("{rate}/s"), wanted);
    }
}

#[test]
fn steps_add_up_to_the_run() {
    let json = report::json::render(&summary(), Terminals::default());
    let steps = json["loadagent"]["steps"].as_array().unwrap();
    let sum = |key: &str| steps.iter().map(|step| step[key].as_u64().unwrap()).sum::<u64>();
    assert_eq!((sum("requests"), sum("failed")), (4, 1));
    assert_eq!(steps[0]["statuses"], serde_json::json!({ "200": 3, "503": 1 }));
    assert_eq!(steps[0]["errors"], serde_json::json!({ "status_5xx": 1 }));
    assert_eq!(steps[0]["response_time_ms"]["count"], 4);
}

#[test]
fn the_first_line_names_the_target() {
    for (requests, shown, targets) in [
        (vec![], "golden, run", vec![]),
        (vec![request("a", 80)], "golden → http://a, run", vec!["http://a"]),
        (
            vec![request("::1", 8080), request("::1", 8080)],
            "golden → http://[::1]:8080, run",
            vec!["http://[::1]:8080"],
        ),
        (
            vec![request("a", 1), request("b", 2)],
            "golden → http://a:1 and 1 more, run",
            vec!["http://a:1", "http://b:2"],
        ),
    ] {
        let mut summary = summary();
        summary.header.requests = requests;
        assert!(text_of(&summary).contains(shown), "{shown}: {}", text_of(&summary));
        let json = report::json::render(&summary, Terminals::default());
        assert_eq!(json["loadagent"]["targets"], serde_json::json!(targets));
        assert_eq!(json["loadagent"]["target"], serde_json::json!(targets.first()));
    }
}

#[test]
fn only_a_run_that_was_ended_is_a_part_of_another() {
    let mut summary = summary();
    assert!(text_of(&summary).contains("2s of 10s"), "stopped");
    summary.outcome.reasons.retain(|reason| reason.exit != Exit::Stopped);
    assert!(!text_of(&summary).contains("2s of 10s"), "its iterations were done");
    summary.has_ended = false;
    assert!(text_of(&summary).contains("2s of 10s"), "killed");
}

#[test]
fn telemetry_that_is_missing_stands_beside_the_verdict() {
    let mut summary = summary();
    assert!(text_of(&summary).contains("INVALID, TELEMETRY INCOMPLETE  golden"));
    summary.outcome.reasons.retain(|reason| reason.exit != Exit::TelemetryIncomplete);
    assert!(!text_of(&summary).contains("TELEMETRY INCOMPLETE"));
}

#[test]
fn a_counter_that_never_counted_is_zero() {
    let summary = summary();
    assert!(text_of(&summary).contains("\n    timeouts 0\n"), "{}", text_of(&summary));
    let json = report::json::render(&summary, Terminals::default());
    assert_eq!(json["metrics"]["timeouts"]["values"]["count"], 0);
}

#[test]
fn a_gauge_keeps_its_extremes() {
    let json = report::json::render(&summary(), Terminals::default());
    assert_eq!(json["metrics"]["vus"]["values"], serde_json::json!({ "value": 1, "min": 1, "max": 2 }));
}

#[test]
fn a_missed_threshold_says_what_was_seen_and_wanted_with_units() {
    let text = text_of(&summary());
    assert!(text.contains("✗ http_req_failed  rate<0.01  rate = 0.25, wanted < 0.01\n"), "{text}");
    assert!(text.contains("• threshold rate<0.01 on http_req_failed: failed, rate = 0.25, wanted < 0.01\n"), "{text}");
    let options = profile::thresholds::Options::default();
    for (key, expression, value, wanted) in [
        ("http_req_duration", "p(95)<5", trend(&[0.0403]), "p(95) = 40.3 ms, wanted < 5 ms"),
        ("http_req_duration", "count>7", trend(&[0.04]), "count = 1, wanted > 7"),
        ("http_reqs", "rate>=3", Value::Counter(2.0), "rate = 1/s, wanted >= 3/s"),
        ("data_sent", "count<1", Value::Counter(2.0), "count = 2, wanted < 1"),
        ("data_sent", "rate<1", Value::Counter(4.0), "rate = 2 bytes/s, wanted < 1 bytes/s"),
        ("checks", "rate>0.99 over 1s", Value::Rate { nonzero: 1, total: 2 }, "rate = 0.5, wanted > 0.99"),
    ] {
        let threshold = profile::thresholds::build(key, expression, &options, &[]).unwrap();
        let metric = threshold.metric.clone();
        let mut fold = RunFold::new(&[threshold], Duration::from_secs(2), &[]);
        let new_series = vec![SeriesDef { id: 0, metric, labels: Labels::default() }];
        let values = vec![(0, value)];
        fold.take(&Interval { end_ms: 2_000, new_series, values, ..Interval::default() });
        assert_eq!(fold.findings(Duration::from_secs(2))[0].missed(), wanted, "{key} {expression}");
    }
}
