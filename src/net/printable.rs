//! Text that the other side of a connection may have written, as messages show it.

/// The first characters of a text that the other side may have written, fit for a terminal.
#[must_use]
pub(crate) fn printable(text: &str, most: usize) -> String {
    let mut shown = String::new();
    for (number, character) in text.trim().chars().enumerate() {
        if number == most {
            shown.push('…');
            break;
        }
        if character.is_control() {
            shown.extend(character.escape_default());
        } else {
            shown.push(character);
        }
    }
    shown
}
