//! Variables of the profile to be: their names are unique, and secrets have no value.

use crate::profile::reader::same_key;

/// A variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Variable {
    pub name: String,
    /// The value, a template; None of a secret and of what the file does not say.
    pub value: Option<String>,
    /// What it is, for the comment.
    pub about: String,
    pub is_secret: bool,
    /// The secret that it stands for, so that it is one variable everywhere; never written.
    hidden: Option<String>,
}

impl Variable {
    /// One with a value.
    #[must_use]
    pub(crate) fn with_value(name: &str, value: &str, about: &str) -> Self {
        let value = Some(value.to_owned());
        Self { name: name.to_owned(), value, about: about.to_owned(), is_secret: false, hidden: None }
    }

    /// One whose value is not written.
    #[must_use]
    pub(crate) fn without_value(name: &str, about: &str) -> Self {
        Self { name: name.to_owned(), value: None, about: about.to_owned(), is_secret: true, hidden: None }
    }
}

/// All of them, in their order.
#[derive(Debug, Clone, Default)]
pub(crate) struct Variables {
    list: Vec<Variable>,
    /// Names that steps set.
    taken: Vec<String>,
}

/// Equal secrets of this length are one.
const LONG_SECRET: usize = 8;

/// Words of the language that can't be names.
const KEYWORDS: [&str; 8] = ["and", "or", "not", "in", "matches", "true", "false", "null"];

impl Variables {
    #[must_use]
    pub(crate) fn list(&self) -> &[Variable] {
        &self.list
    }

    /// The variable for a secret, as an expression; the same secret is the same variable.
    pub(super) fn secret(&mut self, name: &str, value: &str, about: &str) -> String {
        // A user name and a password of a few letters may be equal by chance.
        let is_same = |known: &&Variable| {
            known.hidden.as_deref() == Some(value) && (value.len() >= LONG_SECRET || known.name == upper(name))
        };
        if let Some(known) = self.list.iter().find(is_same) {
            return format!("${{{}}}", known.name);
        }
        let name = self.unique(&upper(name));
        let (about, hidden) = (about.to_owned(), Some(value.to_owned()));
        self.list.push(Variable { name: name.clone(), value: None, about, is_secret: true, hidden });
        format!("${{{name}}}")
    }

    /// A variable with a value, as an expression; one with this name and value is taken again.
    pub(super) fn plain(&mut self, name: &str, value: &str, about: &str) -> String {
        let name = identifier(name);
        let is_same = |known: &&Variable| {
            let base = known.name.trim_end_matches(|c: char| c.is_ascii_digit()).trim_end_matches('_');
            (known.name == name || base == name) && known.value.as_deref() == Some(value)
        };
        if let Some(known) = self.list.iter().find(is_same) {
            return format!("${{{}}}", known.name);
        }
        let name = self.unique(&name);
        let (value, about) = (Some(value.to_owned()), about.to_owned());
        self.list.push(Variable { name: name.clone(), value, about, is_secret: false, hidden: None });
        format!("${{{name}}}")
    }

    /// A variable of exactly this name, which may have no value.
    pub(super) fn declare(&mut self, name: &str, value: Option<String>, about: &str, is_secret: bool) {
        if !self.has(name) {
            self.list.push(Variable { name: name.to_owned(), value, about: about.to_owned(), is_secret, hidden: None });
        }
    }

    #[must_use]
    pub(super) fn has(&self, name: &str) -> bool {
        self.list.iter().any(|known| known.name == name)
    }

    /// A name for a variable that a step sets.
    pub(super) fn set_by_step(&mut self, name: &str) -> String {
        let name = self.unique(&identifier(name));
        self.taken.push(name.clone());
        name
    }

    fn unique(&self, name: &str) -> String {
        // As a profile compares the names of its variables.
        let is_free = |name: &String| {
            !self.list.iter().any(|known| same_key(&known.name, name))
                && !self.taken.iter().any(|known| same_key(known, name))
        };
        let numbered = (2_u32..).map(|number| format!("{name}_{number}"));
        std::iter::once(name.to_owned()).chain(numbered).find(is_free).unwrap_or_default()
    }
}

/// A name as expressions can use it.
#[must_use]
pub(super) fn identifier(name: &str) -> String {
    const LONGEST: usize = 40;
    let letters = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    let name: String = name.chars().take(LONGEST).map(letters).collect();
    let name = name.trim_matches('_');
    if name.is_empty() {
        "value".to_owned()
    } else if name.starts_with(|c: char| c.is_ascii_digit()) || KEYWORDS.contains(&name) {
        format!("v_{name}")
    } else {
        name.to_owned()
    }
}

/// The name of a variable of the environment.
#[must_use]
pub(super) fn upper(name: &str) -> String {
    let mut spaced = String::new();
    let mut before = ' ';
    for c in name.chars() {
        if c.is_ascii_uppercase() && before.is_ascii_lowercase() {
            spaced.push('_');
        }
        spaced.push(c);
        before = c;
    }
    identifier(&spaced).to_ascii_uppercase()
}
