//! Properties of the orders in which workers draw rows.

use super::*;
use proptest::prelude::*;

/// The cursors of all segments, as `plan`'s partition divides them.
fn cursors(order: Order, rows: u64, segments: u64) -> Vec<RowCursor> {
    (0..segments).map(|offset| RowCursor::new(order, rows, (offset, segments), 7)).collect()
}

fn drawn(cursor: &RowCursor, limit: usize) -> Vec<u64> {
    let mut random = fastrand::Rng::with_seed(1);
    std::iter::from_fn(|| cursor.next(0, &mut random)).take(limit).collect()
}

fn orders() -> impl Strategy<Value = fn(AtEnd) -> Order> {
    prop::sample::select(vec![Order::Sequential as fn(AtEnd) -> Order, Order::Shuffled])
}

proptest! {
    #[test]
    fn parts_use_every_row_once(order in orders(), rows in 1_u64..300, segments in 1_u64..12) {
        let cursors = cursors(order(AtEnd::Stop), rows, segments);
        let mut all: Vec<u64> = cursors.iter().flat_map(|cursor| drawn(cursor, usize::MAX)).collect();
        all.sort_unstable();
        prop_assert_eq!(all, (0..rows).collect::<Vec<_>>());
        prop_assert!(cursors.iter().all(|cursor| drawn(cursor, 1).is_empty()), "an end is an end");
    }

    /// As many draws of each part as make whole rounds.
    #[test]
    fn rows_are_used_again_equally(order in orders(), rows in 1_u64..60, segments in 1_u64..12) {
        let each = usize::try_from(rows * 2).unwrap();
        let mut counts = vec![0; each / 2];
        for cursor in &cursors(order(AtEnd::Recycle), rows, segments) {
            drawn(cursor, each).into_iter().for_each(|row| counts[usize::try_from(row).unwrap()] += 1);
        }
        prop_assert!(counts.iter().all(|count| *count == 2 * segments), "{:?}", counts);
    }

    #[test]
    fn a_user_keeps_its_row(rows in 1_u64..50, user in 0_u64..200, offset in 0_u64..4) {
        let mut random = fastrand::Rng::with_seed(1);
        let mut next = |end| {
            let cursor = RowCursor::new(Order::PerUser(end), rows, (offset, 4), 0);
            [0; 3].map(|_| cursor.next(user, &mut random))
        };
        prop_assert_eq!(next(AtEnd::Recycle), [Some(user % rows); 3]);
        prop_assert_eq!(next(AtEnd::Stop), [(user < rows).then_some(user); 3]);
    }

    #[test]
    fn the_same_seed_draws_the_same(rows in 1_u64..50, seed in any::<u64>()) {
        let draws = |order| {
            let (cursor, mut random) = (RowCursor::new(order, rows, (0, 1), seed), fastrand::Rng::with_seed(seed));
            [0; 9].map(|_| cursor.next(0, &mut random))
        };
        for order in [Order::Random, Order::Shuffled(AtEnd::Recycle)] {
            prop_assert_eq!(draws(order), draws(order));
            prop_assert!(draws(order).iter().all(|row| row.is_some_and(|row| row < rows)));
        }
    }
}

#[test]
fn workers_of_a_segment_share_its_rows() {
    for (order, each) in [(Order::UNIQUE, 1), (Order::Sequential(AtEnd::Recycle), 4)] {
        let cursor = RowCursor::new(order, 1_000, (0, 1), 7);
        let mut all: Vec<u64> = std::thread::scope(|scope| {
            let workers = [(); 4].map(|()| scope.spawn(|| drawn(&cursor, 1_000)));
            workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
        });
        all.sort_unstable();
        let expected: Vec<u64> = (0..1_000).flat_map(|row| vec![row; each]).collect();
        assert_eq!(all, expected);
    }
}

#[test]
fn rounds_and_seeds_shuffle_differently() {
    let shuffle = |seed, round: usize| {
        let cursor = RowCursor::new(Order::Shuffled(AtEnd::Recycle), 50, (0, 1), seed);
        drawn(&cursor, 100)[round * 50..][..50].to_vec()
    };
    assert_ne!(shuffle(1, 0), shuffle(1, 1));
    assert_ne!(shuffle(1, 0), shuffle(2, 0));
    assert_ne!(shuffle(1, 1), shuffle(2, 0), "seeds next to each other do not follow each other");
}

#[test]
fn without_rows_there_is_none() {
    let mut random = fastrand::Rng::with_seed(1);
    for order in [Order::UNIQUE, Order::Random, Order::Shuffled(AtEnd::Recycle), Order::PerUser(AtEnd::Recycle)] {
        assert_eq!(RowCursor::new(order, 0, (0, 0), 0).next(0, &mut random), None);
    }
}
