//! Values of form fields and of `meta` elements, by name.

use std::borrow::Cow;

use super::{
    entity,
    markup::{self, Tag},
};

/// A form field or a `meta` element by its case-sensitive name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Html {
    name: Box<str>,
    kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Field,
    Meta,
}

impl Html {
    /// The value that a browser sends for the field of this name in an untouched form: of an `input` its value (of a
    /// checkbox or radio button only if it is checked), of a `textarea` its text, of a `select` its selected options.
    #[must_use]
    pub fn field(name: &str) -> Self {
        Self { name: name.into(), kind: Kind::Field }
    }

    /// The content of a `meta` element of this name (or property, as in Open Graph).
    #[must_use]
    pub fn meta(name: &str) -> Self {
        Self { name: name.into(), kind: Kind::Meta }
    }

    /// The values in the order of the document.
    pub fn matches<'a>(&self, body: &'a [u8]) -> impl Iterator<Item = Cow<'a, str>> {
        let mut select = None;
        // The end of the document closes an open `select`.
        markup::tags(body).map(Some).chain([None]).filter_map(move |tag| match self.kind {
            Kind::Field => self.field_in(&mut select, tag),
            Kind::Meta => {
                tag.filter(|tag| tag.is("meta") && self.is_named(tag)).and_then(|tag| attribute(&tag, "content"))
            }
        })
    }

    fn is_named(&self, tag: &Tag<'_>) -> bool {
        let is_it = |attribute| tag.get(attribute).and_then(decoded).is_some_and(|name| name == *self.name);
        !tag.closes && (is_it("name") || (self.kind == Kind::Meta && is_it("property")))
    }

    fn field_in<'a>(&self, select: &mut Option<Select<'a>>, tag: Option<Tag<'a>>) -> Option<Cow<'a, str>> {
        let Some(tag) = tag.filter(|tag| !tag.is("select")) else {
            // It begins or ends here; either way, an open one ends.
            let opened = tag.filter(|tag| self.is_named(tag));
            let over = std::mem::replace(select, opened.map(|tag| Select::new(&tag)));
            return over?.unselected;
        };
        match select {
            Some(select) if tag.is("option") && !tag.closes => select.take(&tag),
            _ if tag.is("input") && self.is_named(&tag) => input(&tag),
            _ if tag.is("textarea") && self.is_named(&tag) => {
                let text = tag.text.strip_prefix(b"\r").unwrap_or(tag.text);
                decoded(text.strip_prefix(b"\n").unwrap_or(text))
            }
            _ => None,
        }
    }
}

/// An open `select`.
struct Select<'a> {
    /// The value if no option is selected: the first one, unless `multiple` is set.
    unselected: Option<Cow<'a, str>>,
    is_open: bool,
}

impl<'a> Select<'a> {
    fn new(tag: &Tag<'a>) -> Self {
        Self { unselected: None, is_open: tag.get("multiple").is_none() }
    }

    fn take(&mut self, option: &Tag<'a>) -> Option<Cow<'a, str>> {
        if option.get("disabled").is_some() {
            return None;
        }
        let value = attribute(option, "value").or_else(|| decoded(option.text).map(collapsed));
        if option.get("selected").is_some() {
            self.unselected = None;
            self.is_open = false;
            return value;
        }
        if std::mem::take(&mut self.is_open) {
            self.unselected = value;
        }
        None
    }
}

fn input<'a>(tag: &Tag<'a>) -> Option<Cow<'a, str>> {
    let kind = tag.get("type").unwrap_or_default();
    let is_box = [&b"checkbox"[..], b"radio"].iter().any(|name| kind.eq_ignore_ascii_case(name));
    match (is_box, attribute(tag, "value")) {
        (true, _) if tag.get("checked").is_none() => None,
        (_, Some(value)) => Some(value),
        (true, None) => Some(Cow::Borrowed("on")),
        (false, None) => Some(Cow::Borrowed("")),
    }
}

fn attribute<'a>(tag: &Tag<'a>, name: &str) -> Option<Cow<'a, str>> {
    decoded(tag.get(name)?)
}

fn decoded(text: &[u8]) -> Option<Cow<'_, str>> {
    std::str::from_utf8(text).ok().map(entity::resolve_character_references)
}

/// The text of an option as browsers send it: trimmed, with white space collapsed.
fn collapsed(text: Cow<'_, str>) -> Cow<'_, str> {
    let mut words = text.split_whitespace();
    let (first, second) = (words.next().unwrap_or_default(), words.next());
    if second.is_none() && first.len() == text.len() {
        return text;
    }
    Cow::Owned(text.split_whitespace().collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests;
