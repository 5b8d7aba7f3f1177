//! Tests of the comparison.

use proptest::{collection::vec, num::f64::ANY, prelude::*};

use super::{Conclusion, Metric, Scale, Why, judge};
use crate::analysis::judged::Better;

const BASE: [f64; 10] = [100.0, 101.0, 99.0, 100.5, 99.5, 100.2, 99.8, 100.1, 99.9, 100.3];

fn metric<'a>(base: &'a [f64], new: &'a [f64]) -> Metric<'a> {
    Metric { base, new, inflation: 1.0, better: Better::Lower, scale: Scale::Ratio, paired: false, margin: 0.05 }
}

fn times(factor: f64) -> Vec<f64> {
    BASE.iter().rev().map(|value| value * factor).collect()
}

fn conclusion(new: &[f64]) -> Conclusion {
    judge(&[metric(&BASE, new)], 0.05)[0].conclusion
}

#[test]
fn each_outcome() {
    assert_eq!(conclusion(&times(1.1)), Conclusion::Regressed);
    assert_eq!(conclusion(&times(0.9)), Conclusion::Improved);
    assert_eq!(conclusion(&times(1.01)), Conclusion::Same);
    let wide: Vec<f64> =
        times(1.0).iter().zip(0_i32..).map(|(value, index)| value * (1.0 + 0.3 * f64::from(index % 3 - 1))).collect();
    assert_eq!(conclusion(&wide), Conclusion::Inconclusive(Why::Noise));
    assert_eq!(conclusion(&times(1.0496)), Conclusion::Inconclusive(Why::NearMargin));
    assert_eq!(conclusion(&times(1.1)[..2]), Conclusion::Inconclusive(Why::TooFewBlocks));
    assert_eq!(conclusion(&[f64::NAN, 0.0, -1.0, 5.0]), Conclusion::Inconclusive(Why::TooFewBlocks));
}

#[test]
fn the_estimate_is_a_ratio_with_its_interval() {
    let new = times(1.1);
    let finding = judge(&[metric(&BASE, &new)], 0.05)[0];
    assert!(
        (finding.estimate - 1.1).abs() < 1e-3 && finding.interval[0] < 1.1 && finding.interval[1] > 1.1,
        "{finding:?}"
    );
}

#[test]
fn more_is_better_for_throughput() {
    let new = times(0.8);
    let throughput = Metric { better: Better::Higher, ..metric(&BASE, &new) };
    assert_eq!(judge(&[throughput], 0.05)[0].conclusion, Conclusion::Regressed);
}

#[test]
fn blocks_of_a_varying_load_are_set_against_their_counterparts() {
    let ramp: Vec<f64> = (1_u32..11).map(|step| 100.0 * f64::from(step)).collect();
    let slower: Vec<f64> = ramp.iter().zip(BASE).map(|(value, noise)| value * 1.1 * noise / 100.0).collect();
    let conclusion = |paired| judge(&[Metric { paired, ..metric(&ramp, &slower) }], 0.05)[0].conclusion;
    assert_eq!(conclusion(true), Conclusion::Regressed);
    assert_eq!(conclusion(false), Conclusion::Inconclusive(Why::Noise));
}

#[test]
fn shares_of_errors_may_be_zero() {
    let share = |base, new| Metric { scale: Scale::Difference, margin: 0.01, ..metric(base, new) };
    let (none, some) = ([0.0; 10], [0.03, 0.02, 0.03, 0.04, 0.03, 0.02, 0.03, 0.03, 0.04, 0.03]);
    let findings = judge(&[share(&none, &none), share(&none, &some)], 0.05);
    assert_eq!(findings[0].conclusion, Conclusion::Same);
    assert_eq!(findings[1].conclusion, Conclusion::Regressed);
}

#[test]
fn many_metrics_need_more_evidence() {
    let new: Vec<f64> =
        BASE.iter().zip(0_i32..).map(|(value, index)| value * (1.1 + 0.12 * f64::from(index % 3 - 1))).collect();
    let one = judge(&[metric(&BASE, &new)], 0.05);
    let same = times(1.0);
    let many: Vec<Metric> = std::iter::once(metric(&BASE, &new)).chain((0..30).map(|_| metric(&BASE, &same))).collect();
    let many = judge(&many, 0.05);
    assert!(one[0].p < many[0].p && one[0].conclusion == Conclusion::Regressed, "{one:?}");
    assert!(matches!(many[0].conclusion, Conclusion::Inconclusive(_)), "{:?}", many[0]);
    assert!(judge(&[], 0.05).is_empty());
}

proptest! {
    #[test]
    fn no_input_panics(base in vec(ANY, 0..30), new in vec(ANY, 0..30), inflation: f64, margin: f64, paired: bool) {
        for scale in [Scale::Ratio, Scale::Difference] {
            prop_assert_eq!(judge(&[Metric { inflation, scale, paired, margin, ..metric(&base, &new) }], 0.05).len(), 1);
        }
    }
}
