//! Variables: `${NAME}` in scalars, resolved before anything is read as a number, a URL or a body.

use std::collections::BTreeMap;

use super::fault::did_you_mean;

/// Names and values of a run.
#[derive(Debug, Clone, Default)]
pub struct Variables(BTreeMap<String, String>);

impl Variables {
    /// Sets a variable.
    pub fn set(&mut self, name: &str, value: &str) {
        self.0.insert(name.to_owned(), value.to_owned());
    }

    /// All names and values.
    #[must_use]
    pub fn all(&self) -> BTreeMap<String, String> {
        self.0.clone()
    }

    /// Replaces each `${NAME}` in a text; `$${` stands for a literal `${`.
    ///
    /// # Errors
    /// What is wrong, and a hint.
    pub fn expand(&self, text: &str) -> Result<String, (String, Option<String>)> {
        let mut expanded = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find("${") {
            if let Some(before) = rest[..at].strip_suffix('$') {
                expanded.push_str(before);
                expanded.push_str("${");
                rest = &rest[at + 2..];
                continue;
            }
            expanded.push_str(&rest[..at]);
            let inside = &rest[at + 2..];
            let end = inside.find('}').ok_or_else(|| {
                ("`${` is never closed".to_owned(), Some("write `$${` for a literal `${`".to_owned()))
            })?;
            let name = inside[..end].trim();
            expanded.push_str(self.0.get(name).ok_or_else(|| self.unknown(name))?);
            rest = &inside[end + 1..];
        }
        expanded.push_str(rest);
        Ok(expanded)
    }

    fn unknown(&self, name: &str) -> (String, Option<String>) {
        let near = did_you_mean(name, self.0.keys().map(String::as_str));
        let hint = near.unwrap_or_else(|| {
            format!("declare it: `vars: {{{name}: …}}`; `-e {name}=…` and the environment override it")
        });
        (format!("unknown variable `{name}`"), Some(hint))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_replaced_and_unknown_ones_told() {
        let mut variables = Variables::default();
        variables.set("HOST", "localhost");
        assert_eq!(variables.expand("http://${HOST}:${ HOST }/").unwrap(), "http://localhost:localhost/");
        assert_eq!(variables.expand("$${HOST} costs $5").unwrap(), "${HOST} costs $5");
        assert_eq!(variables.expand("${HOSTS}").unwrap_err().1.unwrap(), "did you mean `HOST`?");
        assert!(variables.expand("${HOST").unwrap_err().0.contains("never closed"));
    }
}
