//! Text between two boundaries, as in `JMeter`'s and `LoadRunner`'s boundary extractors.

use memchr::memmem;

use super::ExtractError;

/// The text between two boundaries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Between {
    left: Box<str>,
    right: Box<str>,
}

impl Between {
    /// Text between `left` and `right`. An empty `left` is the start of the body, an empty `right` its end.
    ///
    /// # Errors
    /// If both are empty.
    pub fn new(left: &str, right: &str) -> Result<Self, ExtractError> {
        if left.is_empty() && right.is_empty() {
            return Err(ExtractError::new(1, "both boundaries are empty", Some("set at least one boundary")));
        }
        Ok(Self { left: left.into(), right: right.into() })
    }

    /// The matches in order. They don't overlap, and a right boundary is not the left boundary of the next match.
    pub fn matches<'a>(&self, body: &'a [u8]) -> impl Iterator<Item = &'a str> {
        let mut rest = Some(body);
        std::iter::from_fn(move || {
            let (found, after) = self.next(rest?)?;
            rest = after;
            Some(found)
        })
        .filter_map(|found| std::str::from_utf8(found).ok())
    }

    /// The first match, and the text after it.
    fn next<'a>(&self, text: &'a [u8]) -> Option<(&'a [u8], Option<&'a [u8]>)> {
        let from = text.get(memmem::find(text, self.left.as_bytes())? + self.left.len()..)?;
        if self.right.is_empty() {
            return Some((from, None));
        }
        let (found, rest) = from.split_at_checked(memmem::find(from, self.right.as_bytes())?)?;
        Some((found, rest.get(self.right.len()..).filter(|_| !self.left.is_empty())))
    }
}

#[cfg(test)]
mod tests;
