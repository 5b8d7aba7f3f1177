//! JSON's surrogate pairs in YAML. JSON writes a character beyond U+FFFF as two escapes (`\ud83d\ude80`), which YAML's
//! parser refuses. Each half is hidden behind an escape of a private character of the same length, so that positions stay.

/// The first private character, for the first surrogate.
const PRIVATE: u32 = 0xe000;
const FIRST: u32 = 0xd800;

/// The text with its pairs hidden, if it has any.
pub(super) fn hidden(text: &str) -> Option<String> {
    let (mut hidden, mut rest, mut found) = (String::with_capacity(text.len()), text, false);
    while let Some(place) = rest.find('\\') {
        let (before, escape) = rest.split_at(place);
        hidden.push_str(before);
        let pair = unit(escape, 0xd800..0xdc00).zip(escape.get(6..).and_then(|next| unit(next, 0xdc00..0xe000)));
        let used = if let Some((high, low)) = pair {
            hidden.push_str(&format!("\\u{:04x}\\u{:04x}", high - FIRST + PRIVATE, low - FIRST + PRIVATE));
            found = true;
            12
        } else {
            // An escaped backslash begins no escape.
            let used = escape.chars().take(2).map(char::len_utf8).sum();
            hidden.push_str(escape.get(..used).unwrap_or_default());
            used
        };
        rest = escape.get(used..).unwrap_or_default();
    }
    hidden.push_str(rest);
    found.then_some(hidden)
}

fn unit(escape: &str, range: std::ops::Range<u32>) -> Option<u32> {
    let digits = escape.get(..6)?.strip_prefix("\\u").filter(|digits| digits.bytes().all(|c| c.is_ascii_hexdigit()))?;
    u32::from_str_radix(digits, 16).ok().filter(|unit| range.contains(unit))
}

/// The characters of hidden pairs.
pub(super) fn restore_surrogates(text: &str) -> String {
    let half = |letter: char| u32::from(letter).checked_sub(PRIVATE).filter(|half| *half < 0x800);
    let (mut restore_surrogates, mut letters) = (String::with_capacity(text.len()), text.chars().peekable());
    while let Some(letter) = letters.next() {
        let high = half(letter).filter(|high| *high < 0x400);
        let low = letters.peek().and_then(|next| half(*next)).and_then(|low| low.checked_sub(0x400));
        let whole = high.zip(low).and_then(|(high, low)| char::from_u32(0x1_0000 + (high << 10) + low));
        restore_surrogates.push(whole.unwrap_or(letter));
        if whole.is_some() {
            letters.next();
        }
    }
    restore_surrogates
}

#[cfg(test)]
mod tests;
