//! The limit of spans per flush.

use super::*;

#[test]
fn spans_beyond_the_limit_are_counted() {
    let mut spans = Spans::default();
    (0..MAX_SPANS + 3).for_each(|_| spans.push(Span::default()));
    assert_eq!((spans.kept.len(), spans.lost), (MAX_SPANS, 3));
}
