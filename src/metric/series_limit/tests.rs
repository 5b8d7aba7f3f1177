//! The limit is the run's, not a recorder's, and what thresholds name is never folded.

use std::collections::BTreeMap;

use super::*;
use crate::metric::{Assembler, Interval, Labels, Recorder, Value, catalogue::HTTP_FAMILY};

/// Names from two recorders by turns through one limit: the interval that they come to.
fn recorded(names: &[String], limit: &SeriesLimit, workers: usize) -> Interval {
    let mut recorders: Vec<Recorder> = (0..workers).map(|_| Recorder::new([].into(), limit.clone())).collect();
    for (place, name) in names.iter().enumerate() {
        let recorder = &mut recorders[place % workers];
        let labels = Labels::new([("name", name.as_str()), ("status", "200")]);
        let family = recorder.family(&HTTP_FAMILY, &labels, &["status", "name"]);
        recorder.add(family, 0, 1.0);
    }
    let mut assembler = Assembler::new(workers);
    for (worker, recorder) in recorders.iter_mut().enumerate() {
        assembler.take(recorder.flush(worker, 1, true, 0.0));
    }
    assembler.close(0, 1_000)
}

fn requests(interval: &Interval) -> BTreeMap<(String, String), f64> {
    let mut requests = BTreeMap::new();
    for (id, value) in &interval.values {
        let series = &interval.new_series[*id as usize];
        if let (Value::Counter(count), "http_reqs") = (value, &*series.metric.name) {
            let label = |name| series.labels.get(name).unwrap_or_default().to_owned();
            *requests.entry((label("name"), label("status"))).or_default() += count;
        }
    }
    requests
}

#[test]
fn the_limit_is_the_same_for_any_number_of_workers() {
    let names: Vec<String> = (0..4_000).map(|number| format!("n{number}")).collect();
    for workers in [1, 2, 4, 7] {
        let limit = SeriesLimit::new([("name".to_owned(), "n3500".to_owned())]);
        // Each name twice, and by another worker the second time.
        let twice: Vec<String> = names.iter().chain(&names[1..]).cloned().collect();
        let requests = requests(&recorded(&twice, &limit, workers));
        let total: f64 = requests.values().sum();
        assert!((total - 7_999.0).abs() < 0.5, "nothing is lost by folding: {total}");
        let own = requests.keys().filter(|(name, _)| name != OTHER).count();
        assert!((MAX_SERIES_PER_METRIC..=MAX_SERIES_PER_METRIC + MAX_FOLDED).contains(&own), "{workers}: {own}");
        for (name, count) in [("n3500", 2.0), ("n5", 2.0), ("n0", 1.0)] {
            let found = requests[&(name.to_owned(), "200".to_owned())];
            assert!((found - count).abs() < 0.5, "{workers}: {name} {found}");
        }
        assert_eq!(requests.keys().filter(|(name, _)| name == OTHER).count(), 1, "the status is kept");
    }
}

#[test]
fn values_that_thresholds_name_bound_what_is_not_folded() {
    let limit = SeriesLimit::new([("name".to_owned(), "a".to_owned())]);
    let mut recorder = Recorder::new([].into(), limit);
    for number in 0..3 * MAX_SERIES_PER_METRIC {
        let tag = number.to_string();
        for name in ["a", "b"] {
            let labels = Labels::new([("name", name), ("user", tag.as_str())]);
            let family = recorder.family(&HTTP_FAMILY, &labels, &["name", "user"]);
            recorder.add(family, 0, 1.0);
        }
    }
    let mut assembler = Assembler::new(1);
    assembler.take(recorder.flush(0, 1, true, 0.0));
    let requests = requests(&assembler.close(0, 1_000));
    let found = requests[&("a".to_owned(), String::new())];
    assert!((found - 3.0 * MAX_SERIES_PER_METRIC as f64).abs() < 0.5, "{found}");
}
