//! What is most likely wrong where the YAML parser gives up: indentation, tabs, a colon, or a text that needs quotes.

use super::{diagnostic::Position, source::lines};

const COLUMNS: &str =
    "the keys of a map begin in the same column, each as `key: value`; items of a list begin with `- `";
const ENDS: &str = "a key ends with `:`, as in `key: value`; the line above may lack it";
const BRACES: &str =
    "within `{ }` and `[ ]`, quote text with `${…}`, `[`, `{` or a comma: `\"${x}\"`; or close a `[` or `{` above";

/// A hint for an error of the parser, by its words and the lines around it.
#[must_use]
pub(super) fn hint(error: &str, text: &str, position: Position) -> &'static str {
    let has = |words: &[&str]| words.iter().any(|word| error.contains(word));
    let all: Vec<&str> = lines(text).collect();
    let number = position.line.saturating_sub(1);
    let line = all.get(number).copied().unwrap_or_default();
    let above = all.iter().take(number).rev().find(|line| is_content(line)).copied().unwrap_or_default();
    let is_tabbed = |line: &str| line.trim_start_matches(' ').starts_with('\t');
    let below = all.get(number + 1).copied().unwrap_or_default();
    if has(&["tab"]) || is_tabbed(line) || is_tabbed(below) {
        "indent with spaces, not with tabs"
    } else if has(&["flow", "',' or"]) {
        BRACES
    } else if has(&["quoted", "quote"]) {
        "close each quote; a quoted text of several lines is indented further than its key"
    } else if has(&["mapping values"]) {
        colon(line, above, position.column)
    } else if has(&["unexpected character", "cannot start", "anchor", "alias", "tag", "directive"]) {
        "quote text that begins with `@`, `*`, `&`, `!`, `%`, `|`, `>` or a backquote: `\"@x\"`"
    } else if has(&["simple key"]) {
        ENDS
    } else if has(&["block", "document", "indent"]) || !line.contains(['{', '[']) {
        COLUMNS
    } else {
        BRACES
    }
}

/// A colon where no key can stand: the line continues the value above, or the value has a colon of its own.
fn colon(line: &str, above: &str, column: usize) -> &'static str {
    let before: String = line.chars().take(column.saturating_sub(1)).collect();
    let key = before.trim_start().trim_start_matches("- ");
    if key.contains(": ") {
        return "quote a value that contains `: `, as in `key: \"a: b\"`";
    }
    let above = above.trim_start().trim_start_matches("- ");
    if !above.contains(':') {
        return ENDS;
    }
    let is_glued = above.split_once(':').is_some_and(|(name, value)| {
        let is_name = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
        is_name && !value.is_empty() && !value.starts_with([' ', '/'])
    });
    if is_glued { "write a blank after each `:` of a key; the line above lacks it" } else { COLUMNS }
}

fn is_content(line: &str) -> bool {
    let line = line.trim();
    !line.is_empty() && !line.starts_with('#')
}

#[cfg(test)]
mod tests;
