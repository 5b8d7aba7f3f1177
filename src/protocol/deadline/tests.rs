//! Time-outs, in paused time.

use std::{pin::pin, time::Duration};

use tokio::time::sleep;

use super::*;

#[tokio::test(start_paused = true)]
async fn each_use_has_its_own_limit() {
    let mut deadline = Deadline::default();
    let second = Duration::from_secs(1);
    for _ in 0..5 {
        let end = Instant::now() + 3 * second;
        assert_eq!(deadline.guard(end, pin!(sleep(2 * second))).await, Ok(()));
    }
    let start = Instant::now();
    assert_eq!(deadline.guard(start + 3 * second, pin!(sleep(9 * second))).await, Err(TimedOut));
    assert_eq!(start.elapsed().as_secs(), 3);
    let start = Instant::now();
    assert_eq!(deadline.guard(start + second, pin!(sleep(9 * second))).await, Err(TimedOut));
    assert_eq!(start.elapsed().as_secs(), 1);
}
