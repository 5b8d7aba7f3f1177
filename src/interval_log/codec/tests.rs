//! Intervals as bytes.

use super::*;
use crate::metric::{Example, Histogram};
use proptest::prelude::*;

fn sample(times: &[f64]) -> Interval {
    let mut histogram = Histogram::default();
    times.iter().for_each(|time| histogram.record(*time));
    let series =
        |id, metric: &MetricDef| SeriesDef { id, metric: metric.clone(), labels: Labels::new([("scenario", "a")]) };
    let mut cells = crate::metric::intended::IntendedSeconds::default();
    cells.at(3, 1).due = 7;
    times.iter().for_each(|time| cells.at(4, 0).response_times[crate::metric::intended::coarse_bucket(*time)] += 1);
    Interval {
        sequence: 42,
        start_ms: -1,
        end_ms: 1_700_000_000_000,
        new_series: vec![series(0, &catalogue::HTTP_REQS), series(1, &catalogue::HTTP_REQ_DURATION)],
        values: vec![
            (0, Value::Counter(17.0)),
            (1, Value::Trend(Box::new(histogram))),
            (2, Value::Gauge(Some(3.0))),
            (3, Value::Rate { nonzero: 1, total: 300 }),
        ],
        intended: cells.take(),
        spans: Vec::new(),
        examples: vec![Example { reason: "refused".into(), ..Example::default() }],
    }
}

proptest! {
    #[test]
    fn what_is_written_is_read(times in prop::collection::vec(0.0..1_000.0_f64, 1..100)) {
        let interval = sample(&times);
        let back = decode(&encode(&interval)).unwrap();
        prop_assert_eq!(encode(&back), encode(&interval));
        prop_assert_eq!(back.new_series, interval.new_series);
        prop_assert_eq!(back.intended, interval.intended);
    }

    #[test]
    fn series_that_are_not_wanted_are_passed_over(times in prop::collection::vec(0.0..1_000.0_f64, 1..100)) {
        let interval = sample(&times);
        let bytes = encode(&interval);
        let mut columns = Columns::of(|metric| metric.kind != Kind::Trend);
        let read = decode_columns(&bytes, Some(&mut columns)).unwrap();
        prop_assert_eq!(read.values.iter().map(|(id, _)| *id).collect::<Vec<_>>(), [0, 2, 3]);
        prop_assert_eq!((read.intended, read.examples), (interval.intended, interval.examples));
        let mut none = Columns::of(|_| false);
        let read = decode_columns(&bytes, Some(&mut none)).unwrap();
        // Those without a definition are read.
        prop_assert_eq!(read.values.len(), 2);
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), flip in 0_usize..300, value: u8) {
        let _nothing = decode(&bytes);
        let mut damaged = encode(&sample(&[0.1, 0.2, 3.0]));
        let place = flip % damaged.len();
        damaged[place] = value;
        let _anything = decode(&damaged);
        let _without_trends = decode_columns(&damaged, Some(&mut Columns::of(|_| false)));
    }
}
