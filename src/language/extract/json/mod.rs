//! `JSONPath` (RFC 9535), with an optional `$`, and dashes in names.
//!
//! Owns the parsed path and its two evaluators. Never builds values that a path doesn't select: names, positions and
//! `[*]` are walked over the bytes, and everything else is skipped (`walk`); only where a path continues with other
//! selectors (`..`, slices, filters, positions from the end) are values built to select from (`select`).
//! Start with [`JsonPath::parse`] and [`JsonPath::first`].
//!
//! Of duplicate names in an object, the first counts. A single value is found even if the body is truncated or invalid
//! after it, because the rest is not read; all values are found only in a body that is valid to its end.

mod condition;
mod document;
mod filter;
mod parse;
mod path;
mod scan;
mod select;
#[cfg(test)]
mod tests;
mod walk;

pub(in crate::language) use self::document::{Budget, Document};
pub use self::path::JsonPath;

use super::super::Value;

/// Larger bodies are not searched.
const LARGEST: usize = 64 << 20;

impl JsonPath {
    /// The first match; `None` if there is none, or if the body is not JSON up to it.
    #[must_use]
    pub fn first(&self, body: &[u8]) -> Option<Value> {
        let value = self.walk(body, 1)?.pop()?;
        if self.rest.is_empty() { Some(value) } else { select::all(&self.rest, &value)?.first().copied().cloned() }
    }

    /// All matches, in document order; `None` if the body is not JSON to its end or asks for too much.
    #[must_use]
    pub fn all(&self, body: &[u8]) -> Option<Vec<Value>> {
        let values = self.walk(body, usize::MAX)?;
        match values.first() {
            Some(value) if !self.rest.is_empty() => {
                Some(select::all(&self.rest, value)?.into_iter().cloned().collect())
            }
            _ => Some(values),
        }
    }

    /// The number of matches; `None` if the body is not JSON to its end or asks for too much: nothing is known of it.
    #[must_use]
    pub fn count(&self, body: &[u8]) -> Option<usize> {
        let values = self.walk(body, usize::MAX)?;
        match values.first() {
            Some(value) if !self.rest.is_empty() => select::all(&self.rest, value).map(|found| found.len()),
            _ => Some(values.len()),
        }
    }

    /// At most `limit` values that the walked steps select; never more than one if selectors follow.
    fn walk(&self, body: &[u8], limit: usize) -> Option<Vec<Value>> {
        // RFC 8259 lets readers ignore a byte order mark, which some servers write.
        let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
        if body.len() > LARGEST { None } else { walk::to(&self.begin, body, limit) }
    }
}
