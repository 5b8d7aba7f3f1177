//! Segments together are the whole.

use super::*;
use crate::metric::{Histogram, Kind, Labels, MetricDef, Totals, catalogue};

fn series(id: u32, metric: &MetricDef, scenario: &str) -> SeriesDef {
    SeriesDef { id, metric: metric.clone(), labels: Labels::new([("scenario", scenario)]) }
}

fn times(values: &[f64]) -> Value {
    let mut histogram = Histogram::default();
    values.iter().for_each(|value| histogram.record(*value));
    Value::Trend(Box::new(histogram))
}

#[test]
fn series_meet_by_name_and_gauges_of_segments_add_up() {
    let first = Interval {
        new_series: vec![series(0, &catalogue::HTTP_REQS, "a"), series(1, &catalogue::VUS, "a")],
        values: vec![(0, Value::Counter(2.0)), (1, Value::Gauge(Some(3.0)))],
        ..Interval::default()
    };
    let later =
        Interval { values: vec![(0, Value::Counter(1.0)), (1, Value::Gauge(Some(4.0)))], ..Interval::default() };
    let other = Interval {
        new_series: vec![series(0, &catalogue::VUS, "a"), series(1, &catalogue::HTTP_REQS, "b")],
        values: vec![(0, Value::Gauge(Some(10.0))), (1, Value::Counter(5.0))],
        ..Interval::default()
    };
    let mut segments = SegmentMerger::default();
    let merged = segments.merge(&[vec![first, later.clone()], vec![other]], 0, 2_000);
    assert_eq!(merged.values, [(0, Value::Counter(3.0)), (1, Value::Gauge(Some(14.0))), (2, Value::Counter(5.0))]);
    assert_eq!((merged.sequence, merged.start_ms, merged.end_ms, merged.new_series.len()), (0, 0, 2_000, 3));
    let next = segments.merge(&[vec![later], Vec::new()], 2_000, 3_000);
    assert_eq!((next.sequence, next.new_series.len()), (1, 0));
    assert_eq!(next.values, [(0, Value::Counter(1.0)), (1, Value::Gauge(Some(4.0)))]);
}

#[test]
fn histograms_merge_without_loss() {
    let samples: Vec<f64> = (1..=400_u32).map(|number| f64::from(number) * 1e-3).collect();
    let (parts, mut whole) = (4, Histogram::default());
    samples.iter().for_each(|sample| whole.record(*sample));
    let part = |number: usize| {
        let own: Vec<f64> = samples.iter().copied().skip(number).step_by(parts).collect();
        let (new_series, values) = (vec![series(0, &catalogue::HTTP_REQ_DURATION, "a")], vec![(0, times(&own))]);
        vec![Interval { new_series, values, ..Interval::default() }]
    };
    let parts: Vec<Vec<Interval>> = (0..parts).map(part).collect();
    let mut totals = Totals::default();
    totals.fold(&SegmentMerger::default().merge(&parts, 0, 1_000));
    let Some(Value::Trend(merged)) = totals.sum_where("http_req_duration", |_| true) else { panic!("no times") };
    assert_eq!(merged.count(), whole.count());
    for quantile in [0.0, 0.01, 0.5, 0.9, 0.99, 1.0] {
        assert_eq!(merged.quantile(quantile), whole.quantile(quantile), "at {quantile}");
    }
    assert_eq!(Kind::Trend, catalogue::HTTP_REQ_DURATION.kind);
}
