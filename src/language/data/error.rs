//! Errors of data sets.

use std::fmt;

/// An error of a data set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DataError {
    /// The path as written in the profile; empty for rows of the profile itself.
    pub file: String,
    /// The line, from 1; for rows of the profile, the item.
    pub line: Option<u64>,
    pub message: String,
    pub hint: Option<String>,
}

impl DataError {
    pub(super) fn new(line: Option<u64>, message: impl Into<String>, hint: Option<&str>) -> Self {
        Self { file: String::new(), line, message: message.into(), hint: hint.map(str::to_owned) }
    }

    pub(super) fn of(self, file: &str) -> Self {
        Self { file: file.to_owned(), ..self }
    }
}

impl fmt::Display for DataError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.file.is_empty() {
            write!(out, "{}: ", self.file)?;
        }
        if let Some(line) = self.line {
            write!(out, "line {line}: ")?;
        }
        out.write_str(&self.message)
    }
}

impl std::error::Error for DataError {}
