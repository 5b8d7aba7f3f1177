//! Names of processes that may share a run ID.

use super::name;
use crate::plan::Partition;

fn part(index: u64) -> Partition {
    Partition::new(index, 3)
}

#[test]
fn processes_of_one_run_id_have_names_of_their_own() {
    for segment in [Partition::WHOLE, part(1)] {
        assert_ne!(name(None, true, segment), name(None, true, segment));
    }
    assert_ne!(name(None, false, part(1)), name(None, false, part(2)));
}

#[test]
fn a_generated_run_id_needs_no_letters_and_a_given_name_stays() {
    assert_eq!(name(None, false, Partition::WHOLE), name(None, false, Partition::WHOLE));
    for given in [true, false] {
        assert_eq!(name(Some("eu-1"), given, part(2)), "eu-1");
    }
}
