//! Reads kept heads and request lines: rare work on bytes that were parsed before.

use std::ops::Range;

/// Names and values of a head's lines after the first, without the blanks around them.
pub(crate) fn lines(head: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    pairs(head.splitn(2, |byte| *byte == b'\n').nth(1).unwrap_or_default())
}

/// Names and values of header lines that stand alone.
pub(crate) fn pairs(lines: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    lines.split(|byte| *byte == b'\n').filter_map(|line| {
        let colon = memchr::memchr(b':', line)?;
        let (name, value) = line.split_at_checked(colon)?;
        Some((name.trim_ascii(), value.get(1..)?.trim_ascii()))
    })
}

/// Values of the lines with a name.
pub(crate) fn values<'h>(head: &'h [u8], name: &str) -> impl Iterator<Item = &'h [u8]> {
    lines(head).filter(move |(known, _)| known.eq_ignore_ascii_case(name.as_bytes())).map(|(_, value)| value)
}

/// The value of the first line with a name, if it is text.
#[must_use]
pub(crate) fn text<'h>(head: &'h [u8], name: &str) -> Option<&'h str> {
    values(head, name).next().and_then(|value| std::str::from_utf8(value).ok())
}

/// The position of the target in a request's bytes, between method and version.
#[must_use]
pub(crate) fn target_of(request: &[u8]) -> Range<usize> {
    let first = memchr::memchr(b' ', request).map_or(0, |at| at + 1);
    let rest = request.get(first..).unwrap_or_default();
    first..first + memchr::memchr(b' ', rest).unwrap_or(rest.len())
}

/// A request's target as text.
#[must_use]
pub(crate) fn target_text(request: &[u8]) -> &str {
    request.get(target_of(request)).and_then(|target| std::str::from_utf8(target).ok()).unwrap_or("/")
}

#[cfg(test)]
mod tests;
