//! Tests of findings as metrics.

use super::{Analysis, DriftVerdict, LeakVerdict, ResourceFinding, SoakFindings, SpikeFinding};

fn values(change: impl Fn(&mut SoakFindings, &mut Vec<SpikeFinding>)) -> Vec<(String, f64)> {
    let mut analysis = crate::report::tests::findings();
    let mut soak = analysis.soak.take().unwrap_or_else(|| panic!("no soak"));
    change(&mut soak, &mut analysis.spikes);
    analysis.soak = Some(soak);
    (analysis.stress, analysis.search) = (None, None);
    analysis.resources.clear();
    analysis.gauges().into_iter().map(|(metric, value)| (metric.name.to_string(), value)).collect()
}

#[test]
fn the_worst_counts_and_what_did_not_recover_has_no_time() {
    assert_eq!(values(|_, _| {}), [("verdict_degradation".to_owned(), 0.5)]);
    let recovered = values(|_, spikes| drop(spikes.pop()));
    assert_eq!(recovered[1], ("verdict_recovery_time".to_owned(), 7.0));
}

#[test]
fn no_drift_is_zero_and_what_is_open_is_nothing() {
    let all = |verdict| {
        values(|soak, _| soak.metrics.iter_mut().for_each(|metric| (metric.verdict, metric.worse) = (verdict, false)))
    };
    assert_eq!(all(DriftVerdict::None), [("verdict_degradation".to_owned(), 0.0)]);
    assert!(all(DriftVerdict::Inconclusive).is_empty());
}

#[test]
fn a_rising_load_has_its_last_good_rate() {
    let analysis = Analysis {
        soak: None,
        spikes: Vec::new(),
        resources: Vec::new(),
        search: None,
        ..crate::report::tests::findings()
    };
    let rates: Vec<String> = analysis.gauges().into_iter().map(|(_, value)| value.to_string()).collect();
    assert_eq!(rates, ["200"]);
}

#[test]
fn a_leak_is_one_and_none_is_zero_if_all_are_decided() {
    let leak = |verdicts: &[LeakVerdict]| {
        let mut analysis = crate::report::tests::findings();
        let one = analysis.resources[0].clone();
        analysis.resources =
            verdicts.iter().map(|verdict| ResourceFinding { verdict: *verdict, ..one.clone() }).collect();
        let gauges = analysis.gauges().into_iter();
        gauges.filter(|(metric, _)| metric.name == "verdict_leak").map(|(_, value)| value.to_string()).next()
    };
    assert_eq!(leak(&[LeakVerdict::None, LeakVerdict::Released]).as_deref(), Some("0"));
    assert_eq!(leak(&[LeakVerdict::Inconclusive, LeakVerdict::Leak]).as_deref(), Some("1"));
    assert_eq!(leak(&[LeakVerdict::Inconclusive, LeakVerdict::None]), None);
    assert_eq!(leak(&[]), None);
}

#[test]
fn an_invalid_run_has_none() {
    assert!(Analysis { sure: false, ..crate::report::tests::findings() }.gauges().is_empty());
}
