//! The cap holds in each second.

use super::*;

#[test]
fn workers_together_keep_the_cap_of_each_second() {
    for (workers, max) in [(1, 1), (1, 50), (4, 7), (4, 50), (16, 50)] {
        let budget = TraceBudget::new(max);
        for second in 0..5 {
            let taken: u64 = std::thread::scope(|scope| {
                let worker = || (0..200).map(|_| u64::from(budget.take(second))).sum::<u64>();
                let workers: Vec<_> = (0..workers).map(|_| scope.spawn(worker)).collect();
                workers.into_iter().map(|worker| worker.join().unwrap()).sum()
            });
            assert_eq!(taken, max, "{workers} workers, second {second}");
        }
    }
}

#[test]
fn a_worker_that_is_behind_opens_no_second_again() {
    let budget = TraceBudget::new(2);
    assert_eq!([5, 4, 5, 4].map(|second| budget.take(second)), [true, true, false, false]);
    assert!(budget.take(6));
    assert!(!TraceBudget::new(0).take(0));
}
