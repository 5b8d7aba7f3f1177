//! Tests of fits in correlated noise.

use super::Transformed;
use crate::analysis::simulation::random::Random;

#[test]
fn fits_equal_those_by_hand_without_autocorrelation() {
    let values: Vec<f64> = (0..20).map(|index| if index < 10 { 1.0 } else { 3.0 } + f64::from(index % 2)).collect();
    let noise = Transformed::new(&values, 0.0);
    let (index, fit) = noise.best_step(5).unwrap_or_else(|| panic!("no step"));
    assert_eq!(index, 10);
    assert!((fit.coefficient - 2.0).abs() < 1e-9, "{fit:?}");
}

#[test]
fn a_line_has_the_same_slope_at_any_autocorrelation() {
    let noise = Random::new(3).correlated(200, 0.5);
    let values: Vec<f64> = noise.iter().enumerate().map(|(index, noise)| index as f64 + noise).collect();
    for rho in [0.0, 0.5, 0.9] {
        let slope = Transformed::new(&values, rho).line().map_or(0.0, |fit| fit.coefficient);
        assert!((slope - 1.0).abs() < 0.02, "{slope}");
    }
}

#[test]
fn constant_and_short_input_has_no_fit_or_a_finite_one() {
    for values in [vec![], vec![1.0], vec![1.0; 3], vec![2.0; 50]] {
        let noise = Transformed::new(&values, 0.5);
        assert!(noise.line().is_none_or(|fit| fit.t.is_finite()));
        assert!(noise.best_step(0).is_none_or(|(_, fit)| fit.t.is_finite()));
    }
}
