//! Label sets.

use super::*;

#[test]
fn sets_are_sorted_unique_and_without_empty_values() {
    let labels = Labels::new([("b", "1"), ("a", "2"), ("b", "3"), ("c", "")]);
    assert_eq!(labels.iter().collect::<Vec<_>>(), [("a", "2"), ("b", "3")]);
    assert_eq!(labels.with([("a", "9")]).get("a"), Some("9"));
    assert!(labels.has_all(&[("b".into(), "3".into())]));
    assert!(!labels.has_all(&[("c".into(), String::new())]));
}
