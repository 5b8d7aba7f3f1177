//! Tests of `log`.

use super::*;

fn report(logs: &[Log]) -> Report {
    let (mut report, mut times) = (Report::default(), Histogram::default());
    for log in logs {
        log.merge_into(&mut report, &mut times);
    }
    report
}

#[test]
fn two_threads_make_one_report() {
    let mut logs = [Log::default(), Log::default()];
    for step in 0..100_u64 {
        let log = &mut logs[usize::from(step % 2 == 0)];
        let ticket = log.arrive("/a", Duration::from_millis(step * 25));
        log.record_response(&ticket, if step < 10 { 500 } else { 200 }, Duration::from_millis(1));
    }
    let report = report(&logs);
    let route = &report.routes["/a"];
    assert_eq!((report.total, route.total), (100, 100));
    assert_eq!(route.by_status, BTreeMap::from([(200, 90), (500, 10)]));
    assert_eq!(route.seconds.iter().map(|row| row.requests).collect::<Vec<_>>(), [40, 40, 20]);
    assert_eq!(route.seconds[0].by_status, BTreeMap::from([(200, 30), (500, 10)]));
    assert_eq!((report.arrivals_per_10ms[0], report.arrivals_per_10ms[247]), (1, 1));
    assert_eq!(report.arrivals_per_10ms.iter().sum::<u64>(), 100);
}

#[test]
fn paths_bins_and_old_tickets_have_a_bound() {
    let mut log = Log::default();
    let old = log.arrive("/old", Duration::ZERO);
    log.reset();
    log.record_response(&old, 200, Duration::from_millis(1));
    for path in 0..2_000 {
        log.arrive(&format!("/{path}"), Duration::from_hours(2));
    }
    log.arrive(&"/long".repeat(1_000), Duration::ZERO);
    let report = report(&[log]);
    assert_eq!((report.total, report.routes.len()), (2_001, 1_000));
    assert_eq!(report.routes[OTHER].total, 1_002);
    assert_eq!(report.arrivals_per_10ms, [1]);
    assert!(report.routes.values().all(|route| route.by_status.is_empty()));
}
