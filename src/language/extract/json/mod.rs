//! Paths into JSON: RFC 9535, with `$` left out if one likes, and dashes in names.
//!
//! Owns the parsed path and its two ways through a body. Never builds what a path does not ask for: names, positions and
//! `[*]` are walked over the bytes and everything else is skipped (`walk`); only what a path goes on from with more
//! than these (`..`, slices, filters, positions from the end) becomes values to look among (`select`).
//! Start with [`JsonPath::parse`] and [`JsonPath::first`].
//!
//! Of a name that an object has twice, the first counts. Who wants one value gets it although what follows it is cut off or
//! garbage, which is not read; who wants all of them gets none from a body that is not JSON to the end.

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

/// Bodies larger than this are not looked into.
const LARGEST: usize = 64 << 20;

impl JsonPath {
    /// The first find; `None` if there is none, or the body is not JSON as far as it had to be read.
    #[must_use]
    pub fn first(&self, body: &[u8]) -> Option<Value> {
        let value = self.walk(body, 1).pop()?;
        if self.rest.is_empty() { Some(value) } else { select::all(&self.rest, &value)?.first().copied().cloned() }
    }

    /// All finds, in the order of the document.
    #[must_use]
    pub fn all(&self, body: &[u8]) -> Vec<Value> {
        let values = self.walk(body, usize::MAX);
        match values.first() {
            Some(value) if !self.rest.is_empty() => {
                select::all(&self.rest, value).unwrap_or_default().into_iter().cloned().collect()
            }
            _ => values,
        }
    }

    /// How many finds there are.
    #[must_use]
    pub fn count(&self, body: &[u8]) -> usize {
        let values = self.walk(body, usize::MAX);
        match values.first() {
            Some(value) if !self.rest.is_empty() => select::all(&self.rest, value).map_or(0, |found| found.len()),
            _ => values.len(),
        }
    }

    /// At most `limit` values to which the walked steps lead; never more than one if there is more to the path.
    fn walk(&self, body: &[u8], limit: usize) -> Vec<Value> {
        if body.len() > LARGEST { Vec::new() } else { walk::to(&self.begin, body, limit) }
    }
}
