//! Errors of a profile: position, message and hint; printed together, in the order of the file.

use std::fmt;

use super::{source::lines, texts::Texts};
pub(crate) use crate::language::did_you_mean;

/// A position in the text: line and column from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Position {
    /// From 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
}

/// An error of a profile.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Diagnostic {
    /// Where the erroneous key or value begins.
    pub position: Position,
    /// What was found and what was expected.
    pub message: String,
    /// How to correct it.
    pub hint: Option<String>,
}

/// An error message with a hint; the reader adds the position.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub(crate) struct Invalid {
    /// What was found and what was expected.
    pub message: String,
    /// How to correct it.
    pub hint: Option<String>,
}

impl Invalid {
    /// An error without a hint.
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), hint: None }
    }

    /// The same error with a hint.
    #[must_use]
    pub(crate) fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }
}

/// All errors of a profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostics {
    /// The path as given.
    pub file: String,
    /// The errors, in the order of the file. Lines are numbered on in included files.
    pub list: Vec<Diagnostic>,
    places: Vec<Place>,
    /// What did not happen.
    ending: &'static str,
}

/// Where an error stands.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Place {
    file: String,
    position: Position,
    /// The line.
    text: String,
}

impl Diagnostics {
    /// Sorts the errors, and stores the lines that they refer to.
    #[must_use]
    pub fn new(file: &str, text: &str, list: Vec<Diagnostic>) -> Self {
        Self::of(&Texts::of(file, text), text, list)
    }

    /// Those of a profile and the files that it includes; `shown` is their whole text without secrets.
    #[must_use]
    pub(super) fn of(texts: &Texts, shown: &str, mut list: Vec<Diagnostic>) -> Self {
        for error in &mut list {
            error.message = without_controls(&error.message);
            error.hint = error.hint.as_deref().map(without_controls);
        }
        list.sort();
        list.dedup();
        let name = |file: Option<&str>| file.unwrap_or_default().to_owned();
        let place = |error: &Diagnostic| {
            let (file, position) = texts.place(error.position);
            let text = lines(shown).nth(error.position.line.saturating_sub(1)).unwrap_or_default().to_owned();
            Place { file: name(file.map(|file| file.name.as_str())), position, text }
        };
        let first = texts.files().next().map(|(file, _)| file.name.as_str());
        Self { file: name(first), places: list.iter().map(place).collect(), list, ending: "nothing was sent" }
    }

    /// The same with other words for what did not happen.
    #[must_use]
    pub(crate) fn ending(self, ending: &'static str) -> Self {
        Self { ending, ..self }
    }
}

/// Text of a profile without control characters, which could act on the terminal.
fn without_controls(text: &str) -> String {
    text.chars().flat_map(|c| if c.is_control() { c.escape_default().collect() } else { vec![c] }).collect()
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (error, Place { file, position, text: line }) in self.list.iter().zip(&self.places) {
            let Position { line: number, column } = *position;
            // A flag stands in no file.
            let is_flag = error.message.starts_with("--") || error.message.starts_with("-e ");
            if is_flag {
                writeln!(out, "{}", error.message)?;
            } else {
                writeln!(out, "{file}:{number}:{column}: {}", error.message)?;
            }
            if !line.trim().is_empty() && !is_flag {
                let width = number.to_string().len();
                let shown: String = line.chars().take(160).collect();
                writeln!(out, "  {number} | {shown}")?;
                writeln!(out, "  {:width$} | {:>column$}", "", "^")?;
            }
            if let Some(hint) = &error.hint {
                writeln!(out, "  hint: {hint}")?;
            }
        }
        let plural = if self.list.len() == 1 { "error" } else { "errors" };
        write!(out, "{} {plural} in {}; {}", self.list.len(), self.file, self.ending)
    }
}

impl std::error::Error for Diagnostics {}
