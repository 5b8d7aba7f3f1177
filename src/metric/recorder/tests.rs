//! Flushing and folding.

use super::*;
use crate::metric::{
    catalogue::{HTTP_FAMILY, HttpMetric},
    series_limit::{MAX_FOLDED, MAX_SERIES_PER_METRIC},
};

#[test]
fn an_interval_is_handed_over_whole_and_the_next_starts_empty() {
    let mut recorder = Recorder::default();
    let family = recorder.family(&HTTP_FAMILY, &Labels::new([("status", "200")]), &["status"]);
    recorder.add(family, HttpMetric::Reqs as usize, 1.0);
    recorder.observe(family, HttpMetric::Duration as usize, 0.010);
    let first = recorder.flush(0, 1, false, 0.0);
    assert_eq!(first.new_series.len(), HTTP_FAMILY.len());
    assert_eq!(first.values[HttpMetric::Reqs as usize], Value::Counter(1.0));
    let second = recorder.flush(0, 2, false, 0.0);
    assert!(second.new_series.is_empty());
    assert!(second.values.iter().all(Value::is_empty));
}

#[test]
fn labels_from_data_are_bounded() {
    let mut recorder = Recorder::default();
    for number in 0..3 * MAX_SERIES_PER_METRIC {
        let family = recorder.family(&HTTP_FAMILY, &Labels::new([("status", number.to_string())]), &["status"]);
        recorder.add(family, 0, 1.0);
    }
    assert!(recorder.definitions.len() <= (MAX_SERIES_PER_METRIC + MAX_FOLDED + 1) * HTTP_FAMILY.len() + 1);
    let interval = recorder.flush(0, 1, false, 0.0);
    let total: f64 = interval.values.iter().step_by(1).zip(&interval.new_series).fold(
        0.0,
        |sum, (value, (metric, _))| match value {
            Value::Counter(count) if metric.name == "http_reqs" => sum + count,
            _ => sum,
        },
    );
    assert!((total - 3.0 * MAX_SERIES_PER_METRIC as f64).abs() < 0.5, "nothing is lost by folding");
}
