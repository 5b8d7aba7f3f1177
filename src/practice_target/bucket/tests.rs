//! Tests of `bucket`.

use super::*;

#[test]
fn the_burst_passes_then_the_rate() {
    let mut bucket = Bucket::new(Limit::parse("100/s:20").unwrap());
    let start = Instant::now();
    assert_eq!((0..50).filter(|_| bucket.take(start).is_ok()).count(), 20);
    let passed = (1..=1_000).filter(|step| bucket.take(start + Duration::from_millis(*step)).is_ok()).count();
    assert_eq!(passed, 100);
    assert!(bucket.take(start).is_err(), "an older moment minted a token");
}

#[test]
fn the_wait_is_rounded_up() {
    let mut bucket = Bucket::new(Limit::parse("30/m:1").unwrap());
    let start = Instant::now();
    assert!(bucket.take(start).is_ok());
    let wait = bucket.take(start + Duration::from_millis(500)).unwrap_err();
    assert!((wait.as_secs_f64() - 1.5).abs() < 1e-6);
    assert_eq!(retry_after(wait), 2);
    assert_eq!(retry_after(Duration::ZERO), 1);
    bucket.refill();
    assert!(bucket.take(start).is_ok());
}

#[test]
fn limits_are_read() {
    assert_eq!(Limit::parse("100/s:20"), Ok(Limit { per_second: 100.0, burst: 20.0 }));
    assert_eq!(Limit::parse("0.5/s"), Ok(Limit { per_second: 0.5, burst: 1.0 }));
    for bad in ["100", "100/x:1", "0/s:1", "ten/s", "100/s:0", "100/s:many"] {
        assert!(Limit::parse(bad).unwrap_err().to_string().contains("100/s:20"), "{bad} was taken");
    }
}
