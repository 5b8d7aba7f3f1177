//! Tests of responses that come early.

use super::*;

#[test]
fn a_final_response_is_distinguished_from_interim_ones() {
    let cases: [(&[u8], bool); 8] = [
        (b"", false),
        (b"HTTP/1.1 ", false),
        (b"HTTP/1.1 4", true),
        (b"HTTP/1.1 413 Too Large\r\n\r\n", true),
        (b"HTTP/1.1 100 Continue\r\n\r\n", false),
        (b"HTTP/1.1 103 Early Hints\r\nLink: a\r\n", false),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 5", true),
        (b"220 mail.example ESMTP\r\n", true),
    ];
    for (bytes, is_final) in cases {
        assert_eq!(begins_final(bytes), is_final, "{}", String::from_utf8_lossy(bytes));
    }
}
