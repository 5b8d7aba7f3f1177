//! Text from outside (names, reasons, answers of servers, file names) as a terminal may have it: what would move its
//! cursor, change its colours or turn the direction of writing is shown as an escape.

use std::borrow::Cow;

/// The text on one line, with every control character, line separator and mark of direction escaped.
#[must_use]
pub(crate) fn visible(text: &str) -> Cow<'_, str> {
    if text.chars().any(is_hidden) { Cow::Owned(escaped(text, |_| false)) } else { Cow::Borrowed(text) }
}

/// Several lines of which some are styled: keeps line ends and the styles that loadagent sets itself.
#[must_use]
pub(crate) fn visible_lines(text: &str) -> Cow<'_, str> {
    if !text.chars().any(|char| char != '\n' && is_hidden(char)) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('\u{1b}') {
        let (before, tail) = rest.split_at(start);
        shown += &escaped(before, |char| char == '\n');
        let style = style_length(tail);
        let (kept, next) = tail.split_at(style.max(1));
        shown += &if style > 0 { kept.to_owned() } else { escaped(kept, |_| false) };
        rest = next;
    }
    Cow::Owned(shown + &escaped(rest, |char| char == '\n'))
}

fn escaped(text: &str, keeps: impl Fn(char) -> bool) -> String {
    let mut shown = String::with_capacity(text.len() + 16);
    for char in text.chars() {
        if is_hidden(char) && !keeps(char) { shown.extend(char.escape_default()) } else { shown.push(char) }
    }
    shown
}

/// Bytes of the style (`ESC [ … m`) that a text starts with; zero for any other sequence.
fn style_length(text: &str) -> usize {
    let Some(rest) = text.strip_prefix("\u{1b}[") else { return 0 };
    let digits = rest.find(|char: char| !char.is_ascii_digit() && char != ';').unwrap_or(rest.len());
    if rest[digits..].starts_with('m') { digits + 3 } else { 0 }
}

fn is_hidden(char: char) -> bool {
    char.is_control()
        || matches!(char, '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests;
