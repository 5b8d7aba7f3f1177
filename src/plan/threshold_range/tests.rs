//! Every bound against the values that a metric can have.

use proptest::prelude::*;

use crate::profile::{Overrides, load};

/// The warnings about a threshold of a profile that records all metrics.
fn warnings(metric: &str, condition: &str) -> Vec<String> {
    let text = format!(
        "vus: 1\nduration: 1s\nmetrics: {{own: rate, level: gauge, sold: counter, took: trend}}\n\
         thresholds: {{'{metric}': '{condition}'}}\n\
         flow: [{{get: 'http://h/', check: {{status: 200}}}}, {{think: 1s}}, {{metric: {{own: 1, level: 1, sold: 1, took: 1}}}}]\n"
    );
    let plan = load("p.yaml", &text, &Overrides::default()).unwrap();
    plan.thresholds.iter().filter_map(|threshold| super::warning(&plan, threshold)).collect()
}

#[test]
fn bounds_outside_of_a_range_are_reported() {
    for (metric, condition, outcome) in [
        ("http_req_failed", "rate>1", "can't be met"),
        ("http_req_failed", "rate<0", "can't be met"),
        ("http_req_failed", "rate<=0", ""),
        ("http_req_failed", "rate<5", "can't be missed"),
        ("http_req_failed", "rate<=1", ""),
        ("checks", "rate>=2", "can't be met"),
        ("checks", "rate>=1", ""),
        ("checks", "rate==1.5", "can't be met"),
        ("own", "rate>1", "can't be met"),
        ("own", "rate!=2", "can't be missed"),
        ("http_req_duration", "p(95)<-5", "can't be met"),
        ("http_req_duration", "p(95)<0", "can't be met"),
        ("http_req_duration", "avg>=-1", "can't be missed"),
        ("http_reqs", "count<0", "can't be met"),
        ("http_reqs", "rate<-1", "can't be met"),
        ("sold", "count==-1", "can't be met"),
        ("took", "max<0", "can't be met"),
        ("level", "value<-5", ""),
        ("http_req_duration", "p(95)<500", ""),
        ("http_req_duration", "max<0 over 1s", "can't be met"),
    ] {
        let reported = warnings(metric, condition);
        assert_eq!(reported.len(), usize::from(!outcome.is_empty()), "{metric}: {condition}: {reported:?}");
        assert!(reported.iter().all(|reported| reported.contains(outcome)), "{metric}: {condition}: {reported:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Any share holds or fails as the warning says.
    #[test]
    fn a_warning_about_a_share_is_true_of_every_share(
        share in prop_oneof![Just(0.0), Just(1.0), 0.0..1.0f64],
        bound in prop_oneof![Just(0.0), Just(1.0), -2.0..3.0f64],
        operator in prop_oneof![Just("<"), Just("<="), Just(">"), Just(">="), Just("=="), Just("!=")],
    ) {
        let holds = match operator {
            "<" => share < bound,
            "<=" => share <= bound,
            ">" => share > bound,
            ">=" => share >= bound,
            "==" => (share - bound).abs() < 1e-12,
            _ => (share - bound).abs() >= 1e-12,
        };
        for reported in warnings("http_req_failed", &format!("rate{operator}{bound}")) {
            prop_assert_eq!(reported.contains("can't be missed"), holds, "{}", reported);
        }
    }
}
