//! The limit of spans per flush.

use super::*;

#[test]
fn what_finds_no_room_is_counted() {
    let mut spans = Spans::default();
    (0..MAX_SPANS + 3).for_each(|_| spans.push(Span::default()));
    assert_eq!((spans.kept.len(), spans.lost), (MAX_SPANS, 3));
}
