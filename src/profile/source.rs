//! The lines of a profile, to find the position in the file of a character of a scalar, across quotes, escapes, folded
//! lines and blocks.

use super::diagnostic::Position;

/// The lines of a profile.
#[derive(Debug, Default)]
pub(crate) struct Source {
    lines: Vec<Vec<char>>,
}

impl Source {
    /// Splits a text into lines as YAML does: at `\n`, `\r\n` and `\r`.
    #[must_use]
    pub(crate) fn new(text: &str) -> Self {
        Self { lines: lines(text).map(|line| line.chars().collect()).collect() }
    }

    /// The position of the character `at` (from 1) of a scalar that begins at `begin`; `begin` if it is not found.
    #[must_use]
    pub(crate) fn position_within(&self, begin: Position, text: &str, at: usize) -> Position {
        let first = self.lines.get(begin.line.wrapping_sub(1)).and_then(|line| line.get(begin.column.wrapping_sub(1)));
        let position = match first {
            _ if self.is_block(begin) => self.within_block(begin, text, at),
            Some(quote @ ('"' | '\'')) => self.within_flow(begin, Some(*quote), at),
            Some(_) => self.within_flow(begin, None, at),
            None => None,
        };
        position.unwrap_or(begin)
    }

    /// Whether a block scalar begins here: first in its line, below a block indicator.
    fn is_block(&self, begin: Position) -> bool {
        let before = self.lines.get(..begin.line.saturating_sub(1)).unwrap_or_default();
        let above = before.iter().rev().find(|line| !line.iter().all(|c| c.is_whitespace()));
        let sign = above.and_then(|line| line.iter().rev().find(|c| !matches!(c, '-' | '+' | ' ' | '1'..='9')));
        let indent = self.lines.get(begin.line.saturating_sub(1)).into_iter().flatten();
        let first = indent.take_while(|c| c.is_whitespace()).count() + 1 >= begin.column;
        first && matches!(sign, Some('|' | '>'))
    }

    /// In a block scalar, all lines have the same indentation.
    fn within_block(&self, begin: Position, text: &str, at: usize) -> Option<Position> {
        let before: String = text.chars().take(at.checked_sub(1)?).collect();
        let number = before.matches('\n').count();
        let column = before.chars().rev().take_while(|c| *c != '\n').count();
        let wanted: Vec<char> = text.split('\n').nth(number)?.chars().collect();
        let below = self.lines.iter().enumerate().skip(begin.line - 1);
        let (line, written) = below.skip(number).find(|(_, line)| !wanted.is_empty() && line.ends_with(&wanted))?;
        Some(Position { line: line + 1, column: written.len() - wanted.len() + column + 1 })
    }

    /// In a quoted or plain scalar, which can span several lines.
    fn within_flow(&self, begin: Position, quote: Option<char>, at: usize) -> Option<Position> {
        let (mut line, mut column) = (begin.line - 1, begin.column - 1 + usize::from(quote.is_some()));
        let mut breaks = 0;
        let mut passed = 1;
        loop {
            let chars = self.lines.get(line)?;
            let rest = chars.get(column..).unwrap_or_default();
            if rest.iter().all(|c| c.is_whitespace()) && passed < at {
                // A line break and the spaces around it: one space, or one break per empty line.
                (line, breaks) = (line + 1, breaks + 1);
                let next = self.lines.get(line)?;
                column = next.iter().take_while(|c| c.is_whitespace()).count();
                if column < next.len() {
                    passed += 1.max(breaks - 1);
                    breaks = 0;
                }
                continue;
            }
            if passed >= at {
                return Some(Position { line: line + 1, column: column + 1 });
            }
            column += width(rest, quote);
            passed += 1;
        }
    }
}

/// Number of characters in the file for the next character of the scalar.
fn width(rest: &[char], quote: Option<char>) -> usize {
    match (quote, rest) {
        (Some('"'), ['\\', 'x', ..]) => 4,
        (Some('"'), ['\\', 'u', ..]) => 6,
        (Some('"'), ['\\', 'U', ..]) => 10,
        (Some('\''), ['\'', '\'', ..]) | (Some('"'), ['\\', ..]) => 2,
        _ => 1,
    }
}

/// The lines of a text by YAML's rules.
pub(super) fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.split('\n').flat_map(|line| line.strip_suffix('\r').unwrap_or(line).split('\r'))
}

#[cfg(test)]
mod tests;
