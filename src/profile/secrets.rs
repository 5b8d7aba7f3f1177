//! Secrets under `auth`, and under the names of secrets in headers, parameters, bodies and variables: errors must not repeat
//! them, neither in the message nor in the quoted line.

use super::{
    diagnostic::Diagnostic,
    node::{self, Node, Yaml},
    reader::same_key,
    texts::Texts,
};
use crate::net::secret_names::names_secret;

/// Keys of `auth` whose values are secret.
pub(super) const SECRET: [&str; 8] = ["basic", "bearer", "digest", "json", "form", "body", "headers", "params"];
/// Keys with names of the author's below them, some of which are those of secrets.
const NAMED: [&str; 5] = ["headers", "params", "form", "json", "vars"];
/// Replaces secrets.
pub(super) const MASK: &str = "***";
/// Maximum length of a value in messages.
const SHOWN: usize = 60;

/// The secrets of a profile, and the lines that contain them.
#[derive(Debug, Default)]
pub(crate) struct Secrets {
    lines: Vec<usize>,
    texts: Vec<String>,
}

/// Where a node stands.
#[derive(Debug, Clone, Copy, Default)]
struct Place {
    is_auth: bool,
    /// Below one of [`NAMED`].
    is_named: bool,
    is_secret: bool,
}

impl Secrets {
    /// Finds the secrets of a profile. Of a file that is invalid YAML and contains `auth`, all lines are hidden.
    #[must_use]
    pub(crate) fn of(texts: &Texts) -> Self {
        let mut found = Self::default();
        for (file, before) in texts.files() {
            match node::parse(&file.text) {
                Ok(mut root) => {
                    node::shift(&mut root, before);
                    found.search(&root, Place::default());
                }
                Err(_) if file.text.contains("auth") => {
                    found.lines.extend(before + 1..=before + file.text.lines().count());
                }
                Err(_) => {}
            }
        }
        // Longer secrets first: masking a part of a secret must not leave the rest visible.
        found.texts.sort_by_key(|text| std::cmp::Reverse(text.len()));
        found
    }

    fn search(&mut self, node: &Node, place: Place) {
        match &node.value {
            Yaml::List(items) => items.iter().for_each(|item| self.search(item, place)),
            Yaml::Map(pairs) => {
                for (key, value) in pairs {
                    let is = |word: &&str| key.scalar().is_some_and(|text| same_key(text, word));
                    let is_named = place.is_named && key.scalar().is_some_and(names_secret);
                    let below = Place {
                        is_auth: place.is_auth || is(&"auth"),
                        is_named: place.is_named || NAMED.iter().any(is),
                        is_secret: place.is_secret || is_named || place.is_auth && SECRET.iter().any(is),
                    };
                    self.search(value, below);
                }
            }
            Yaml::Scalar { text, .. } if place.is_secret && !is_reference(text) && !text.is_empty() => {
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
