//! Tests of distributions against published tables.

use super::{normal_cdf, normal_two_sided, student_limit, student_two_sided};

fn near(a: f64, b: f64, within: f64) {
    assert!((a - b).abs() <= within, "{a} is not {b}");
}

#[test]
fn normal_distribution() {
    near(normal_cdf(0.0), 0.5, 1e-7);
    near(normal_cdf(1.96), 0.975_002, 1e-6);
    near(normal_two_sided(-2.575_829), 0.01, 1e-7);
    assert!(normal_cdf(f64::NAN).is_nan());
}

#[test]
fn students_distribution() {
    near(student_two_sided(2.228, 10.0), 0.05, 1e-4);
    near(student_two_sided(12.706, 1.0), 0.05, 1e-4);
    near(student_limit(0.05, 10.0), 2.228_139, 1e-5);
    near(student_limit(0.01, 4.0), 4.604_095, 1e-5);
    near(student_limit(0.05, 1e6), 1.959_966, 1e-4);
}

#[test]
fn input_that_makes_no_sense_gives_no_finding() {
    assert!(student_two_sided(f64::NAN, 5.0).is_nan());
    assert!(student_two_sided(1.0, 0.0).is_nan());
    assert!(student_limit(0.0, 5.0).is_infinite() && student_limit(0.05, f64::NAN).is_infinite());
    near(student_two_sided(f64::INFINITY, 5.0), 0.0, 0.0);
}
