//! Tests of `sleeper`.

use std::sync::Arc;

use super::*;

fn in_runtime<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

#[test]
fn sleepers_wake_in_the_order_of_their_deadlines_and_never_early() {
    in_runtime(async {
        let sleeper = Arc::new(Sleeper::open().unwrap());
        let driver = Arc::clone(&sleeper);
        tokio::spawn(async move { driver.drive().await });
        let woken = Arc::new(Mutex::new(Vec::new()));
        let start = Instant::now();
        let mut tasks = tokio::task::JoinSet::new();
        for millis in [30_u64, 10, 20, 10, 0] {
            let (sleeper, woken) = (Arc::clone(&sleeper), Arc::clone(&woken));
            tasks.spawn(async move {
                let deadline = start + Duration::from_millis(millis);
                sleeper.until(deadline).await;
                assert!(Instant::now() >= deadline);
                lock(&woken).push(millis);
            });
        }
        while let Some(done) = tasks.join_next().await {
            done.unwrap();
        }
        assert_eq!(*lock(&woken), [0, 10, 10, 20, 30]);
        assert!(lock(&sleeper.waiting).wakers.is_empty());
    });
}

#[test]
fn a_dropped_sleep_is_forgotten() {
    in_runtime(async {
        let sleeper = Sleeper::open().unwrap();
        let late = sleeper.until(Instant::now() + Duration::from_hours(1));
        tokio::select! {
            biased;
            () = late => unreachable!("an hour passed"),
            () = std::future::ready(()) => {}
        }
        assert!(lock(&sleeper.waiting).wakers.is_empty());
    });
}
