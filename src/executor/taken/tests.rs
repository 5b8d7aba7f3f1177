//! What is given out stays taken.

use proptest::prelude::*;

use super::*;

fn open(folder: &Path) -> TakenNumbers {
    TakenNumbers::open(&folder.join("taken"), 2, 2).unwrap()
}

#[test]
fn a_killed_process_skips_less_than_a_step_and_repeats_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let taken = open(folder.path());
    (1..=40).for_each(|draw| taken.draws(1, draw));
    taken.iterations(0, 3);
    // Nothing is settled, as after a kill.
    let next = open(folder.path());
    assert_eq!([next.draws_before(0), next.draws_before(1)], [0, 48]);
    assert_eq!([next.iterations_before(0), next.iterations_before(1)], [1_024, 0]);
    assert_eq!(next.iterations_before(2), 0, "a data set is no scenario");
}

#[test]
fn a_process_that_ends_leaves_the_exact_count() {
    let folder = tempfile::tempdir().unwrap();
    let taken = open(folder.path());
    (1..=40).for_each(|draw| taken.draws(1, draw));
    taken.settle_draws(1, 40);
    let next = open(folder.path());
    assert_eq!(next.draws_before(1), 40);
    // It drew nothing itself: nothing is given back.
    next.settle_draws(1, 0);
    assert_eq!(open(folder.path()).draws_before(1), 40);
}

#[test]
fn a_file_of_a_larger_plan_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    drop(open(folder.path()));
    assert!(TakenNumbers::open(&folder.path().join("taken"), 1, 1).is_err());
}

proptest! {
    #[test]
    fn no_number_is_given_out_twice(draws in prop::collection::vec((0_u64..100, any::<bool>()), 1..12)) {
        let folder = tempfile::tempdir().unwrap();
        let mut given = 0;
        for (count, is_killed) in draws {
            let taken = open(folder.path());
            let before = taken.draws_before(0);
            prop_assert!(before >= given && before < given + STEP_OF_ROWS);
            (1..=count).for_each(|draw| taken.draws(0, before + draw));
            given = if count > 0 { before + count } else { given };
            if !is_killed {
                taken.settle_draws(0, before + count);
                given = before + count;
            }
        }
    }
}
