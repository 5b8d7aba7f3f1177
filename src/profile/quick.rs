//! Load from flags: for a profile, or for a URL, which becomes a profile of the same grammar.

use serde_json::{Value, json};

use super::{
    diagnostic::{Invalid, Position},
    node::{Node, Yaml},
    reader::Reader,
    scenario::{LoadShortcut, shortcut::LOAD},
};

/// The request of a URL, from flags.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct RequestFlags {
    /// `--method`; without it GET, or POST with a body.
    pub method: Option<String>,
    /// `--header 'Name: value'`, repeated.
    pub headers: Vec<String>,
    /// `--body`: a text, or a file as `@FILE`.
    pub body: Option<String>,
}

/// Methods that are steps of their own.
const STEPS: [&str; 7] = ["get", "post", "put", "patch", "delete", "head", "options"];

impl RequestFlags {
    /// The keys of the step that sends it; values are written as JSON, so that text of a flag can't become other keys.
    ///
    /// # Errors
    /// If a header has no name or comes twice.
    fn step(&self, url: &str) -> Result<String, Invalid> {
        let method = self.method.as_deref().unwrap_or(if self.body.is_some() { "POST" } else { "GET" }).trim();
        let word = method.to_ascii_lowercase();
        let mut step = if STEPS.contains(&word.as_str()) {
            format!("  - {word}: {}\n", Value::from(url))
        } else {
            format!("  - request: {}\n    method: {}\n", Value::from(url), Value::from(method))
        };
        let mut headers = serde_json::Map::new();
        for header in &self.headers {
            let named = header.split_once(':').map(|(name, value)| (name.trim(), value.trim()));
            let Some((name, value)) = named.filter(|(name, _)| !name.is_empty()) else {
                let message = format!("--header `{header}`: write 'NAME: VALUE', for example 'Accept: text/html'");
                return Err(Invalid::new(message));
            };
            if headers.keys().any(|known| known.eq_ignore_ascii_case(name)) {
                return Err(Invalid::new(format!("--header `{name}` is given twice")));
            }
            headers.insert(name.to_owned(), Value::from(value));
        }
        if !headers.is_empty() {
            step += &format!("    headers: {}\n", Value::from(headers));
        }
        match self.body.as_deref().map(|body| body.strip_prefix('@').ok_or(body)) {
            Some(Ok(file)) => step += &format!("    file: {}\n", Value::from(file)),
            Some(Err(text)) => step += &format!("    body: {}\n", Value::from(text)),
            None => {}
        }
        Ok(step)
    }
}

/// The load flags as written.
#[derive(Debug, Clone, Default)]
pub(crate) struct LoadFlags {
    /// `-u`.
    pub vus: Option<u32>,
    /// `-d`.
    pub duration: Option<String>,
    /// `-i`.
    pub iterations: Option<u32>,
    /// `--rate`.
    pub rate: Option<f64>,
    /// `-s 30s:100`, repeated.
    pub stages: Vec<String>,
    /// `--max-vus`.
    pub max_vus: Option<u32>,
}

impl LoadFlags {
    /// The flags as keys of a profile.
    ///
    /// # Errors
    /// If a stage has no `:`.
    fn keys(&self) -> Result<Vec<(&'static str, Value)>, Invalid> {
        let stages: Result<Vec<Value>, _> = self.stages.iter().map(|stage| stage_of(stage)).collect();
        let keys = [
            ("vus", self.vus.map(Value::from)),
            ("iterations", self.iterations.map(Value::from)),
            ("rate", self.rate.map(Value::from)),
            ("maxVUs", self.max_vus.map(Value::from)),
            ("duration", self.duration.as_deref().map(Value::from)),
            ("stages", Some(stages?).filter(|stages| !stages.is_empty()).map(Value::from)),
        ];
        Ok(keys.into_iter().filter_map(|(key, value)| Some((key, value?))).collect())
    }

    /// The load of the flags.
    ///
    /// # Errors
    /// If a flag is invalid, or flags can't be combined.
    pub(crate) fn read(&self) -> Result<LoadShortcut, Invalid> {
        let keys = self.keys()?.into_iter().map(|(key, value)| (Node::text(key), Node::from(&value)));
        let node = Node { position: Position::default(), value: Yaml::Map(keys.collect()) };
        let reader = Reader::default();
        let shortcut = LoadShortcut::read(&reader, &mut reader.section(&node, "flags", &LOAD));
        let is_zero = shortcut.rate.is_some_and(|rate| rate <= 0.0) && shortcut.stages.is_none();
        let zero = is_zero.then(|| "`rate` must be greater than zero".to_owned());
        if let Some(message) = shortcut.contradiction().or(zero) {
            reader.error(Position::default(), message, None);
        }
        let first = reader.into_errors().into_iter().next();
        first.map_or(Ok(shortcut), |error| Err(Invalid { message: error.message, hint: error.hint }))
    }
}

fn stage_of(stage: &str) -> Result<Value, Invalid> {
    let invalid = || Invalid::new(format!("--stage `{stage}`: write DURATION:TARGET, for example 30s:100"));
    let (duration, target) = stage.split_once(':').ok_or_else(invalid)?;
    Ok(json!({ "duration": duration, "target": target }))
}

/// The profile of a URL and flags, as text; `check` prints it as a start for a profile. The default duration is 10 s.
///
/// # Errors
/// If a flag is invalid, or flags can't be combined.
pub(crate) fn quick_plan(url: &str, flags: &LoadFlags, request: &RequestFlags) -> Result<String, Invalid> {
    flags.read()?;
    let has_length = flags.duration.is_some() || flags.iterations.is_some() || !flags.stages.is_empty();
    let duration = flags.duration.clone().or_else(|| (!has_length).then(|| "10s".to_owned()));
    let keys = LoadFlags { duration, ..flags.clone() }.keys()?;
    // Values are written as JSON, so that text of a flag can't become other keys.
    let mut profile = String::from("name: quick\n");
    for (key, value) in &keys {
        profile += &format!("{key}: {value}\n");
    }
    Ok(profile + "flow:\n" + &request.step(url)?)
}

#[cfg(test)]
mod tests;
