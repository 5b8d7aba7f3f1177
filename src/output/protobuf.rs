//! Protocol-buffer wire format, the few shapes that are written and read by hand.

use crate::metric::varint::Input;
pub(super) use crate::metric::varint::{put as varint, put_signed as varint_signed, zigzag};

const VARINT: u32 = 0;
const FIXED64: u32 = 1;
const BYTES: u32 = 2;
const FIXED32: u32 = 5;

fn key(out: &mut Vec<u8>, field: u32, wire_type: u32) {
    varint(out, u64::from(field << 3 | wire_type));
}

/// A `bytes`, `string`, packed or message field.
pub(super) fn put_bytes(out: &mut Vec<u8>, field: u32, content: &[u8]) {
    key(out, field, BYTES);
    varint(out, content.len() as u64);
    out.extend_from_slice(content);
}

/// A message field, written in place: its length is known only afterwards.
pub(super) fn put_message(out: &mut Vec<u8>, field: u32, content: impl FnOnce(&mut Vec<u8>)) {
    key(out, field, BYTES);
    let begin = out.len();
    content(out);
    let mut length = Vec::with_capacity(5);
    varint(&mut length, (out.len() - begin) as u64);
    out.splice(begin..begin, length);
}

/// A `double` field.
pub(super) fn put_double(out: &mut Vec<u8>, field: u32, value: f64) {
    key(out, field, FIXED64);
    out.extend_from_slice(&value.to_le_bytes());
}

/// A `uint32`, `uint64` or enumeration field.
pub(super) fn put_uint(out: &mut Vec<u8>, field: u32, number: u64) {
    key(out, field, VARINT);
    varint(out, number);
}

/// An `int64` field.
#[expect(clippy::cast_sign_loss, reason = "protobuf's int64 is two's complement")]
pub(super) fn put_int(out: &mut Vec<u8>, field: u32, number: i64) {
    put_uint(out, field, number as u64);
}

/// An `sint32` or `sint64` field.
pub(super) fn put_sint(out: &mut Vec<u8>, field: u32, number: i64) {
    put_uint(out, field, zigzag(number));
}

/// A `fixed64` field.
pub(super) fn put_fixed64(out: &mut Vec<u8>, field: u32, number: u64) {
    key(out, field, FIXED64);
    out.extend_from_slice(&number.to_le_bytes());
}

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Content<'a> {
    /// A number of any integer type, or an enumeration.
    Number(u64),
    /// Bytes, text, a message, packed numbers.
    Bytes(&'a [u8]),
    /// Eight or four bytes; nothing that is read here has them.
    Fixed,
}

impl<'a> Content<'a> {
    /// As a message, or nothing.
    pub(super) fn message(self) -> &'a [u8] {
        if let Self::Bytes(bytes) = self { bytes } else { &[] }
    }

    /// As text, or none.
    pub(super) fn text(self) -> String {
        String::from_utf8_lossy(self.message()).into_owned()
    }

    /// As a number that can't be negative, or 0.
    pub(super) fn count(self) -> u64 {
        if let Self::Number(number) = self { number } else { 0 }
    }
}

/// The fields of a message, as far as it can be read.
pub(super) fn fields(message: &[u8]) -> impl Iterator<Item = (u64, Content<'_>)> {
    let mut input = Input::new(message);
    std::iter::from_fn(move || {
        let key = input.number()?;
        let content = match u32::try_from(key & 7).unwrap_or(u32::MAX) {
            VARINT => Content::Number(input.number()?),
            FIXED64 => input.bytes(8).map(|_| Content::Fixed)?,
            FIXED32 => input.bytes(4).map(|_| Content::Fixed)?,
            BYTES => {
                let length = usize::try_from(input.number()?).ok()?;
                Content::Bytes(input.bytes(length)?)
            }
            _ => return None,
        };
        Some((key >> 3, content))
    })
}

/// The first field of that number; absent ones are 0 and empty, as the format has it.
pub(super) fn field(message: &[u8], number: u64) -> Content<'_> {
    fields(message).find(|(own, _)| *own == number).map_or(Content::Number(0), |(_, content)| content)
}

#[cfg(test)]
mod tests {
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
}
