//! Groups of regular expressions.

use regex::bytes::{Regex, RegexBuilder};

use super::ExtractError;

/// Memory limit of a compiled expression, which `\w{1000}` would exceed.
pub(super) const LARGEST: usize = 1 << 20;

/// A capture group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Group {
    /// By number; 0 is the whole match.
    Number(usize),
    /// By name.
    Name(String),
}

/// A regular expression and one of its capture groups.
#[derive(Debug, Clone)]
pub struct Pattern {
    regex: Regex,
    group: usize,
}

impl Pattern {
    /// Compiles an expression. The default group is the first one, or the whole match if there is none.
    ///
    /// # Errors
    /// If the expression is invalid, exceeds the memory limit, or has no such group.
    pub fn new(expression: &str, group: Option<&Group>) -> Result<Self, ExtractError> {
        let regex = RegexBuilder::new(expression)
            .size_limit(LARGEST)
            .build()
            .map_err(|error| ExtractError::new(1, refusal(expression, &error), None))?;
        let groups = regex.captures_len() - 1;
        let group = match group {
            None => groups.min(1),
            Some(Group::Number(number)) if *number <= groups => *number,
            Some(Group::Number(number)) => {
                let message = format!("`{expression}` has no group {number}; its last group is {groups}");
                return Err(ExtractError::new(1, message, Some("group 0 is the whole match")));
            }
            Some(Group::Name(name)) => {
                regex.capture_names().position(|found| found == Some(name)).ok_or_else(|| {
                    let message = format!("`{expression}` has no group `{name}`");
                    ExtractError::new(1, message, Some("name a group as in `(?<id>[0-9]+)`"))
                })?
            }
        };
        Ok(Self { regex, group })
    }

    /// The matches of the group in order.
    pub fn matches<'a>(&self, body: &'a [u8]) -> impl Iterator<Item = &'a str> {
        self.regex.captures_iter(body).filter_map(|found| std::str::from_utf8(found.get(self.group)?.as_bytes()).ok())
    }
}

/// The crate's message draws the expression over several lines; only the last one states the error.
pub(super) fn refusal(expression: &str, error: &regex::Error) -> String {
    let message = error.to_string();
    let last = message.lines().last().unwrap_or_default().trim_start_matches("error: ");
    format!("`{expression}` is not a regular expression: {last}")
}

#[cfg(test)]
mod tests;
