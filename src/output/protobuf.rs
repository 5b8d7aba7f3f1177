//! Protocol-buffer wire format, the few shapes that are written by hand.

pub(super) use crate::metric::varint::put as varint;

const VARINT: u32 = 0;
const FIXED64: u32 = 1;
const BYTES: u32 = 2;

/// A signed number as `sint` fields hold it.
#[expect(clippy::cast_sign_loss, reason = "zig-zag keeps every bit")]
pub(super) fn zigzag(number: i64) -> u64 {
    ((number << 1) ^ (number >> 63)) as u64
}

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
