//! Versions and states by name.

use super::{TaskState, Version};

#[test]
fn a_version_is_its_first_two_numbers() {
    for (text, version) in [
        ("1.0", Some(Version::V1_0)),
        ("1.0.1", Some(Version::V1_0)),
        ("0.3.0", Some(Version::V0_3)),
        ("0.3", Some(Version::V0_3)),
        ("0.30", None),
        ("2.0", None),
        ("", None),
    ] {
        assert_eq!(Version::named(text), version, "{text}");
    }
}

#[test]
fn states_of_both_versions_are_the_same() {
    assert_eq!(TaskState::named("TASK_STATE_INPUT_REQUIRED"), TaskState::InputRequired);
    assert_eq!(TaskState::named("input-required"), TaskState::InputRequired);
    assert_eq!(TaskState::named("TASK_STATE_CANCELED"), TaskState::Canceled);
    assert_eq!(TaskState::named("nonsense"), TaskState::Unknown);
}
