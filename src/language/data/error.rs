//! What is wrong with data for users.

use std::fmt;

/// What is wrong with a source of rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DataError {
    /// The file as the profile writes it; empty if the rows are no file's.
    pub file: String,
    /// The line from 1, if the error has one; of a list in a profile, the item.
    pub line: Option<u64>,
    /// What was found and what was expected.
    pub message: String,
    /// What to do, if there is something to say.
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
