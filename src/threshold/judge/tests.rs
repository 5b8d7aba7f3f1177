//! The judge in cases.

use super::*;
use crate::metric::{Labels, SeriesDef, catalogue};
use crate::threshold::Relative;
use crate::threshold::parse::{Condition, parse_condition, parse_key};
use crate::threshold::tier::{Level, Tier, levels};

const HOUR: Duration = Duration::from_secs(3_600);

fn threshold(key: &str, expression: &str) -> Threshold {
    let (metric, selector) = parse_key(key).unwrap();
    let metric = catalogue::find(&metric).unwrap().clone();
    let kind = metric.kind;
    let Condition { stat, operator, bound, is_relative, window } = parse_condition(expression, kind).unwrap();
    let relative = is_relative.then(|| Relative { factor: bound, stage: Some("1".to_owned()) });
    Threshold {
        key: key.into(),
        metric,
        selector,
        expression: expression.into(),
        stat,
        operator,
        bound: if is_relative { f64::NAN } else { bound },
        relative,
        window,
        tier: None,
        bearing: Bearing::Binding,
        by_flag: false,
        abort_on_fail: true,
        delay_abort: Duration::from_secs(2),
        allow_no_data: false,
    }
}

fn failed(ids: &[(SeriesId, &str, u64)]) -> Interval {
    let metric = &catalogue::HTTP_REQ_FAILED;
    let new_series = ids.iter().map(|(id, scenario, _)| SeriesDef {
        id: *id,
        metric: metric.clone(),
        labels: Labels::new([("scenario", *scenario)]),
    });
    let values = ids.iter().map(|(id, _, nonzero)| (*id, Value::Rate { nonzero: *nonzero, total: 10 }));
    Interval { new_series: new_series.collect(), values: values.collect(), ..Interval::default() }
}

#[test]
fn a_selector_takes_only_its_series() {
    let mut judge = Judge::new(&[threshold("http_req_failed{scenario:a}", "rate<0.2")], HOUR);
    judge.observe(&failed(&[(0, "a", 1), (1, "b", 10)]));
    let finding = &judge.findings(Duration::from_secs(1))[0];
    assert!(finding.passed, "{finding:?}");
}

#[test]
fn nothing_observed_fails_visibly_and_a_count_of_nothing_is_zero() {
    let judge = Judge::new(&[threshold("http_req_failed", "rate<0.2"), threshold("http_reqs", "count<1")], HOUR);
    let findings = judge.findings(Duration::from_secs(1));
    assert!(!findings[0].passed && findings[0].no_data);
    assert!(findings[1].passed && !findings[1].no_data);
    assert!(judge.wants_abort(Duration::from_secs(9)).is_none(), "no data is no reason to abort");
}

#[test]
fn abort_waits_for_its_delay() {
    let mut judge = Judge::new(&[threshold("http_req_failed", "rate<0.2")], HOUR);
    judge.observe(&failed(&[(0, "a", 9)]));
    assert!(judge.wants_abort(Duration::from_secs(1)).is_none());
    assert!(judge.wants_abort(Duration::from_secs(2)).is_some());
}

/// A second of a run in which so many of ten requests failed.
fn second(number: i64, failed: u64) -> Interval {
    let new_series = SeriesDef { id: 0, metric: catalogue::HTTP_REQ_FAILED.clone(), labels: Labels::default() };
    Interval {
        start_ms: 1_000_000 + number * 1_000,
        end_ms: 1_001_000 + number * 1_000,
        new_series: if number == 0 { vec![new_series] } else { Vec::new() },
        values: vec![(0, Value::Rate { nonzero: failed, total: 10 })],
        ..Interval::default()
    }
}

#[test]
fn the_worst_window_counts_and_says_where_it_lies() {
    let mut judge =
        Judge::new(&[threshold("http_req_failed", "rate<0.2 over 5s"), threshold("http_req_failed", "rate<0.2")], HOUR);
    for number in 0..60 {
        judge.observe(&second(number, if (30..33).contains(&number) { 5 } else { 0 }));
    }
    let findings = judge.findings(Duration::from_secs(60));
    assert_eq!(findings[0].observed, Some(0.3));
    // The first of the windows that are equally bad.
    assert_eq!(findings[0].worst, Some((Duration::from_secs(28), Duration::from_secs(33))));
    assert_eq!((findings[0].passed, findings[1].passed), (false, true));
}

#[test]
fn windows_abort_while_they_fail_and_after_the_delay() {
    let mut judge = Judge::new(&[threshold("http_req_failed", "rate<0.2 over 3s")], HOUR);
    for number in 0..10 {
        judge.observe(&second(number, if number < 3 { 9 } else { 0 }));
        let elapsed = Duration::from_secs(number.unsigned_abs() + 1);
        // Full after three seconds; after five, a third of the window is still 9 of 10.
        assert_eq!(judge.wants_abort(elapsed).is_some(), (3..=5).contains(&elapsed.as_secs()), "{elapsed:?}");
    }
    assert!(!judge.findings(Duration::from_secs(10))[0].passed, "the early windows failed all the same");
}

