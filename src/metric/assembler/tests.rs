//! Merging of workers.

use super::*;
use crate::metric::{Recorder, catalogue};

static COUNT: [&MetricDef; 2] = [&catalogue::ITERATIONS, &catalogue::VUS];

fn part(recorder: &mut Recorder, worker: usize, tick: u64, scenario: &str, count: f64) -> WorkerInterval {
    let family = recorder.family(&COUNT, &Labels::new([("scenario", scenario)]), &[]);
    recorder.add(family, 0, count);
    recorder.set(family, 1, 5.0);
    recorder.flush(worker, tick, false, 0.0)
}

#[test]
fn workers_merge_whatever_order_they_interned_in() {
    let mut assembler = Assembler::new(2);
    let (mut first, mut second) = (Recorder::default(), Recorder::default());
    assembler.take(part(&mut first, 0, 1, "a", 1.0));
    assert!(!assembler.is_complete(1));
    assembler.take(part(&mut second, 1, 1, "b", 2.0));
    assert!(assembler.is_complete(1));
    let one = assembler.close(0, 1_000);
    assert_eq!(one.new_series.len(), 4);
    assembler.take(part(&mut first, 0, 2, "b", 10.0));
    assembler.take(part(&mut second, 1, 2, "b", 20.0));
    assembler.take(part(&mut second, 1, 3, "b", 0.0));
    let two = assembler.close(1_000, 2_000);
    assert!(two.new_series.is_empty());
    assert_eq!(two.values, [(2, Value::Counter(30.0)), (3, Value::Gauge(Some(10.0)))]);
}

#[test]
fn gauges_add_up_replace_or_change() {
    for (aggregation, expected) in [
        (GaugeAggregation::Sum, [Some(5.0), Some(-1.0), Some(-1.0)]),
        (GaugeAggregation::Last, [Some(2.0), Some(-1.0), Some(-1.0)]),
        (GaugeAggregation::SumOfChanges, [Some(5.0), Some(4.0), Some(3.0)]),
    ] {
        let mut assembler = Assembler::new(2);
        assembler.aggregations.insert(catalogue::VUS.name.to_string(), aggregation);
        let mut workers = [Recorder::default(), Recorder::default()];
        let mut tick = |values: [Option<f64>; 2]| {
            for (worker, recorder) in workers.iter_mut().enumerate() {
                let family = recorder.family(&COUNT, &Labels::default(), &[]);
                values[worker].into_iter().for_each(|value| recorder.shift(family, 1, value));
                assembler.take(recorder.flush(worker, 0, false, 0.0));
            }
            let values = assembler.close(0, 0).values;
            values.into_iter().find_map(|(_, value)| if let Value::Gauge(last) = value { last } else { None })
        };
        let seen = [tick([Some(3.0), Some(2.0)]), tick([Some(-1.0), None]), tick([None, Some(-1.0)])];
        assert_eq!(seen, expected, "{aggregation:?}");
    }
}

#[test]
fn a_run_that_goes_on_keeps_the_numbers_of_its_series() {
    let (mut before, mut recorder) = (Assembler::new(1), Recorder::default());
    before.take(part(&mut recorder, 0, 1, "a", 1.0));
    let first = before.close(0, 1_000);
    let mut totals = Totals::default();
    totals.fold(&first);
    let mut after = Assembler::continuing(1, &totals, first.sequence + 1);
    // Another process meets them in another order.
    let mut recorder = Recorder::default();
    after.take(part(&mut recorder, 0, 1, "b", 2.0));
    after.take(part(&mut recorder, 0, 2, "a", 3.0));
    let second = after.close(5_000, 6_000);
    let new: Vec<(u32, Option<&str>)> =
        second.new_series.iter().map(|series| (series.id, series.labels.get("scenario"))).collect();
    assert_eq!((second.sequence, new), (1, vec![(2, Some("b")), (3, Some("b"))]));
    totals.fold(&second);
    assert_eq!(
        totals.by_label("iterations", "scenario"),
        [("a".to_owned(), Value::Counter(4.0)), ("b".to_owned(), Value::Counter(2.0))]
    );
}
