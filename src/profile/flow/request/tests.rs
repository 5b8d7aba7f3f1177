//! Rendering of constant requests.

use super::*;

#[test]
fn a_request_is_rendered_once_and_whole() {
    let target = Target::Known { origin: 0, host: "[::1]:8080".into(), path: vec![Piece::text("/p?q=1")] };
    let headers = vec![("A".to_owned(), Template::fixed("b".into()))];
    let body = Body { pieces: vec![Piece::text("{}")], content_type: None };
    let (wire, rendering) = render("POST", target, Vec::new(), headers, Some(body), None);
    assert!(rendering.is_none(), "nothing in it changes");
    let text = std::str::from_utf8(&wire.bytes).unwrap();
    assert_eq!(text, "POST /p?q=1 HTTP/1.1\r\nHost: [::1]:8080\r\nA: b\r\nContent-Length: 2\r\n\r\n{}");
    assert_eq!(&text[wire.splice..], "\r\n{}");
}
