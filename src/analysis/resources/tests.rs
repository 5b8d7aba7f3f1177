//! Tests of resources, over made runs.

use super::ResourceWindows;
use crate::{
    analysis::findings::{LeakVerdict, ResourceFinding},
    metric::{Interval, Kind, Labels, SeriesDef, Value, target::scraped},
    run::made_run::{MadeRun, MadeSecond},
};

/// Ten minutes; `used` gives the memory of each second, of which a part lies in a second series.
fn intervals(used: impl Fn(f64) -> f64) -> Vec<Interval> {
    let run = MadeRun::constant("leak", 600, 20.0);
    let mut intervals = run.intervals(|_| MadeSecond::calm(20, 0.05));
    for (second, interval) in intervals.iter_mut().enumerate() {
        if second == 0 {
            for (id, area) in [(6, "heap"), (7, "rest")] {
                let labels = Labels::new([("target", "shop"), ("area", area)]);
                let metric = scraped("jvm_memory_used_bytes", Kind::Gauge);
                interval.new_series.push(SeriesDef { id, metric, labels });
            }
        }
        if second % 5 == 0 {
            interval.values.push((6, Value::Gauge(Some(used(second as f64)))));
            interval.values.push((7, Value::Gauge(Some(1e7))));
        }
    }
    intervals
}

fn judged(used: impl Fn(f64) -> f64) -> Vec<ResourceFinding> {
    let mut windows = ResourceWindows::default();
    intervals(used).iter().for_each(|interval| windows.fold(interval));
    windows.judge(600.0)
}

#[test]
fn series_of_a_metric_are_added_up_and_growth_is_found() {
    let found = judged(|second| 5e7 + 2e4 * second);
    assert_eq!(found.len(), 1, "{found:?}");
    let leak = &found[0];
    assert_eq!((leak.verdict, &*leak.target, &*leak.metric), (LeakVerdict::Leak, "shop", "jvm_memory_used_bytes"));
    assert!(leak.start.is_some_and(|start| (start - 6e7).abs() < 2e6), "{leak:?}");
    assert!(leak.slope_per_hour.is_some_and(|slope| (slope - 7.2e7).abs() < 4e6), "{leak:?}");
}

#[test]
fn use_that_stays_is_no_leak_and_short_runs_have_no_finding() {
    assert_eq!(judged(|_| 5e7)[0].verdict, LeakVerdict::None);
    let mut windows = ResourceWindows::default();
    intervals(|_| 5e7).iter().take(300).for_each(|interval| windows.fold(interval));
    assert!(windows.judge(300.0).is_empty());
    assert!(ResourceWindows::default().judge(6_000.0).is_empty());
}

#[test]
fn memory_is_bounded_over_days() {
    let mut windows = ResourceWindows::default();
    let minute = |number: i64, first: Interval| Interval {
        start_ms: number * 60_000,
        end_ms: (number + 1) * 60_000,
        new_series: if number == 0 { first.new_series } else { Vec::new() },
        values: vec![(6, Value::Gauge(Some(5e7)))],
        ..Interval::default()
    };
    let first = intervals(|_| 5e7).remove(0);
    (0..3 * 1_440).for_each(|number| windows.fold(&minute(number, first.clone())));
    assert!(windows.lowest.iter().all(|lowest| lowest.len() <= super::MOST_WINDOWS));
    assert_eq!(windows.judge(3.0 * 86_400.0)[0].verdict, LeakVerdict::None);
}
