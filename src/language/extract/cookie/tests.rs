//! Look-up of cookies.

use super::*;

#[test]
fn values_come_without_attributes_and_blanks() {
    let head = b"HTTP/1.1 200 OK\r\nSet-Cookie: sid=a=b ; Path=/; HttpOnly\r\nset-cookie: SID=no\r\n\
        SET-COOKIE:sid=\"q\"\r\nSet-Cookie: sid; x=sid=no\r\nCookie: sid=no\r\nSet-Cookie: sid=\r\n\r\n";
    assert_eq!(Cookie::new("sid").matches(head).collect::<Vec<_>>(), ["a=b", "\"q\"", ""]);
}
