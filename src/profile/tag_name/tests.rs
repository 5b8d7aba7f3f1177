//! Names of tags.

use super::check_tag;

#[test]
fn names_of_tags_are_label_names_and_not_reserved() {
    for name in ["team", "_x", "Le2"] {
        assert_eq!(check_tag(name), Ok(()));
    }
    for name in ["le", "run_id", "output", "__x", "1a", "a-b", ""] {
        assert!(check_tag(name).is_err(), "{name}");
    }
}
