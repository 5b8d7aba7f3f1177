//! Secrets that a profile holds under `auth`: errors must not repeat them, neither in words nor by the line they stand in.

use super::{
    diagnostic::Diagnostic,
    node::{self, Node, Yaml},
    reader::same_key,
};

/// Keys of `auth` whose values are secret.
const SECRET: [&str; 8] = ["basic", "bearer", "digest", "json", "form", "body", "headers", "params"];
/// What stands in their place.
const MASK: &str = "***";
/// Messages show no more of a value.
const SHOWN: usize = 60;

/// What must not be told.
#[derive(Debug, Default)]
pub(crate) struct Secrets {
    lines: Vec<usize>,
    texts: Vec<String>,
}

impl Secrets {
    /// Those of a profile. One that can't be read as YAML is told of in that one error, whose line is hidden if `auth`
    /// stands anywhere.
    #[must_use]
    pub(crate) fn of(text: &str) -> Self {
        let mut found = Self::default();
        match node::parse(text) {
            Ok(root) => found.search(&root, false, false),
            Err(_) if text.contains("auth") => found.lines.extend(1..=text.lines().count()),
            Err(_) => {}
        }
        // A secret that is part of another must not leave the rest of that behind.
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
                // A text of several lines may begin on the line behind its sign.
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

    /// The text without the lines that hold one; all others keep their numbers.
    #[must_use]
    pub(crate) fn hidden(&self, text: &str) -> String {
        let shown = |(number, line)| if self.lines.contains(&(number + 1)) { "" } else { line };
        text.lines().enumerate().map(shown).collect::<Vec<&str>>().join("\n")
    }

    /// Diagnostics without them.
    #[must_use]
    pub(crate) fn masked(&self, errors: Vec<Diagnostic>) -> Vec<Diagnostic> {
        // What is as short as a letter stands in every sentence.
        let mask = |text: String| {
            self.texts.iter().filter(|secret| secret.chars().count() > 2).fold(text, |text, it| text.replace(it, MASK))
        };
        let masked =
            |error: Diagnostic| Diagnostic { message: mask(error.message), hint: error.hint.map(mask), ..error };
        errors.into_iter().map(masked).collect()
    }
}

/// Whether a text only names where the secret is.
fn is_reference(text: &str) -> bool {
    text.starts_with("${") && text.ends_with('}') && !text.contains(['\'', '"'])
}

#[cfg(test)]
mod tests;
