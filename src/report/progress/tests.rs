//! The line of a run in each state.

use super::*;

#[test]
fn the_line_says_what_the_run_is_doing() {
    let numbers = Snapshot {
        vus: 6.0,
        rate: 290.0,
        p95: Some(0.0194),
        elapsed: Duration::from_millis(12_400),
        ..Snapshot::default()
    };
    let left = Duration::from_millis(4_600);
    for (activity, line) in [
        (Activity::Load { left, is_limit: false }, "5s left  6 VUs  now 290/s  0.00% failed  p95 19.4ms"),
        (Activity::Load { left, is_limit: true }, "at most 5s left  6 VUs  now 290/s  0.00% failed  p95 19.4ms"),
        (Activity::Paused { left }, "PAUSED, 5s left  6 VUs  now 290/s  0.00% failed  p95 19.4ms"),
        (
            Activity::Finishing { at_most: left },
            "finishing, at most 5s left  6 VUs  now 290/s  0.00% failed  p95 19.4ms",
        ),
        (Activity::Stopping { at_most: left }, "stopping, at most 5s left  6 VUs  now 290/s  0.00% failed  p95 19.4ms"),
    ] {
        let snapshot = Snapshot { activity, ..numbers };
        assert_eq!(snapshot.line(), line);
        // A narrow terminal cuts the end of the line only.
        assert!(line.starts_with(&activity.to_string()), "{line}");
    }
    let dropped = Snapshot { dropped: 1_200, p95: None, ..numbers };
    assert_eq!(dropped.line(), "0s left  6 VUs  now 290/s  0.00% failed  1,200 dropped");
}
