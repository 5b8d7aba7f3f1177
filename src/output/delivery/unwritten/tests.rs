//! Tests of what is kept in memory.

use super::*;

#[test]
fn intervals_are_found_by_what_was_read_before() {
    let mut unwritten = Unwritten::default();
    for sequence in 3..6 {
        assert!(unwritten.keep(&Interval { sequence, ..Interval::default() }));
    }
    let after = |sequence| unwritten.after(sequence).map(|interval| interval.sequence);
    assert_eq!((after(None), after(Some(2)), after(Some(4)), after(Some(5))), (Some(3), Some(3), Some(5), None));
    unwritten.clear();
    assert_eq!(unwritten.after(None), None);
}
