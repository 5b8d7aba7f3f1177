//! The timeline adds up, stays small, and ends where the run does.

use serde_json::{Value as Json, json};

use super::*;
use crate::{
    interval_log::frame::LoggedScenario,
    metric::{Histogram, Labels, intended::IntendedSeconds},
};

fn header(models: &[Model], planned_ms: u64) -> Header {
    let scenario = |(place, model): (usize, &Model)| LoggedScenario {
        name: format!("s{place}"),
        executor: "constant-arrival-rate".into(),
        model: *model,
        load: String::new(),
        start_ms: 0,
        length_ms: planned_ms,
        stages: Vec::new(),
    };
    Header {
        started_at_ms: 5_000,
        planned_ms,
        scenarios: models.iter().enumerate().map(scenario).collect(),
        ..Header::default()
    }
}

fn trend(times: &[f64]) -> Value {
    let mut histogram = Histogram::default();
    times.iter().for_each(|time| histogram.record(*time));
    Value::Trend(Box::new(histogram))
}

/// Seconds of a run: in each one `requests(second)` of each scenario, one in ten of which fails, all of them due then.
fn seconds(count: u32, scenarios: usize, requests: impl Fn(u32) -> u64) -> Vec<Interval> {
    let series = |scenario: usize| {
        let name = format!("s{scenario}");
        let of = |metric: &MetricDef| (metric.clone(), Labels::new([("scenario", name.as_str())]));
        [of(&c::HTTP_REQ_FAILED), of(&c::HTTP_REQ_RESPONSE_TIME), of(&c::VUS), of(&c::TARGET_RATE)]
    };
    let all: Vec<_> = (0..scenarios).flat_map(series).collect();
    let define = |(id, (metric, labels)): (usize, &(MetricDef, Labels))| SeriesDef {
        id: u32::try_from(id).unwrap(),
        metric: metric.clone(),
        labels: labels.clone(),
    };
    (0..count)
        .map(|second| {
            let number = requests(second);
            let mut cells = IntendedSeconds::default();
            let mut values = Vec::new();
            for scenario in 0..scenarios {
                let id = u32::try_from(scenario * 4).unwrap();
                let times: Vec<f64> = (0..number).map(|at| 0.01 + at as f64 / 1e3).collect();
                values.push((id, Value::Rate { nonzero: number / 10, total: number }));
                values.push((id + 1, trend(&times)));
                values.push((id + 2, Value::Gauge(Some(f64::from(second)))));
                values.push((id + 3, Value::Gauge(Some(number as f64))));
                let cell = cells.at(second, u16::try_from(scenario).unwrap());
                (cell.due, cell.dropped) = (number, u64::from(second % 2));
                cell.response_times[20] += u32::try_from(number).unwrap();
            }
            Interval {
                sequence: second.into(),
                start_ms: 5_000 + i64::from(second) * 1_000,
                end_ms: 6_000 + i64::from(second) * 1_000,
                new_series: if second == 0 { all.iter().enumerate().map(define).collect() } else { Vec::new() },
                values,
                intended: cells.take(),
                ..Interval::default()
            }
        })
        .collect()
}

fn timeline(header: &Header, intervals: &[Interval]) -> Json {
    let mut timeline = Timeline::new(header);
    intervals.iter().for_each(|interval| timeline.fold(interval));
    timeline.as_json()
}

fn sum(values: &Json) -> f64 {
    values.as_array().unwrap().iter().map(|value| value.as_f64().unwrap()).sum()
}

#[test]
fn a_short_run_has_a_point_a_second() {
    let json = timeline(&header(&[Model::Open], 3_000), &seconds(3, 1, |second| 10 * u64::from(second + 1)));
    assert_eq!((&json["from"], &json["to"]), (&json!([0, 1_000, 2_000]), &json!([1_000, 2_000, 3_000])));
    let whole = &json["scopes"][0];
    assert_eq!((&whole["requests"], &whole["failed"]), (&json!([10, 20, 30]), &json!([1, 2, 3])));
    assert_eq!((&whole["due"], &whole["dropped"]), (&json!([10, 20, 30]), &json!([0, 1, 0])));
    assert_eq!(whole["users"], json!([0, 1, 2]));
    assert_eq!(whole["max"], json!([19, 29, 39]));
    assert_eq!(whole["distribution"][2], json!([20, 30]));
    assert_eq!(json["scopes"].as_array().unwrap().len(), 1);
}

