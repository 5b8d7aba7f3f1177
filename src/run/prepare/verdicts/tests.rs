//! Tests of what a plan lacks for its thresholds.

use crate::{
    plan::Plan,
    profile::{self, Overrides},
};

fn warnings(load: &str, more: &str, condition: &str) -> Vec<String> {
    let text = format!(
        "base_url: http://h\n{more}scenarios: {{a: {{{load}, flow: [{{get: /}}]}}}}\nthresholds: {{verdict: '{condition}'}}"
    );
    let plan: Plan = profile::load("p.yaml", &text, &Overrides::default()).unwrap_or_else(|errors| panic!("{errors}"));
    let scenarios = super::super::logged_scenarios(&plan, crate::plan::Partition::WHOLE);
    super::warnings(&plan, &scenarios)
}

const LONG: &str = "rate: 10, duration: 10m";
const SHORT: &str = "rate: 10, duration: 1m";
const STEPS: &str = "executor: ramping-arrival-rate, startRate: 10, preAllocatedVUs: 5, \
                     stages: [{duration: 10s, target: 10}, {duration: 0s, target: 20}, {duration: 10s, target: 20}, \
                     {duration: 0s, target: 30}, {duration: 10s, target: 30}]";

#[test]
fn what_the_plan_lacks_is_named() {
    for (condition, part) in [
        ("degradation<10%", "a constant load for 9m, and the plan has one for 1m"),
        ("recovery_time<30s", "no spike"),
        ("last_good_rate>5", "no rising load"),
        ("max_sustained_rate>5", "preset: breakpoint"),
        ("leak==false", "no target is scraped"),
    ] {
        let found = warnings(SHORT, "", condition);
        assert!(found.len() == 1 && found[0].contains(part), "{condition}: {found:?}");
    }
    let short = warnings(SHORT, "targets: [http://h/metrics]\n", "leak==false");
    assert!(short[0].contains("9m or more"), "{short:?}");
}

#[test]
fn a_plan_that_has_it_is_not_warned_about() {
    assert!(warnings(LONG, "", "degradation<10%").is_empty());
    assert!(warnings(LONG, "targets: [http://h/metrics]\n", "leak==false").is_empty());
    assert!(warnings(STEPS, "", "last_good_rate>5").is_empty());
    assert!(warnings(SHORT, "preset: breakpoint\n", "max_sustained_rate>5").is_empty());
}
