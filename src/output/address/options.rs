//! Options of a sink: the pairs after `?`. Each must be taken by somebody; what is left over is a fault.

use url::Url;

use super::Place;

/// Options that nobody has taken yet, and the names that were asked for, to suggest one.
#[derive(Debug, Clone, Default)]
pub struct Options {
    left: Vec<(String, String)>,
    known: Vec<String>,
}

/// Splits a URL from its options.
pub(super) fn of_url(text: &str) -> Result<(Place, Options), String> {
    let mut url = Url::parse(text).map_err(|error| format!("not a URL: {error}"))?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
        return Err("the address must be http://… or https://…".to_owned());
    }
    let left = url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned())).collect();
    url.set_query(None);
    Ok((Place::Url(url), Options { left, known: Vec::new() }))
}

/// Splits a file name or address from its options.
pub(super) fn of_text(text: &str) -> (&str, Options) {
    let (address, query) = text.split_once('?').unwrap_or((text, ""));
    let left = url::form_urlencoded::parse(query.as_bytes());
    let left = left.map(|(name, value)| (name.into_owned(), value.into_owned())).collect();
    (address, Options { left, known: Vec::new() })
}

impl Options {
    /// Takes an option; the last one counts when it was given twice.
    pub fn take(&mut self, name: &str) -> Option<String> {
        self.known.push(name.to_owned());
        let mut found = None;
        self.left.retain_mut(|(known, value)| {
            let taken = known == name;
            if taken {
                found = Some(std::mem::take(value));
            }
            !taken
        });
        found
    }

    /// Takes a switch.
    ///
    /// # Errors
    /// When its value is neither true nor false.
    pub fn take_bool(&mut self, name: &str) -> Result<Option<bool>, String> {
        match self.take(name).as_deref() {
            None => Ok(None),
            Some("true" | "1" | "") => Ok(Some(true)),
            Some("false" | "0") => Ok(Some(false)),
            Some(_) => Err(format!("`{name}` is true or false")),
        }
    }

    /// Takes an option that has a few values.
    ///
    /// # Errors
    /// When it has another.
    pub fn take_one_of<T: Clone>(&mut self, name: &str, values: &[(&str, T)]) -> Result<Option<T>, String> {
        let Some(given) = self.take(name) else { return Ok(None) };
        let found = values.iter().find(|(word, _)| *word == given).map(|(_, value)| value.clone());
        let words = || values.iter().map(|(word, _)| *word).collect::<Vec<_>>().join(", ");
        found.map(Some).ok_or_else(|| format!("`{name}` is one of {}", words()))
    }

    /// Takes the prefix of names, as Prometheus allows them.
    ///
    /// # Errors
    /// When it holds something else.
    pub fn take_prefix(&mut self) -> Result<String, String> {
        let prefix = self.take("prefix").unwrap_or_else(|| "loadagent_".to_owned());
        if !prefix.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
            || prefix.starts_with(|c: char| c.is_ascii_digit())
        {
            return Err(format!("`prefix` {prefix:?} may hold only letters, digits and `_`, and begins with no digit"));
        }
        Ok(prefix)
    }

    /// Takes the resolution of exponential histograms.
    ///
    /// # Errors
    /// When receivers do not understand it.
    pub fn take_schema(&mut self) -> Result<Option<u32>, String> {
        let scale = self.take("schema").map(|text| match text.parse() {
            Ok(scale) if scale <= 8 => Ok(scale),
            _ => Err("`schema` is 0 to 8".to_owned()),
        });
        scale.transpose()
    }

    /// Takes all options whose names begin with `prefix`, without it.
    pub fn take_prefixed(&mut self, prefix: &str) -> Vec<(String, String)> {
        self.known.push(format!("{prefix}NAME"));
        let (taken, left) = std::mem::take(&mut self.left).into_iter().partition(|(name, _)| name.starts_with(prefix));
        self.left = left;
        let strip = |(name, value): (String, String)| (name[prefix.len()..].to_owned(), value);
        Vec::into_iter(taken).map(strip).collect()
    }

    /// Ends the reading.
    ///
    /// # Errors
    /// When an option is left that nobody knows.
    pub fn finish(mut self) -> Result<(), String> {
        let Some((name, _)) = self.left.pop() else { return Ok(()) };
        let near = self.known.iter().find(|known| strsim::damerau_levenshtein(known, &name) <= 2);
        let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
        Err(format!("there is no option `{name}`{near}\n  hint: options are {}", self.known.join(", ")))
    }
}
