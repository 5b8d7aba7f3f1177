//! Tests of the wire format.

use super::*;

#[test]
fn what_is_written_is_read_again_and_damage_ends_it() {
    let mut message = Vec::new();
    put_uint(&mut message, 1, 300);
    put_fixed64(&mut message, 2, 7);
    put_bytes(&mut message, 3, b"text");
    put_message(&mut message, 4, |inner| put_uint(inner, 1, 5));
    let read: Vec<_> = fields(&message).collect();
    let inner: &[u8] = &[8, 5];
    let expected =
        [(1, Content::Number(300)), (2, Content::Fixed), (3, Content::Bytes(b"text")), (4, Content::Bytes(inner))];
    assert_eq!(read, expected);
    assert_eq!(field(&message, 3).text(), "text");
    assert_eq!(field(field(&message, 4).message(), 1).count(), 5);
    assert_eq!((field(&message, 9).count(), field(&message, 9).text()), (0, String::new()));
    for cut in 0..message.len() {
        assert!(fields(&message[..cut]).count() <= 4);
    }
    assert_eq!(fields(&[0xff; 20]).count(), 0);
}
