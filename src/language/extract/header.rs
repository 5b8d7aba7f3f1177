//! Header lines of a response, by name.

/// A header line by its case-insensitive name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeaderSelector {
    name: Box<str>,
}

impl HeaderSelector {
    /// The header lines of a name.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self { name: name.trim().into() }
    }

    /// The values, one per line, in order.
    pub fn matches<'a>(&self, head: &'a [u8]) -> impl Iterator<Item = &'a str> {
        lines_named(head, &self.name)
    }
}

/// The trimmed values of the header lines of a name; the status line is not a header line. Blanks before the colon are no
/// part of the name (RFC 9112, section 5.1): the parser of responses takes them, too.
pub(super) fn lines_named<'a>(head: &'a [u8], name: &str) -> impl Iterator<Item = &'a str> {
    head.split(|byte| *byte == b'\n').skip(1).filter_map(move |line| {
        let (found, rest) = line.split_at_checked(name.len())?;
        let value =
            found.eq_ignore_ascii_case(name.as_bytes()).then(|| rest.trim_ascii_start().strip_prefix(b":"))??;
        std::str::from_utf8(value.trim_ascii()).ok()
    })
}

#[cfg(test)]
mod tests;
