//! Options of a sink: the pairs after `?`. Each must be taken by somebody; what is left over is a fault.

/// Options that nobody has taken yet, and the names that were asked for, to suggest one.
#[derive(Clone, Default)]
pub struct Options {
    left: Vec<(String, String)>,
    known: Vec<String>,
}

impl Options {
    /// Options as given: names and values.
    pub(super) fn new(left: Vec<(String, String)>) -> Self {
        Self { left, known: Vec::new() }
    }

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

    /// Ends the reading. `guarded`: a secret stands among what was given, so that a name that nobody knows may be the
    /// rest of it, and is told only when it resembles one that is known.
    ///
    /// # Errors
    /// When an option is left that nobody knows.
    pub(super) fn finish(mut self, guarded: bool) -> Result<(), String> {
        let Some((name, _)) = self.left.pop() else { return Ok(()) };
        let distance = |known: &&String| strsim::damerau_levenshtein(known, &name);
        let near = self.known.iter().find(|known| distance(known) <= 2 && distance(known) * 2 < name.chars().count());
        let sound = name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'));
        let told = match near {
            Some(near) => format!("there is no option `{name}`; did you mean `{near}`?"),
            None if sound && !guarded => format!("there is no option `{name}`"),
            None => {
                "there is an option that nobody knows; literal `&`, `+`, `%` and `=` are percent-encoded".to_owned()
            }
        };
        match &*self.known {
            [] => Err(format!("{told}\n  hint: there are no options here")),
            known => Err(format!("{told}\n  hint: options are {}", known.join(", "))),
        }
    }
}
