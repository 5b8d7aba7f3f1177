//! Cookies that a response sets.

use super::header::lines_named;

/// A cookie by its name, whose case counts (RFC 6265, section 5.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cookie {
    name: Box<str>,
}

impl Cookie {
    /// Looks for cookies of this name.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self { name: name.into() }
    }

    /// The values that `Set-Cookie` lines give it, in their order; a browser keeps the last.
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
