//! The grammar of profiles as one table: sections, their keys, and the types of values.
//!
//! A [`Section`] is defined next to its reader, and a row of [`STEPS`] holds the reader of its step. Readers accept only
//! the keys of the table; hints, the JSON Schema ([`schema`]) and the [`reference`] are generated from it.

pub mod reference;
pub mod schema;

use super::{data, document, flow, http, metrics, reader::same_key, scenario, synonyms::synonym, targets, thresholds};
pub use super::{flow::STEPS, scenario::EXECUTORS};
use crate::units::nearest;

/// A map with a fixed set of keys.
#[derive(Debug)]
pub struct Section {
    /// Name in the schema, and title in the reference.
    pub name: &'static str,
    /// A sentence for the reference.
    pub about: &'static str,
    /// Keys of this section, in groups that sections can share.
    pub keys: &'static [&'static [Key]],
    /// Sections whose keys are allowed as well.
    pub includes: &'static [&'static Self],
}

impl Section {
    /// A section that includes no others.
    #[must_use]
    pub const fn new(name: &'static str, about: &'static str, keys: &'static [&'static [Key]]) -> Self {
        Self { name, about, keys, includes: &[] }
    }

    /// The keys of this section only.
    pub fn own_keys(&self) -> impl Iterator<Item = &'static Key> + Clone + use<> {
        self.keys.iter().copied().flatten()
    }

    /// The keys of this section and of those that it includes.
    pub fn all_keys(&self) -> impl Iterator<Item = &'static Key> + Clone + use<> {
        self.own_keys().chain(self.includes.iter().flat_map(|section| section.own_keys()))
    }
}

/// A key of a section.
#[derive(Debug, Clone, Copy)]
pub struct Key {
    /// The documented spelling; readers ignore case, `_` and `-`.
    pub name: &'static str,
    /// The type of the value.
    pub value: Type,
    /// Whether it is required.
    pub required: bool,
    /// The meaning, and after `;` the default.
    pub about: &'static str,
}

impl Key {
    /// An optional key.
    #[must_use]
    pub const fn new(name: &'static str, value: Type, about: &'static str) -> Self {
        Self { name, value, required: false, about }
    }

    /// A required key.
    #[must_use]
    pub const fn required(name: &'static str, value: Type, about: &'static str) -> Self {
        Self { name, value, required: true, about }
    }
}

/// The names of keys, in order.
pub(crate) fn names(keys: &[Key]) -> impl Iterator<Item = &'static str> + Clone {
    keys.iter().map(|key| key.name)
}

/// The type of a key's value.
#[derive(Debug, Clone, Copy)]
pub enum Type {
    /// One scalar.
    Text,
    /// A number of zero or more.
    Number,
    /// A whole number of zero or more.
    Count,
    /// True or false.
    Boolean,
    /// `30s`, `1m30s`, or 0.
    Duration,
    /// A duration, or a range of them: `1s..3s`.
    Pause,
    /// An expression that is true or false; `${…}` around it is optional.
    Condition,
    /// One of several words.
    Word(&'static [&'static str]),
    /// `200`, `2xx` or `200..299`.
    Status,
    /// A scalar, a list or a map.
    Any,
    /// A list of steps.
    Steps,
    /// Scenarios by name.
    Scenarios,
    /// A section.
    Map(&'static Section),
    /// A map of any names to values of this type.
    Names(&'static Self),
    /// A list of values of this type.
    List(&'static Self),
    /// A value of this type, or a list of them.
    Several(&'static Self),
    /// A value of one of these types.
    Either(&'static [Self]),
}

/// The words of a reader's table, for [`Type::Word`].
#[must_use]
pub(crate) const fn words<T: Copy, const N: usize>(list: &[(&'static str, T); N]) -> [&'static str; N] {
    let mut words = [""; N];
    let mut at = 0;
    while at < N {
        words[at] = list[at].0;
        at += 1;
    }
    words
}

/// All sections in the order of the reference; executors and steps have separate tables.
pub static SECTIONS: &[&Section] = &[
    &document::PROFILE,
    &scenario::shortcut::LOAD,
    &scenario::wait::WAIT,
    &scenario::stages::STAGE,
    &scenario::SCENARIO,
    &http::HTTP,
    &http::tls::TLS,
    &http::tls::TLS_VERSION,
    &http::tls::TLS_AUTH,
    &http::names::DNS,
    &metrics::METRIC,
    &data::DATA_SET,
    &targets::TARGET,
    &thresholds::THRESHOLD,
    &thresholds::BASELINE,
    &flow::checks::EXPECT,
    &flow::checks::LIMITED,
    &flow::sse::LAYOUT,
    &flow::sse::GOODPUT,
    &flow::websocket::PERIODIC,
    &flow::jsonrpc::CALL,
    &flow::mcp::TOOL,
    &flow::mcp::PROMPT,
    &flow::a2a::MESSAGE,
    &flow::retry::RETRY,
    &flow::extracts::EXTRACTION,
    &flow::checks::CHECK,
    &flow::auth::AUTH,
    &flow::auth::CREDENTIALS,
    &flow::token::TOKEN,
    &flow::token::REFRESH,
    &flow::body::PART,
    &flow::blocks::CHOICE,
];

/// The executors that have an option.
fn executors_with(wanted: &str) -> String {
    let having = EXECUTORS.iter().filter(|executor| executor.options.own_keys().any(|key| key.name == wanted));
    having.map(|executor| format!("`{}`", executor.options.name)).collect::<Vec<_>>().join(", ")
}

/// A hint for a key that is not known where it stands: where a key of this name stands.
#[must_use]
pub(crate) fn elsewhere(name: &str, in_step: bool) -> Option<String> {
    // Keys of so many sections that none of them is meant.
    const EVERYWHERE: [&str; 2] = ["name", "tags"];
    if EVERYWHERE.iter().any(|word| same_key(word, name)) {
        return None;
    }
    let exact = |key: &&Key| same_key(key.name, name);
    let step = || {
        let (word, _) = flow::words().find(|(word, _)| same_key(word, name))?;
        Some(format!("`{word}` is a step of its own: `- {word}: …`"))
    };
    if in_step {
        return step();
    }
    let options = || EXECUTORS.iter().flat_map(|executor| executor.options.own_keys());
    if let Some(key) = options().find(exact) {
        return Some(format!("`{}` is an option of {}", key.name, executors_with(key.name)));
    }
    let places: [(&Section, &str); 6] = [
        (&scenario::SCENARIO, "of a scenario"),
        (&scenario::wait::WAIT, "of a scenario, or at the top"),
        (&http::HTTP, "of `http`"),
        (&http::tls::TLS, "of `tls`, under `http`"),
        (&http::names::DNS, "of `dns`, under `http`"),
        (&document::PROFILE, "at the top of a profile"),
    ];
    if let Some((key, place)) =
        places.iter().find_map(|(section, place)| Some((section.own_keys().find(exact)?, place)))
    {
        return Some(format!("`{}` is a key {place}", key.name));
    }
    if same_key(scenario::EXECUTOR.name, name) {
        return Some(format!("`{}` is a key of a scenario", scenario::EXECUTOR.name));
    }
    step()
}

/// A hint at an option of an executor that an unknown key is near to.
#[must_use]
pub(crate) fn near_option(name: &str) -> Option<String> {
    let options = || EXECUTORS.iter().flat_map(|executor| executor.options.own_keys());
    let known = || options().map(|key| key.name);
    let near = synonym(name, known()).or_else(|| nearest(name, known()))?;
    Some(format!("did you mean `{near}`? it is an option of {}", executors_with(near)))
}

#[cfg(test)]
mod tests;
