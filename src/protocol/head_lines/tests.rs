//! Heads in odd notations.

use super::*;

#[test]
fn lines_are_found_whatever_their_case_and_blanks() {
    let head = b"HTTP/1.1 200 OK\r\nSet-Cookie:a=b\r\nX:  y z \r\nset-cookie: c=d\r\n\r\n";
    let cookies: Vec<_> = values(head, "SET-COOKIE").collect();
    assert_eq!(cookies, [b"a=b", b"c=d"]);
    assert_eq!(text(head, "x"), Some("y z"));
    assert_eq!(text(head, "none"), None);
}

#[test]
fn targets_stand_between_method_and_version() {
    assert_eq!(target_text(b"GET /a?b=c HTTP/1.1\r\n\r\n"), "/a?b=c");
    assert_eq!(target_text(b""), "");
    assert_eq!(target_text(b"GET"), "GET");
}
