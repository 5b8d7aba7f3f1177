//! Errors of expressions and templates.

use crate::units::nearest;

/// An error of a template or an expression, found before the run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("column {at}: {message}")]
pub struct TemplateError {
    /// Column within the scalar, in characters, from 1.
    pub at: usize,
    /// What was found, and what was expected.
    pub message: String,
    /// How to correct it.
    pub hint: Option<String>,
}

impl TemplateError {
    /// An error at a position in bytes of the scalar.
    pub(super) fn new(text: &str, byte: usize, message: impl Into<String>) -> Self {
        let at = text.char_indices().take_while(|(place, _)| *place < byte).count() + 1;
        Self { at, message: message.into(), hint: None }
    }

    /// The same error with a hint.
    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// A hint with the known word nearest to `wrong`.
#[must_use]
pub(crate) fn did_you_mean<'a>(wrong: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    nearest(wrong, known).map(|word| format!("did you mean `{word}`?"))
}
