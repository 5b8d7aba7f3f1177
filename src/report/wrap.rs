//! Lines that are longer than the terminal is wide: broken at blanks, with an indentation, where the terminal would break
//! words.

use std::iter::once;

use anstream::adapter::strip_str;

/// Narrower than this, nothing is gained by breaking lines.
const LEAST_WIDTH: usize = 24;

/// A line in pieces that fit; what follows the first is indented by `further` columns more. Styles take no space.
#[must_use]
pub(super) fn wrap(line: &str, width: usize, further: usize) -> Vec<String> {
    if columns(line) <= width || width < LEAST_WIDTH {
        return vec![line.to_owned()];
    }
    let indent = line.len() - line.trim_start_matches(' ').len();
    let (blanks, text) = line.split_at(indent);
    let mut pieces = vec![String::new()];
    let mut rest = text;
    let mut gap = blanks;
    while !rest.is_empty() {
        let (word, tail) = rest.split_at(rest.find(' ').unwrap_or(rest.len()));
        let next = tail.trim_start_matches(' ');
        if let Some(piece) = pieces.last_mut() {
            let starts = piece.trim_start().is_empty();
            if starts || columns(piece) + gap.len() + columns(word) <= width {
                piece.extend(once(gap).chain(once(word)));
            } else {
                pieces.push(format!("{blanks}{}{word}", " ".repeat(further)));
            }
        }
        gap = &tail[..tail.len() - next.len()];
        rest = next;
    }
    pieces
}

fn columns(text: &str) -> usize {
    strip_str(text).to_string().chars().count()
}

#[cfg(test)]
mod tests;
