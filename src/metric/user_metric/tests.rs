//! Metrics that appear while a run goes on.

use std::{borrow::Cow, time::Duration};

use super::*;
use crate::metric::{Assembler, Labels, Recorder, Unit, Value, catalogue::LabelGroup};

fn metric(name: &str, kind: Kind) -> Arc<UserMetric> {
    let (name, help, labels) = (Cow::Owned(name.to_owned()), Cow::Borrowed(""), LabelGroup::Group);
    Arc::new(UserMetric {
        def: MetricDef { name, kind, unit: Unit::None, help, labels },
        scale: 1.0,
        up_and_down: false,
    })
}

#[test]
fn metrics_have_one_number_by_name_and_a_limit() {
    let planned: Arc<[UserMetric]> = [UserMetric::clone(&metric("planned", Kind::Counter))].into();
    let mut registry = MetricRegistry::new(planned);
    assert_eq!(registry.number(&metric("planned", Kind::Counter)), Some(0));
    assert_eq!(registry.number(&metric("planned", Kind::Trend)), None, "a name has one kind");
    assert_eq!(registry.number(&metric("http_reqs", Kind::Counter)), None, "the catalogue's names are taken");
    for number in 0..MAX_DYNAMIC_METRICS + 5 {
        let (expected, new) = (number + 1, metric(&format!("m{number}"), Kind::Gauge));
        assert_eq!(registry.number(&new), (number < MAX_DYNAMIC_METRICS).then_some(expected));
    }
    assert_eq!(registry.number(&metric("m0", Kind::Gauge)), Some(1), "known ones stay known");
    assert_eq!(registry.get(1).map(|metric| &*metric.def.name), Some("m0"));
}

#[test]
fn what_is_beyond_the_limit_is_counted() {
    let mut recorder = Recorder::default();
    for number in 0..MAX_DYNAMIC_METRICS + 3 {
        recorder.dynamic_metric(&metric(&format!("m{number}"), Kind::Counter));
    }
    let interval = recorder.flush(0, 1, true, 0.0);
    let folded = interval.new_series.iter().position(|(metric, _)| metric.name == "series_folded").unwrap();
    assert_eq!(interval.values[folded], Value::Counter(3.0));
}

#[test]
fn workers_merge_them_by_name_and_the_first_kind_counts() {
    let mut assembler = Assembler::new(3);
    let samples = [("pad", Kind::Gauge, 1.0), ("level", Kind::Gauge, 5.0)];
    let orders: [&[(&str, Kind, f64)]; 3] =
        [&samples, &[samples[1], samples[0]], &[("level", Kind::Counter, 9.0), ("orders", Kind::Counter, 2.0)]];
    for (worker, samples) in orders.into_iter().enumerate() {
        let mut recorder = Recorder::default();
        for (name, kind, sample) in samples {
            let number = recorder.dynamic_metric(&metric(name, *kind)).unwrap();
            let family = recorder.user_family(number, &Labels::default(), &[]).unwrap();
            recorder.user_sample(family, number, *sample, || Duration::ZERO);
        }
        assembler.take(recorder.flush(worker, 1, true, 0.0));
    }
    let interval = assembler.close(0, 1_000);
    let names: Vec<_> = interval.new_series.iter().map(|series| &*series.metric.name).collect();
    assert_eq!(names, ["pad", "level", "orders"]);
    let expected = [(0, Value::Gauge(Some(1.0))), (1, Value::Gauge(Some(5.0))), (2, Value::Counter(2.0))];
    assert_eq!(interval.values, expected, "gauges of flows are the last value, not parts that add up");
}
