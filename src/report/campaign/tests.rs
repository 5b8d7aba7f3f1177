//! Tests of the table of a campaign.

use super::*;
use crate::report::summary::TextLayout;

fn figures(rate: f64, p95: f64) -> Figures {
    Figures { requests: Some(rate * 10.0), rate: Some(rate), failed: Some(0.0), p95: Some(p95), ..Figures::default() }
}

#[test]
fn the_median_and_the_range_of_repeats() {
    assert_eq!(Spread::of([3.0, 1.0, 2.0].into_iter()), Some(Spread { median: 2.0, min: 1.0, max: 3.0 }));
    assert_eq!(Spread::of([4.0, 1.0].into_iter()), Some(Spread { median: 2.5, min: 1.0, max: 4.0 }));
    assert_eq!(Spread::of(std::iter::empty()), None);
}

#[test]
fn rows_show_repeats_missing_runs_and_verdicts() {
    let pass = |rate, p95| (Verdict::Pass, Exit::Passed, figures(rate, p95));
    let rows = [
        CampaignRow { name: "one".into(), repeats: 1, done: vec![pass(100.0, 0.02)], rest: "not run" },
        CampaignRow {
            name: "several".into(),
            repeats: 3,
            done: vec![pass(90.0, 0.01), (Verdict::Fail, Exit::ThresholdFailed, figures(110.0, 0.5))],
            rest: "not run",
        },
        CampaignRow { name: "none".into(), repeats: 2, done: Vec::new(), rest: "not run" },
    ];
    let lines = table(&rows).lines(0, TextLayout::default(), "");
    let text = lines.join("\n");
    let words: Vec<String> = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    assert_eq!(
        words,
        [
            "run runs verdict reqs rate failed p95",
            "one 1 PASS 1,000 100/s 0.00% 20ms",
            "several 2 of 3 1 PASS, 1 FAIL, 1 not run 1,000 (900–1,100) 100/s (90/s–110/s) 0.00% (0.00%–0.00%) 255ms (10ms–500ms)",
            "none 0 of 2 not run",
        ]
    );
    assert_eq!(
        rows[1].json()["figures"]["response_time_p95_ms"],
        json!({ "median": 255.0, "min": 10.0, "max": 500.0 })
    );
}
