//! Errors of expressions and templates.

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
    let plain = wrong.to_lowercase();
    let scored = known.into_iter().map(|word| (strsim::damerau_levenshtein(&plain, &word.to_lowercase()), word));
    let (distance, word) = scored.min()?;
    let near = distance <= 1 + plain.chars().count() / 3;
    near.then(|| format!("did you mean `{word}`?"))
}
