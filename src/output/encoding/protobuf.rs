//! Protocol-buffer wire format, the few shapes that are written and read by hand.

#[cfg(test)]
mod tests;

use crate::metric::varint::VarintReader;
pub(in crate::output) use crate::metric::varint::{put as varint, put_signed as varint_signed, zigzag};

const VARINT: u32 = 0;
const FIXED64: u32 = 1;
const BYTES: u32 = 2;
const FIXED32: u32 = 5;

fn key(out: &mut Vec<u8>, field: u32, wire_type: u32) {
    varint(out, u64::from(field << 3 | wire_type));
}

/// A `bytes`, `string`, packed or message field.
pub(in crate::output) fn put_bytes(out: &mut Vec<u8>, field: u32, content: &[u8]) {
    key(out, field, BYTES);
    varint(out, content.len() as u64);
    out.extend_from_slice(content);
}

/// A message field, written in place: its length is known only afterwards.
pub(in crate::output) fn put_message(out: &mut Vec<u8>, field: u32, content: impl FnOnce(&mut Vec<u8>)) {
    key(out, field, BYTES);
    let begin = out.len();
    content(out);
    let mut length = Vec::with_capacity(5);
    varint(&mut length, (out.len() - begin) as u64);
    out.splice(begin..begin, length);
}

/// A `double` field.
pub(in crate::output) fn put_double(out: &mut Vec<u8>, field: u32, value: f64) {
    key(out, field, FIXED64);
    out.extend_from_slice(&value.to_le_bytes());
}

/// A `uint32`, `uint64` or enumeration field.
pub(in crate::output) fn put_uint(out: &mut Vec<u8>, field: u32, number: u64) {
    key(out, field, VARINT);
    varint(out, number);
}

/// An `int64` field.
#[expect(clippy::cast_sign_loss, reason = "protobuf's int64 is two's complement")]
pub(in crate::output) fn put_int(out: &mut Vec<u8>, field: u32, number: i64) {
    put_uint(out, field, number as u64);
}

/// An `sint32` or `sint64` field.
pub(in crate::output) fn put_sint(out: &mut Vec<u8>, field: u32, number: i64) {
    put_uint(out, field, zigzag(number));
}

/// A `fixed64` field.
pub(in crate::output) fn put_fixed64(out: &mut Vec<u8>, field: u32, number: u64) {
    key(out, field, FIXED64);
    out.extend_from_slice(&number.to_le_bytes());
}

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::output) enum Content<'a> {
    /// A number of any integer type, or an enumeration.
    Number(u64),
    /// Bytes, text, a message, packed numbers.
    Bytes(&'a [u8]),
    /// Eight or four bytes; nothing that is read here has them.
    Fixed,
}

impl<'a> Content<'a> {
    /// As a message, or nothing.
    pub(in crate::output) fn message(self) -> &'a [u8] {
        if let Self::Bytes(bytes) = self { bytes } else { &[] }
    }

    /// As text, or none.
    pub(in crate::output) fn text(self) -> String {
        String::from_utf8_lossy(self.message()).into_owned()
    }

    /// As a number that can't be negative, or 0.
    pub(in crate::output) fn count(self) -> u64 {
        if let Self::Number(number) = self { number } else { 0 }
    }
}

/// The fields of a message, as far as it can be read.
pub(in crate::output) fn fields(message: &[u8]) -> impl Iterator<Item = (u64, Content<'_>)> {
    let mut input = VarintReader::new(message);
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
pub(in crate::output) fn field(message: &[u8], number: u64) -> Content<'_> {
    fields(message).find(|(own, _)| *own == number).map_or(Content::Number(0), |(_, content)| content)
}
