//! Look-up of header lines.

use super::*;

#[test]
fn every_line_of_the_name_is_found_in_any_case() {
    let head = b"HTTP/1.1 200 x-id: 0\r\nX-ID:  a \r\nX-Idea: no\r\nx-id:b\nX-Id : c\r\nX-Id \t:d\r\nX-Id e: no\r\nX-ID: \xff\r\nx-id:\r\n\r\n";
    assert_eq!(HeaderSelector::new("x-Id").matches(head).collect::<Vec<_>>(), ["a", "b", "c", "d", ""]);
    assert_eq!(HeaderSelector::new("").matches(head).count(), 0);
}