#[test]
fn counts_of_points_add_up_however_long_the_run_and_whatever_was_planned() {
    for (planned_ms, length, scenarios) in [
        (86_400_000, 86_400_u32, 1),
        (10_000, 5_000, 2),
        (0, 1_201, 3),
        (600_000, 600, 8),
        (601_000, 601, 9),
        (60_000, 7, 1),
    ] {
        let models = vec![Model::Open; scenarios];
        let intervals = seconds(length, scenarios, |second| u64::from(second % 7));
        let json = timeline(&header(&models, planned_ms), &intervals);
        let points = json["from"].as_array().unwrap().len();
        assert!(points <= MAX_POINTS && points >= (length as usize).min(MAX_POINTS / 3), "{planned_ms}: {points}");
        let wanted = (0..length).map(|second| f64::from(second % 7)).sum::<f64>() * scenarios as f64;
        let scopes = json["scopes"].as_array().unwrap();
        assert_eq!(scopes.len(), if (2..=MAX_SCENARIOS).contains(&scenarios) { scenarios + 1 } else { 1 });
        for scope in scopes {
            let part = if scope["name"].is_null() { 1.0 } else { scenarios as f64 };
            for key in ["requests", "due"] {
                assert!((sum(&scope[key]) * part - wanted).abs() < 1e-6, "{planned_ms} {key}");
                assert_eq!(scope[key].as_array().unwrap().len(), points);
            }
            let spread: f64 = scope["distribution"]
                .as_array()
                .unwrap()
                .iter()
                .flat_map(|pairs| pairs.as_array().unwrap().chunks(2))
                .map(|pair| pair[1].as_f64().unwrap())
                .sum();
            assert!((spread * part - wanted).abs() < 1e-6);
        }
        let (from, to) = (&json["from"], &json["to"]);
        assert_eq!((&from[0], &to[points - 1]), (&json!(0), &json!(u64::from(length) * 1_000)));
        assert!((1..points).all(|point| from[point] == to[point - 1]), "no gaps");
    }
}

#[test]
fn the_size_of_a_report_does_not_grow_with_the_length_of_the_run() {
    let size = |length| {
        timeline(&header(&[Model::Open; 8], 0), &seconds(length, 8, |second| u64::from(second % 40))).to_string().len()
    };
    assert!(size(20_000) < 1_000_000);
}

#[test]
fn a_last_interval_of_some_milliseconds_is_no_point() {
    let mut intervals = seconds(3, 1, |_| 10);
    intervals[2].end_ms = intervals[2].start_ms + 30;
    let json = timeline(&header(&[Model::Closed], 2_000), &intervals);
    assert_eq!((&json["from"], &json["to"]), (&json!([0, 1_000]), &json!([1_000, 2_030])));
    assert_eq!(json["scopes"][0]["requests"], json!([10, 20]));
    assert_eq!(json["scopes"][0]["due"], Json::Null, "users that wait have no arrivals");
}

#[test]
fn stages_follow_each_other() {
    let mut intervals = seconds(6, 1, |_| 1);
    let stage = |id, stage| SeriesDef {
        id,
        metric: c::STAGE_ACTIVE.clone(),
        labels: Labels::new([("scenario", "s0"), ("stage", stage)]),
    };
    intervals[0].new_series.extend([stage(4, "up"), stage(5, "hold")]);
    for (second, interval) in intervals.iter_mut().enumerate() {
        let is = |active| Value::Gauge(Some(f64::from(u8::from(active))));
        interval.values.extend([(4, is(second < 2)), (5, is((2..5).contains(&second)))]);
    }
    let json = timeline(&header(&[Model::Open], 6_000), &intervals);
    let stage = |stage, from, to| json!({ "scenario": "s0", "stage": stage, "from": from, "to": to });
    assert_eq!(json["stages"], json!([stage("up", 0, 3_000), stage("hold", 3_000, 5_000)]));
}

