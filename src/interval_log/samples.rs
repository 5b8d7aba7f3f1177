//! Intervals for the tests of this module, from plans that proptest makes and shrinks.

use proptest::prelude::*;

use super::Header;
use crate::metric::{
    Histogram, Interval, Labels, SeriesDef, Value,
    catalogue::{CHECKS, HTTP_REQ_DURATION, HTTP_REQS, VUS},
    intended::{IntendedSeconds, coarse_bucket},
};

/// What one interval records: which scenarios, and how long their requests took.
pub(super) type Second = (Vec<u16>, Vec<f64>);

/// A plan of so many seconds.
pub(super) fn plan(seconds: std::ops::Range<usize>) -> impl Strategy<Value = Vec<Second>> {
    prop::collection::vec((prop::collection::vec(0..4_u16, 0..3), prop::collection::vec(0.0..3.0_f64, 1..20)), seconds)
}

/// The header of a log.
pub(super) fn header() -> Header {
    Header {
        version: "1".into(),
        run_id: "r".into(),
        profile: "p".into(),
        instance: "i".into(),
        started_at_ms: 0,
        seed: 1,
        planned_ms: 0,
        ..Header::default()
    }
}

/// The plan's intervals: a second each from 400 ms past the epoch, series in order of appearance.
pub(super) fn intervals(plan: &[Second]) -> Vec<Interval> {
    let mut known: Vec<u16> = Vec::new();
    let mut made = Vec::new();
    for (sequence, (scenarios, times)) in (0_u64..).zip(plan) {
        let start_ms = 400 + 1_000 * i64::try_from(sequence).unwrap();
        let mut interval = Interval { sequence, start_ms, end_ms: start_ms + 1_000, ..Interval::default() };
        let mut cells = IntendedSeconds::default();
        let mut here = scenarios.clone();
        here.sort_unstable();
        here.dedup();
        for scenario in here {
            let place = known.iter().position(|other| *other == scenario).unwrap_or_else(|| {
                let labels = Labels::new([("scenario", scenario.to_string())]);
                for metric in [&HTTP_REQS, &HTTP_REQ_DURATION, &CHECKS, &VUS] {
                    let id = u32::try_from(known.len() * 4 + interval.new_series.len() % 4).unwrap();
                    interval.new_series.push(SeriesDef { id, metric: metric.clone(), labels: labels.clone() });
                }
                known.push(scenario);
                known.len() - 1
            });
            let mut histogram = Histogram::default();
            times.iter().for_each(|time| histogram.record(*time));
            for time in times {
                let second = u32::try_from(sequence).unwrap().saturating_sub(u32::from(*time > 2.0));
                let cell = cells.at(second, scenario);
                cell.due += 1;
                cell.response_times[coarse_bucket(*time)] += 1;
            }
            let (first, total) = (u32::try_from(place * 4).unwrap(), times.len() as u64);
            interval.values.extend([
                (first, Value::Counter(times.len() as f64)),
                (first + 1, Value::Trend(Box::new(histogram))),
                (first + 2, Value::Rate { nonzero: total / 2, total }),
                (first + 3, Value::Gauge(Some(times[0]))),
            ]);
        }
        interval.values.sort_by_key(|(id, _)| *id);
        interval.intended = cells.take();
        made.push(interval);
    }
    made
}