#[test]
fn a_run_shorter_than_its_window_is_one_window() {
    let mut judge = Judge::new(&[threshold("http_req_failed", "rate<0.2 over 1m")], HOUR);
    (0..5).for_each(|number| judge.observe(&second(number, 1)));
    let finding = &judge.findings(Duration::from_secs(5))[0];
    assert_eq!((finding.observed, finding.worst, finding.passed), (Some(0.1), None, true));
}

#[test]
fn a_standstill_shows_in_a_window_and_the_time_after_the_schedule_does_not() {
    let seconds = |number: i64, reqs: f64| Interval {
        new_series: (number == 0)
            .then(|| SeriesDef { id: 0, metric: catalogue::HTTP_REQS.clone(), labels: Labels::default() })
            .into_iter()
            .collect(),
        values: if reqs > 0.0 { vec![(0, Value::Counter(reqs))] } else { Vec::new() },
        ..second(number, 0)
    };
    let judged = |still: std::ops::Range<i64>| {
        let mut judge = Judge::new(&[threshold("http_reqs", "rate>5 over 4s")], Duration::from_secs(20));
        (0..26).for_each(|number| judge.observe(&seconds(number, if still.contains(&number) { 0.0 } else { 10.0 })));
        judge.findings(Duration::from_secs(26))[0].clone()
    };
    assert_eq!(judged(20..26).observed, Some(10.0));
    let stood = judged(8..12);
    assert_eq!((stood.observed, stood.passed), (Some(0.0), false));
}

#[test]
fn the_best_tier_that_holds_is_the_level_and_only_what_is_asked_for_fails() {
    let tier = |expression: &str, tier, bearing| Threshold {
        tier: Some(tier),
        bearing,
        ..threshold("http_req_failed", expression)
    };
    for (failed, level, fails) in [(0, "target", 0), (1, "acceptable", 0), (3, "attention", 1), (9, "missed", 1)] {
        let mut judge = Judge::new(
            &[
                tier("rate<0.1", Tier::Target, Bearing::Advisory),
                tier("rate<0.2", Tier::Acceptable, Bearing::Binding),
                tier("rate<0.5", Tier::Attention, Bearing::Advisory),
            ],
            HOUR,
        );
        judge.observe(&second(0, failed));
        let findings = judge.findings(Duration::from_secs(1));
        assert_eq!(levels(&findings).iter().map(Level::as_str).collect::<Vec<_>>(), [level], "{failed} of 10");
        assert_eq!(findings.iter().filter(|finding| finding.fails()).count(), fails, "{failed} of 10");
    }
}

#[test]
fn what_is_not_run_fails_nothing() {
    let left_out = Threshold { bearing: Bearing::NotRun, ..threshold("http_req_failed{scenario:b}", "rate<0.2") };
    let findings = Judge::new(&[left_out], HOUR).findings(Duration::from_secs(9));
    assert!(!findings[0].passed && !findings[0].fails());
}

/// Counts of two stages, in each second.
fn stages(counts: [u64; 2]) -> Interval {
    let labels = |stage: &str| Labels::new([("scenario", "a"), ("stage", stage)]);
    let metric = &catalogue::HTTP_REQ_FAILED;
    let define = |(id, stage): (SeriesId, &str)| SeriesDef { id, metric: metric.clone(), labels: labels(stage) };
    Interval {
        start_ms: 0,
        end_ms: 1_000,
        new_series: (0..).zip(["1", "2"]).map(define).collect(),
        values: (0..).zip(counts.map(|nonzero| Value::Rate { nonzero, total: 100 })).collect(),
        ..Interval::default()
    }
}

#[test]
fn a_stage_can_be_the_baseline_and_is_not_judged_itself() {
    let finding = |expression: &str, counts| {
        let mut judge = Judge::new(&[threshold("http_req_failed", expression)], HOUR);
        judge.observe(&stages(counts));
        judge.findings(HOUR).remove(0)
    };
    let held = finding("rate < 3 x baseline", [10, 29]);
    assert!(held.passed && (held.threshold.bound - 0.3).abs() < 1e-9 && held.observed == Some(0.29), "{held:?}");
    assert!(!finding("rate<3x baseline", [10, 31]).passed);
    assert!(finding("rate<=baseline", [10, 10]).passed);
    let mut judge = Judge::new(&[threshold("http_req_failed", "rate<3x baseline")], HOUR);
    judge.observe(&failed(&[(0, "a", 1)]));
    assert!(judge.findings(HOUR)[0].no_data && judge.wants_abort(HOUR).is_none());
}
