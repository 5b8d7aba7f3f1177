//! What `--http-debug` shows, and what it masks.

use super::*;
use crate::plan::{RequestSpec, Wire};

#[test]
fn secrets_and_control_characters_are_not_shown() {
    let lines = b"GET http://user:pass@h/a HTTP/1.1\r\nHost: h\r\nAUTHORIZATION: Bearer s3cret\r\n";
    let spec = RequestSpec { wire: Wire::new(lines, b"{\"a\": 1}"), ..RequestSpec::default() };
    let request = Outgoing { extra: b"Cookie: id=s3cret\r\n", ..Outgoing::constant(&spec) };
    let head = b"HTTP/1.1 302 Found\r\nSet-Cookie: id=s3cret\r\nLocation: https://a:s3cret@b/?x=c@d\r\n\r\n";
    let body = [b"\x1b[2J\xff".to_vec(), vec![b'x'; 5_000]].concat();
    let text = render(Debug::Full, &request, (head, &body), Some(ErrorClass::Redirect));
    assert!(!text.contains("s3cret") && !text.contains("pass"), "{text}");
    assert!(!text.contains('\x1b') && text.len() < 6_000, "{text}");
    for part in [
        "> GET http://***@h/a HTTP/1.1\n> Host: h\n> AUTHORIZATION: ***\n> Cookie: ***\n>\n> {\"a\": 1}\n",
        "< Location: https://***@b/?x=c@d\n",
        "< … 5005 bytes in all\n",
        "! redirect: ",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert!(!render(Debug::Heads, &request, (head, &body), None).contains("\"a\""));
}
