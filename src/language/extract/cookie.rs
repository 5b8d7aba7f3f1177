//! Cookies set by a response.

use super::header::lines_named;

/// A cookie by its case-sensitive name (RFC 6265, section 5.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cookie {
    name: Box<str>,
}

impl Cookie {
    /// The cookie of a name.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self { name: name.into() }
    }

    /// Its values in `Set-Cookie` lines, in order; a browser keeps the last.
    pub fn matches<'a>(&self, head: &'a [u8]) -> impl Iterator<Item = &'a str> {
        lines_named(head, "set-cookie").filter_map(|line| {
            let pair = line.split(';').next()?;
            let (name, value) = pair.split_once('=')?;
            (name.trim() == &*self.name).then(|| value.trim())
        })
    }
}

#[cfg(test)]
mod tests;
