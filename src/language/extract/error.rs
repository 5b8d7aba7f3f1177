//! Errors of patterns and paths.

/// An error of a pattern or path of a profile.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ExtractError {
    /// Column in characters, from 1.
    pub column: usize,
    pub message: String,
    pub hint: Option<String>,
}

impl ExtractError {
    pub(super) fn new(column: usize, message: impl Into<String>, hint: Option<&str>) -> Self {
        Self { column, message: message.into(), hint: hint.map(str::to_owned) }
    }
}
