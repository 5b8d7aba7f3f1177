//! Character references of HTML: the five of XML, and numeric ones.

use std::borrow::Cow;

/// Text with its references resolved; anything else is unchanged.
pub(super) fn resolve_character_references(text: &str) -> Cow<'_, str> {
    let Some(first) = memchr::memchr(b'&', text.as_bytes()) else { return Cow::Borrowed(text) };
    let (before, mut rest) = text.split_at(first);
    let mut found = String::with_capacity(text.len());
    found.push_str(before);
    while let Some(after) = rest.strip_prefix('&') {
        if let Some((letter, behind)) = reference(after) {
            found.push(letter);
            rest = behind;
        } else {
            found.push('&');
            rest = after;
        }
        let (plain, next) = rest.split_at(memchr::memchr(b'&', rest.as_bytes()).unwrap_or(rest.len()));
        found.push_str(plain);
        rest = next;
    }
    Cow::Owned(found)
}

/// The character that a reference (after its `&`) stands for, and the rest.
fn reference(text: &str) -> Option<(char, &str)> {
    const NAMED: [(&str, char); 5] = [("amp;", '&'), ("lt;", '<'), ("gt;", '>'), ("quot;", '"'), ("apos;", '\'')];
    if let Some(number) = text.strip_prefix('#') {
        return numbered(number);
    }
    NAMED.iter().find_map(|(name, letter)| Some((*letter, text.strip_prefix(name)?)))
}

fn numbered(text: &str) -> Option<(char, &str)> {
    let (digits, radix) = text.strip_prefix(['x', 'X']).map_or((text, 10), |digits| (digits, 16));
    let end = digits.find(|digit: char| !digit.is_digit(radix)).unwrap_or(digits.len());
    let (number, behind) = digits.split_at_checked(end).filter(|(number, _)| !number.is_empty())?;
    // Invalid code points become U+FFFD, as in browsers.
    let letter = u32::from_str_radix(number, radix).ok().filter(|code| *code != 0).and_then(char::from_u32);
    Some((letter.unwrap_or(char::REPLACEMENT_CHARACTER), behind.strip_prefix(';').unwrap_or(behind)))
}

#[cfg(test)]
mod tests;