#[test]
fn levels_of_several_scenarios_are_the_largest_sum_not_the_sum_of_the_largest() {
    let mut intervals = seconds(4, 2, |_| 1);
    for (second, interval) in intervals.iter_mut().enumerate() {
        for (id, value) in &mut interval.values {
            if *id % 4 == 2 {
                *value = Value::Gauge(Some(if (*id == 2) == (second % 2 == 0) { 10.0 } else { 1.0 }));
            }
        }
    }
    let json = timeline(&header(&[Model::Closed; 2], 2_400_000), &intervals);
    assert_eq!((&json["scopes"][0]["users"], &json["scopes"][1]["users"]), (&json!([11]), &json!([10])));
}

#[test]
fn a_run_without_intervals_has_no_points() {
    let json = timeline(&header(&[], 1_000), &[]);
    assert_eq!((&json["from"], &json["scopes"][0]["requests"]), (&json!([]), &Json::Null));
}

/// A column of counts, as a page keeps it.
fn column(json: &Json, key: &str) -> Vec<u64> {
    let counts = &json["scopes"][0][key];
    counts.as_array().map(|counts| counts.iter().map(|count| count.as_u64().unwrap()).collect()).unwrap_or_default()
}

#[test]
fn a_page_that_takes_only_what_changed_has_the_whole_timeline() {
    let header = header(&[Model::Open], 3_600_000);
    let mut timeline = Timeline::live(&header);
    let (mut seen, mut from, mut due) = ((0, 0), Vec::new(), Vec::new());
    let mut sent = 0;
    for mut interval in seconds(2_000, 1, |second| u64::from(second % 7)) {
        // Every 50 seconds, requests of half a minute ago end.
        if interval.sequence % 50 == 49 {
            let mut late = IntendedSeconds::default();
            late.at(u32::try_from(interval.sequence).unwrap() - 30, 0).due = 1_000;
            interval.intended.extend(late.take());
        }
        timeline.fold(&interval);
        // The page misses some.
        if interval.sequence % 3 == 2 {
            let (at, json) = timeline.since(timeline.changed_since(seen));
            seen = timeline.version();
            let points = json["from"].as_array().unwrap().len();
            sent += points;
            from.truncate(at);
            from.extend(json["from"].as_array().unwrap().iter().cloned());
            due.truncate(at);
            due.extend(Some(column(&json, "due")).filter(|due| !due.is_empty()).unwrap_or(vec![0; points]));
        }
    }
    let (at, json) = timeline.since(timeline.changed_since(seen));
    from.truncate(at);
    from.extend(json["from"].as_array().unwrap().iter().cloned());
    due.truncate(at);
    due.extend(column(&json, "due"));
    let whole = timeline.as_json();
    assert_eq!((Json::Array(from), due.clone()), (whole["from"].clone(), column(&whole, "due")));
    let all: u64 = (0..2_000).map(|second: u64| second % 7).sum();
    assert_eq!(due.iter().sum::<u64>(), all + 2_000 / 50 * 1_000);
    // Each point once or twice, 40 times those of half a minute, and all of them when older ones are merged.
    assert!(sent < 2 * 2_000 + 40 * 33 + 15 * MAX_POINTS, "{sent}");
}

#[test]
fn the_newest_points_of_a_run_in_progress_are_intervals_whatever_its_length() {
    let header = header(&[Model::Open], 86_400_000);
    let mut timeline = Timeline::live(&header);
    for (number, interval) in (1..).zip(seconds(20_000, 1, |_| 3)) {
        timeline.fold(&interval);
        assert!(timeline.points.len() <= MAX_POINTS);
        let newest = timeline.points.iter().rev().take(NEWEST);
        assert!(newest.clone().all(|point| point.end_ms - point.start_ms == 1_000), "{number}");
        let whole: u64 = timeline.points.iter().map(|point| point.cells[0].attempts).sum();
        assert_eq!(whole, number * 3);
        assert!(timeline.points.windows(2).all(|pair| pair[0].end_ms == pair[1].start_ms));
    }
}
