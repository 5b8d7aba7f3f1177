//! What decides a verdict, and what may change it afterwards.

use super::*;

fn outcome(codes: &[Exit]) -> Outcome {
    Outcome::new(codes.iter().map(|exit| Reason::new(*exit, "because")).collect(), Verdict::Pass)
}

#[test]
fn an_invalid_run_neither_passes_nor_fails() {
    assert_eq!(outcome(&[]).verdict, Verdict::Pass);
    assert_eq!(outcome(&[Exit::ThresholdFailed]).verdict, Verdict::Fail);
    let invalid = outcome(&[Exit::ThresholdFailed, Exit::Invalid]);
    assert_eq!((invalid.verdict, invalid.exit), (Verdict::Invalid, Exit::Invalid));
}

#[test]
fn lost_telemetry_changes_the_code_of_a_pass_but_no_verdict() {
    let mut passed = outcome(&[]);
    passed.add(Reason::new(Exit::TelemetryIncomplete, "9 of 40 samples were not acknowledged"));
    assert_eq!((passed.verdict, passed.exit), (Verdict::Pass, Exit::TelemetryIncomplete));
    let mut failed = outcome(&[Exit::ThresholdFailed]);
    failed.add(Reason::new(Exit::TelemetryIncomplete, "late"));
    assert_eq!((failed.verdict, failed.exit, failed.reasons.len()), (Verdict::Fail, Exit::ThresholdFailed, 2));
}

#[test]
fn an_outcome_survives_the_log() {
    let stopped = outcome(&[Exit::Stopped]);
    let json = serde_json::to_string(&stopped).unwrap();
    assert_eq!(json, r#"{"verdict":"stopped","exit_code":105,"reasons":[{"code":105,"reason":"because"}]}"#);
    assert_eq!(serde_json::from_str::<Outcome>(&json).unwrap(), stopped);
}

#[test]
fn without_thresholds_there_is_no_verdict_unless_something_decides_it() {
    for (codes, verdict) in [
        (&[][..], Verdict::Undecided),
        (&[Exit::TelemetryIncomplete], Verdict::Undecided),
        (&[Exit::Stopped], Verdict::Stopped),
        (&[Exit::Invalid, Exit::Stopped], Verdict::Invalid),
        (&[Exit::Aborted], Verdict::Fail),
        (&[Exit::Invalid, Exit::Aborted], Verdict::Fail),
        (&[Exit::Invalid, Exit::Internal], Verdict::Fail),
    ] {
        let reasons = codes.iter().map(|exit| Reason::new(*exit, "because")).collect();
        assert_eq!(Outcome::new(reasons, Verdict::Undecided).verdict, verdict, "{codes:?}");
    }
}
