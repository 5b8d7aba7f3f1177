//! What is wrong with a pattern or a path.

/// What is wrong with what a profile looks for, and where in its text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ExtractError {
    /// Column in characters, from 1.
    pub column: usize,
    /// What was found and what was expected.
    pub message: String,
    /// What to do, if there is something to say.
    pub hint: Option<String>,
}

impl ExtractError {
    pub(super) fn new(column: usize, message: impl Into<String>, hint: Option<&str>) -> Self {
        Self { column, message: message.into(), hint: hint.map(str::to_owned) }
    }
}
