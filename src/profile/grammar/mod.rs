//! The grammar of profiles as a table: what sections there are, which keys they take, and what stands behind a key.
//!
//! The JSON Schema for editors ([`schema`]) and the reference (`reference.rs`) are written from it. The readers beside
//! it decide; `tests/grammar.rs` asks each of them which keys it knows, and compares.

mod load;
pub mod reference;
pub mod schema;
mod sections;
mod steps;

pub use load::EXECUTORS;
pub use steps::{STEPS, StepForm};

/// A map with keys of its own.
#[derive(Debug)]
pub struct Section {
    /// Its name in the schema, and its title in the reference.
    pub name: &'static str,
    /// What it is.
    pub about: &'static str,
    /// Its keys.
    pub keys: &'static [Key],
    /// Sections whose keys it has, too.
    pub includes: &'static [&'static Section],
}

impl Section {
    /// Its keys, and those it includes.
    pub fn all_keys(&self) -> impl Iterator<Item = &'static Key> {
        self.keys.iter().chain(self.includes.iter().flat_map(|section| section.keys))
    }
}

/// A key of a section.
#[derive(Debug)]
pub struct Key {
    /// The key; case, `_` and `-` don't matter.
    pub name: &'static str,
    /// What stands behind it.
    pub kind: Kind,
    /// Whether it must be there.
    pub needed: bool,
    /// What it means, and its default.
    pub about: &'static str,
}

/// What stands behind a key.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// One scalar.
    Text,
    /// A number of zero or more.
    Number,
    /// A whole number of zero or more.
    Count,
    /// True or false.
    Boolean,
    /// `30s`, `1m30s`; a bare number is in milliseconds.
    Duration,
    /// A duration, or a range of them: `1s..3s`.
    Pause,
    /// An expression that is true or false; `${…}` around it may be left out.
    Condition,
    /// One of several words.
    Word(&'static [&'static str]),
    /// `200`, `2xx` or `200..299`.
    Status,
    /// Anything: a text, a list or a map.
    Any,
    /// A list of steps.
    Steps,
    /// Scenarios by their names.
    Scenarios,
    /// A section.
    Map(&'static Section),
    /// Any names, each with such a value.
    Names(&'static Kind),
    /// A list of such values.
    List(&'static Kind),
    /// Such a value, or a list of them.
    Several(&'static Kind),
    /// Any of these.
    Either(&'static [Kind]),
}

const fn key(name: &'static str, kind: Kind, about: &'static str) -> Key {
    Key { name, kind, needed: false, about }
}

const fn needed(name: &'static str, kind: Kind, about: &'static str) -> Key {
    Key { name, kind, needed: true, about }
}

const fn section(name: &'static str, about: &'static str, keys: &'static [Key]) -> Section {
    Section { name, about, keys, includes: &[] }
}

/// All sections in the order of the reference, steps apart.
pub static SECTIONS: &[&Section] = &[
    &sections::PROFILE,
    &load::BRIEF,
    &load::WAIT,
    &load::STAGE,
    &load::SCENARIO,
    &sections::HTTP,
    &sections::TLS,
    &sections::TLS_VERSION,
    &sections::TLS_AUTH,
    &sections::DNS,
    &sections::METRIC,
    &sections::DATA_SET,
    &sections::THRESHOLD,
    &steps::EXPECT,
    &steps::RETRY,
    &steps::EXTRACTION,
    &steps::CHECK,
    &steps::AUTH,
    &steps::DIGEST,
    &steps::TOKEN,
    &steps::PART,
    &steps::CHOICE,
];
