//! Tests of `clock`.

use super::*;

#[test]
fn the_first_request_begins_the_run() {
    let clock = Clock::new();
    assert_eq!((clock.began(), clock.elapsed()), (None, Duration::ZERO));
    let first = Instant::now();
    assert_eq!(clock.begin(first), first);
    assert_eq!(clock.begin(first + Duration::from_secs(1)), first);
    assert!(clock.began_unix_ms().is_some());
    clock.reset();
    assert_eq!(clock.began_unix_ms(), None);
    assert!(clock.changes().borrow().ge(&2));
}
