//! Paths and queries as text: parts are replaced by expressions, all else stays as it was written.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::yaml::literal;

/// What needs no encoding anywhere in a URL.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// A path with its query as a template: `replace` gives the expression for a decoded segment or value, or None to keep
/// it.
pub(super) fn templated(target: &str, mut replace: impl FnMut(&str) -> Option<String>) -> String {
    let (path, query) = match target.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (target, None),
    };
    let segment = |segment: &str| {
        let decoded = percent_decode_str(segment).decode_utf8_lossy();
        replace(&decoded).unwrap_or_else(|| literal(segment))
    };
    let path = path.split('/').map(segment).collect::<Vec<_>>().join("/");
    let Some(query) = query else { return path };
    let pair = |pair: &str| match pair.split_once('=') {
        None => literal(pair),
        Some((name, value)) => {
            let replaced = replace(&decoded(value));
            format!("{}={}", literal(name), replaced.unwrap_or_else(|| literal(value)))
        }
    };
    format!("{path}?{}", query.split('&').map(pair).collect::<Vec<_>>().join("&"))
}

/// A text of a query: `+` is a blank.
pub(super) fn decoded(text: &str) -> String {
    let spaced: Cow<'_, str> = if text.contains('+') { text.replace('+', " ").into() } else { text.into() };
    percent_decode_str(&spaced).decode_utf8_lossy().into_owned()
}

/// A text as a part of a URL, a template.
pub(super) fn encoded(text: &str) -> String {
    utf8_percent_encode(text, ENCODED).to_string()
}

/// Whether a template has an expression, and not only `$${`.
#[must_use]
pub(super) fn has_expression(template: &str) -> bool {
    template.match_indices("${").any(|(at, _)| !template[..at].ends_with('$'))
}

#[cfg(test)]
mod tests;
