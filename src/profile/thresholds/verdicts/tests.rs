//! Tests of conditions on findings.

use crate::{
    profile::thresholds::{Options, build},
    threshold::Threshold,
};

fn built(key: &str, condition: &str) -> Result<Threshold, String> {
    build(key, condition, &Options::default(), &[]).map_err(|error| error.to_string())
}

#[test]
fn findings_are_named_with_units() {
    for (condition, metric, bound) in [
        ("recovery_time<30s", "verdict_recovery_time", 30.0),
        ("recovery_time < 1m30s", "verdict_recovery_time", 90.0),
        ("degradation<10%", "verdict_degradation", 0.1),
        ("max_sustained_rate>500", "verdict_max_sustained_rate", 500.0),
        ("max_sustained_rate>=500/s", "verdict_max_sustained_rate", 500.0),
        ("leak==false", "verdict_leak", 0.0),
        ("last_good_rate>200", "verdict_last_good_rate", 200.0),
    ] {
        let threshold = built("verdict", condition).unwrap_or_else(|error| panic!("{condition}: {error}"));
        assert_eq!((&*threshold.key, &*threshold.metric.name), (metric, metric));
        assert!((threshold.bound - bound).abs() < 1e-9, "{condition}: {}", threshold.bound);
        assert_eq!(threshold.expression, condition);
        // As the log keeps it.
        assert_eq!(built(metric, condition).map(|again| again.bound), Ok(threshold.bound));
    }
    assert!(built("verdict_recovery_time", "value<30").is_ok_and(|threshold| threshold.expression == "value<30"));
}

#[test]
fn other_names_and_units_are_refused() {
    let error = |key, condition| built(key, condition).err().unwrap_or_default();
    assert!(error("verdict", "recovery<30s").contains("no finding `recovery`; known: degradation, recovery_time"));
    assert!(error("verdict", "leaks==false").contains("did you mean `leak`?"));
    assert!(error("verdict", "degradation<10ms").contains("`10ms` is not a number"));
    assert!(error("verdict_leak", "recovery_time<3s").contains("no finding"));
    assert!(error("verdict", "leak").contains("has no comparison"));
}
