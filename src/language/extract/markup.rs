//! Tags of HTML, as tolerant as browsers: quotes, case, comments, scripts, unclosed tags.
//!
//! A single pass, linear in the size of the document, however broken the markup is.

use memchr::{memchr, memmem};

/// A tag, and the text after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tag<'a> {
    name: &'a [u8],
    pub(super) closes: bool,
    attributes: &'a [u8],
    /// Up to the next tag; of a `textarea` up to its end tag.
    pub(super) text: &'a [u8],
}

impl<'a> Tag<'a> {
    pub(super) fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name.as_bytes())
    }

    /// The value of an attribute, which may be empty; of duplicates the first counts.
    pub(super) fn get(&self, name: &str) -> Option<&'a [u8]> {
        Attributes(self.attributes)
            .find(|(found, _)| found.eq_ignore_ascii_case(name.as_bytes()))
            .map(|(_, value)| value)
    }

    /// Whether the content is text, even where it looks like tags.
    fn is_raw(&self) -> bool {
        !self.closes && ["script", "style", "textarea", "title"].iter().any(|name| self.is(name))
    }
}

/// The tags of a document.
pub(super) fn tags(document: &[u8]) -> impl Iterator<Item = Tag<'_>> {
    let mut rest = document;
    std::iter::from_fn(move || {
        let (tag, behind) = next(rest)?;
        rest = behind;
        Some(tag)
    })
}

fn next(document: &[u8]) -> Option<(Tag<'_>, &[u8])> {
    let mut rest = document;
    loop {
        rest = rest.get(memchr(b'<', rest)? + 1..)?;
        let (closes, inside) = rest.strip_prefix(b"/").map_or((false, rest), |inside| (true, inside));
        if inside.first().is_some_and(u8::is_ascii_alphabetic) {
            return tag(closes, inside);
        }
        if let Some(comment) = rest.strip_prefix(b"!--") {
            // `<!-->` is a complete comment: its end may share the dashes of its start.
            let end = if comment.starts_with(b">") { 0 } else { memmem::find(comment, b"-->")? };
            rest = comment.get(end..)?;
        } else if closes || matches!(rest.first(), Some(b'!' | b'?')) {
            rest = rest.get(memchr(b'>', rest)?..)?;
        }
    }
}

/// The tag whose name begins here; None if it is unclosed, which ends the document.
fn tag(closes: bool, inside: &[u8]) -> Option<(Tag<'_>, &[u8])> {
    let (name, attributes) = inside.split_at_checked(inside.iter().position(|byte| ends_name(*byte))?)?;
    let mut all = Attributes(attributes);
    all.by_ref().for_each(drop);
    let behind = all.0.strip_prefix(b">")?;
    let mut tag = Tag { name, closes, attributes, text: b"" };
    let end = if tag.is_raw() { end_of(name, behind) } else { memchr(b'<', behind).unwrap_or(behind.len()) };
    let (text, rest) = behind.split_at_checked(end)?;
    tag.text = text;
    Some((tag, rest))
}

fn ends_name(byte: u8) -> bool {
    byte.is_ascii_whitespace() || matches!(byte, b'/' | b'>')
}

/// Position of `</name`.
fn end_of(name: &[u8], text: &[u8]) -> usize {
    let closes = |at: &usize| {
        let found = text.get(*at..).and_then(|rest| rest.strip_prefix(b"</")?.split_at_checked(name.len()));
        found.is_some_and(|(found, rest)| {
            found.eq_ignore_ascii_case(name) && rest.first().is_none_or(|byte| ends_name(*byte))
        })
    };
    memchr::memchr_iter(b'<', text).find(closes).unwrap_or(text.len())
}

/// Attributes up to the end of their tag; the rest then begins with `>`, or is empty if the tag is unclosed.
struct Attributes<'a>(&'a [u8]);

impl<'a> Iterator for Attributes<'a> {
    type Item = (&'a [u8], &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        self.run(|byte| byte.is_ascii_whitespace() || byte == b'/');
        if matches!(self.0.first(), None | Some(b'>')) {
            return None;
        }
        let mut is_first = true;
        // In browsers, a leading `=` is part of the name.
        let name = self.run(|byte| !ends_name(byte) && (std::mem::take(&mut is_first) || byte != b'='));
        self.run(|byte| byte.is_ascii_whitespace());
        let Some(value) = self.0.strip_prefix(b"=") else { return Some((name, b"")) };
        self.0 = value.trim_ascii_start();
        let (Some(quote @ (b'"' | b'\'')), Some(quoted)) = (self.0.first(), self.0.get(1..)) else {
            return Some((name, self.run(|byte| !byte.is_ascii_whitespace() && byte != b'>')));
        };
        let end = memchr(*quote, quoted);
        let (value, rest) = quoted.split_at_checked(end.unwrap_or(quoted.len()))?;
        self.0 = rest.get(1..).unwrap_or_default();
        end.map(|_| (name, value))
    }
}

impl<'a> Attributes<'a> {
    fn run(&mut self, mut belongs: impl FnMut(u8) -> bool) -> &'a [u8] {
        let end = self.0.iter().position(|byte| !belongs(*byte)).unwrap_or(self.0.len());
        let (run, rest) = self.0.split_at_checked(end).unwrap_or_default();
        self.0 = rest;
        run
    }
}
