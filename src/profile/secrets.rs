//! Secrets under `auth`: errors must not repeat them, neither in the message nor in the quoted line.

use super::{
    diagnostic::Diagnostic,
    node::{self, Node, Yaml},
    reader::same_key,
};

/// Keys of `auth` whose values are secret.
const SECRET: [&str; 8] = ["basic", "bearer", "digest", "json", "form", "body", "headers", "params"];
/// Replaces secrets.
const MASK: &str = "***";
/// Maximum length of a value in messages.
const SHOWN: usize = 60;

/// The secrets of a profile, and the lines that contain them.
#[derive(Debug, Default)]
pub(crate) struct Secrets {
    lines: Vec<usize>,
    texts: Vec<String>,
}

impl Secrets {
    /// Finds the secrets of a profile. If it is invalid YAML and contains `auth`, all lines are hidden.
    #[must_use]
    pub(crate) fn of(text: &str) -> Self {
        let mut found = Self::default();
        match node::parse(text) {
            Ok(root) => found.search(&root, false, false),
            Err(_) if text.contains("auth") => found.lines.extend(1..=text.lines().count()),
            Err(_) => {}
        }
        // Longer secrets first: masking a part of a secret must not leave the rest visible.
        found.texts.sort_by_key(|text| std::cmp::Reverse(text.len()));
        found
    }

    fn search(&mut self, node: &Node, in_auth: bool, is_secret: bool) {
        match &node.value {
            Yaml::List(items) => items.iter().for_each(|item| self.search(item, in_auth, is_secret)),
            Yaml::Map(pairs) => {
                for (key, value) in pairs {
                    let is = |word: &str| key.scalar().is_some_and(|text| same_key(text, word));
                    let here = in_auth && SECRET.iter().any(|word| is(word));
                    self.search(value, in_auth || is("auth"), is_secret || here);
                }
            }
            Yaml::Scalar { text, .. } if is_secret && !is_reference(text) && !text.is_empty() => {
                // The text of a block scalar begins on the line after its indicator.
                let more = match text.lines().count() {
                    0 | 1 => 0,
                    lines => lines,
                };
                self.lines.extend(node.position.line..=node.position.line + more);
                self.texts.push(text.chars().take(SHOWN).collect());
            }
            Yaml::Scalar { .. } => {}
        }
    }

    /// The text with empty lines in place of those with secrets; line numbers stay.
    #[must_use]
    pub(crate) fn hidden(&self, text: &str) -> String {
        let shown = |(number, line)| if self.lines.contains(&(number + 1)) { "" } else { line };
        text.lines().enumerate().map(shown).collect::<Vec<&str>>().join("\n")
    }

    /// Errors with masked secrets.
    #[must_use]
    pub(crate) fn masked(&self, errors: Vec<Diagnostic>) -> Vec<Diagnostic> {
        // A secret of one letter occurs in every message.
        let mask = |text: String| {
            self.texts.iter().filter(|secret| secret.chars().count() > 2).fold(text, |text, it| text.replace(it, MASK))
        };
        let masked =
            |error: Diagnostic| Diagnostic { message: mask(error.message), hint: error.hint.map(mask), ..error };
        errors.into_iter().map(masked).collect()
    }
}

/// Whether a text is a reference to a secret, not the secret itself.
fn is_reference(text: &str) -> bool {
    text.starts_with("${") && text.ends_with('}') && !text.contains(['\'', '"'])
}

#[cfg(test)]
mod tests;
