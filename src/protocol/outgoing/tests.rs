//! Where header lines of one sending stand.

use super::*;

#[test]
fn further_header_lines_stand_before_the_blank_line() {
    let wire = Wire::new(b"POST / HTTP/1.1\r\nHost: h\r\n", b"{}");
    let spec = RequestSpec { wire, ..RequestSpec::default() };
    let plain = Outgoing::constant(&spec);
    assert_eq!((plain.head(), plain.body()), (&b"POST / HTTP/1.1\r\nHost: h\r\n"[..], &b"{}"[..]));
    assert_eq!(plain.pieces().concat(), b"POST / HTTP/1.1\r\nHost: h\r\n\r\n{}");
    let traced = Outgoing { extra: b"A: b\r\n", ..plain };
    assert_eq!(traced.pieces().concat(), b"POST / HTTP/1.1\r\nHost: h\r\nA: b\r\n\r\n{}");
}
