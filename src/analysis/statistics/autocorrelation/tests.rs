//! Tests of autocorrelation.

use super::{Memory, at_lag, ranks};

#[test]
fn ties_share_their_rank() {
    assert_eq!(ranks(&[3.0, 1.0, 3.0, 2.0]), [3.5, 1.0, 3.5, 2.0]);
    assert!(ranks(&[]).is_empty());
}

#[test]
fn constant_and_short_values_have_none() {
    assert!(at_lag(&[1.0; 10], 1).abs() < 1e-12);
    assert!(at_lag(&[1.0], 1).abs() < 1e-12 && at_lag(&[], 0).abs() < 1e-12);
    let memory = Memory::of_residuals(&[1.0, 2.0, 3.0], 2);
    assert!((memory.inflation() - 1.0).abs() < 1e-12);
}

#[test]
fn first_order_noise_is_worth_fewer_values() {
    let memory = Memory::of_lags(0.5, 0.25, 10_000);
    assert!((memory.inflation() - 3.0).abs() < 1e-9, "{memory:?}");
}

#[test]
fn independent_noise_on_top_does_not_hide_slow_noise() {
    // Half of the variance at 0.9: 1 + 2 · 0.5 · 0.9 / 0.1.
    let memory = Memory::of_lags(0.45, 0.405, 10_000);
    assert!((memory.inflation() - 10.0).abs() < 1e-6, "{memory:?}");
}

#[test]
fn long_blocks_are_nearly_independent() {
    let memory = Memory::of_lags(0.5, 0.25, 10_000);
    assert!(memory.inflation_of_blocks(1000.0) < 1.01);
    assert!(memory.inflation_of_blocks(2.0) > 1.5);
    assert!((Memory::of_lags(0.0, 0.0, 10).inflation_of_blocks(1.0) - 1.0).abs() < 1e-12);
}
