//! Load by flags: over a profile, or with a URL in place of one, which becomes a profile through the same grammar.

use super::{
    diagnostic::Place,
    node,
    reader::Reading,
    scenario::{Brief, brief::LOAD},
};

/// What flags say of the load, as written.
#[derive(Debug, Clone, Default)]
pub struct LoadFlags {
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
    /// The flags as lines of a profile.
    ///
    /// # Errors
    /// When a stage can't be read, as one message.
    fn lines(&self) -> Result<String, String> {
        let mut lines = String::new();
        let mut add = |key: &str, value: Option<String>| {
            lines += &value.map(|value| format!("{key}: {value}\n")).unwrap_or_default();
        };
        // Text in quotes, so that what a flag holds can't become other lines.
        let quoted = |text: &String| serde_json::Value::from(text.as_str()).to_string();
        add("vus", self.vus.map(|vus| vus.to_string()));
        add("iterations", self.iterations.map(|iterations| iterations.to_string()));
        add("rate", self.rate.map(|rate| rate.to_string()));
        add("maxVUs", self.max_vus.map(|vus| vus.to_string()));
        add("duration", self.duration.as_ref().map(quoted));
        let mut stages = Vec::new();
        for stage in &self.stages {
            let (duration, target) = stage
                .split_once(':')
                .ok_or_else(|| format!("--stage `{stage}`: write DURATION:TARGET, for example 30s:100"))?;
            stages.push(serde_json::json!({ "duration": duration, "target": target }));
        }
        add("stages", (!stages.is_empty()).then(|| serde_json::Value::from(stages).to_string()));
        Ok(lines)
    }

    /// The load that the flags stand for.
    ///
    /// # Errors
    /// When a flag can't be read or flags can't be combined, as one message.
    pub fn read(&self) -> Result<Brief, String> {
        let node = node::parse(&self.lines()?).map_err(|error| error.message)?;
        let reading = Reading::default();
        let brief = Brief::read(&reading, &mut reading.section(&node, "flags", &LOAD));
        if let Some(message) = brief.contradiction() {
            reading.error(Place::default(), message, None);
        }
        reading.into_errors().into_iter().next().map_or(Ok(brief), |error| {
            let hint = error.hint.map(|hint| format!("\n  hint: {hint}")).unwrap_or_default();
            Err(format!("{}{hint}", error.message))
        })
    }
}

/// The profile that a URL and flags stand for, as text; shown by `check`, so that a first look can grow into a file.
/// Without a length it is ten seconds.
///
/// # Errors
/// When flags can't be combined or can't be read, as one message.
pub fn quick_plan(url: &str, flags: &LoadFlags) -> Result<String, String> {
    flags.read()?;
    let has_length = flags.duration.is_some() || flags.iterations.is_some() || !flags.stages.is_empty();
    let duration = flags.duration.clone().or_else(|| (!has_length).then(|| "10s".to_owned()));
    let lines = LoadFlags { duration, ..flags.clone() }.lines()?;
    let url = serde_json::Value::from(url);
    Ok(format!("name: quick\n{lines}flow:\n  - get: {url}\n"))
}
