//! What a probe records.

use super::*;
use std::cell::RefCell;

#[test]
fn a_dropped_attempt_is_recorded_as_cancelled() {
    let seen = RefCell::new(Vec::new());
    let record = |attempt: &Attempt| seen.borrow_mut().push(attempt.error);
    let now = Instant::now();
    drop(Probe::new(now, now, &record));
    assert!(Probe::new(now, now, &record).finish(None) >= now);
    assert_eq!(*seen.borrow(), [Some(ErrorClass::Cancelled), None]);
}
