//! Variable-length integers (LEB128): seven bits per byte, least significant first.

/// Maximum length of a number in bytes.
pub(crate) const LONGEST: usize = 10;

#[inline]
pub(crate) fn put(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    out.push((number & 0x7f) as u8);
}

/// Zig-zag encoding: the sign is the lowest bit, so that numbers near zero are short.
#[inline]
#[must_use]
#[expect(clippy::cast_sign_loss, reason = "zig-zag keeps every bit")]
pub(crate) fn zigzag(number: i64) -> u64 {
    ((number << 1) ^ (number >> 63)) as u64
}

#[inline]
pub(crate) fn put_signed(out: &mut Vec<u8>, number: i64) {
    put(out, zigzag(number));
}

/// Appends a text after its length.
pub(crate) fn put_text(out: &mut Vec<u8>, text: &str) {
    put(out, text.len() as u64);
    out.extend_from_slice(text.as_bytes());
}

/// Unread bytes. Every read is checked, because stored bytes can be damaged.
#[derive(Debug, Clone, Copy)]
pub(crate) struct VarintReader<'a>(&'a [u8]);

impl<'a> VarintReader<'a> {
    #[must_use]
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    #[must_use]
    pub(crate) fn rest(&self) -> &'a [u8] {
        self.0
    }

    /// A byte; None at the end.
    #[inline]
    pub(crate) fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    /// A number; None if it is truncated or too long.
    #[inline]
    pub(crate) fn number(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }

    /// A signed number; None if it is truncated or too long.
    #[inline]
    #[expect(clippy::cast_possible_wrap, reason = "zig-zag keeps every bit")]
    pub(crate) fn signed(&mut self) -> Option<i64> {
        let number = self.number()?;
        Some((number >> 1) as i64 ^ -((number & 1) as i64))
    }

    /// A float in eight bytes, little endian; None if it is truncated.
    #[inline]
    pub(crate) fn float(&mut self) -> Option<f64> {
        let (bytes, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(f64::from_le_bytes(*bytes))
    }

    /// A number of bytes; None if there are fewer.
    pub(crate) fn bytes(&mut self, length: usize) -> Option<&'a [u8]> {
        let (bytes, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(bytes)
    }

    /// A text after its length; None if it is truncated or not UTF-8.
    pub(crate) fn text(&mut self) -> Option<&'a str> {
        let length = usize::try_from(self.number()?).ok()?;
        std::str::from_utf8(self.bytes(length)?).ok()
    }
}

#[cfg(test)]
mod tests;
