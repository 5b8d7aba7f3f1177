//! Tests of several spikes.

use super::take_longer;

#[test]
fn later_spikes_take_longer() {
    assert!(take_longer(&[5.0, 9.0, 20.0]));
    assert!(take_longer(&[5.0, 7.0, f64::INFINITY]));
}

#[test]
fn equal_or_few_recoveries_do_not() {
    assert!(!take_longer(&[5.0, 6.0, 5.5]));
    assert!(!take_longer(&[5.0, 20.0, 9.0]));
    assert!(!take_longer(&[5.0, 9.0]));
    assert!(!take_longer(&[f64::INFINITY; 3]));
    assert!(!take_longer(&[]));
}
