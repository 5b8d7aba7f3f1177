//! The grammar of profiles as one table: which sections there are, which keys they take, and what stands behind a key.
//!
//! A [`Section`] stands beside the reader that takes its keys, and a row of [`STEPS`] carries the reader of its step. Readers
//! know no other keys than those of the table; hints, the JSON Schema ([`schema`]) and the [`reference`] are written from it.

pub mod reference;
pub mod schema;

use super::{data, document, flow, http, metrics, scenario, thresholds};
pub use super::{flow::STEPS, scenario::EXECUTORS};

/// A map with a fixed set of keys.
#[derive(Debug)]
pub struct Section {
    /// Name in the schema, and title in the reference.
    pub name: &'static str,
    /// One sentence for the reference.
    pub about: &'static str,
    /// Its own keys, in groups that sections can share.
    pub keys: &'static [&'static [Key]],
    /// Sections whose keys it takes as well.
    pub includes: &'static [&'static Self],
}

impl Section {
    /// A section that includes no other.
    #[must_use]
    pub const fn new(name: &'static str, about: &'static str, keys: &'static [&'static [Key]]) -> Self {
        Self { name, about, keys, includes: &[] }
    }

    /// Its own keys.
    pub fn own_keys(&self) -> impl Iterator<Item = &'static Key> + Clone + use<> {
        self.keys.iter().copied().flatten()
    }

    /// Its keys, and those of the sections that it includes.
    pub fn all_keys(&self) -> impl Iterator<Item = &'static Key> + Clone + use<> {
        self.own_keys().chain(self.includes.iter().flat_map(|section| section.own_keys()))
    }
}

/// A key of a section.
#[derive(Debug, Clone, Copy)]
pub struct Key {
    /// The key as it is documented; readers ignore case, `_` and `-`.
    pub name: &'static str,
    /// What stands behind it.
    pub value: Type,
    /// Whether it is required.
    pub required: bool,
    /// What it means, and after `;` its default.
    pub about: &'static str,
}

impl Key {
    /// A key that may be left out.
    #[must_use]
    pub const fn new(name: &'static str, value: Type, about: &'static str) -> Self {
        Self { name, value, required: false, about }
    }

    /// A key that must be there.
    #[must_use]
    pub const fn required(name: &'static str, value: Type, about: &'static str) -> Self {
        Self { name, value, required: true, about }
    }
}

/// The names of some keys, in their order.
pub(crate) fn names(keys: &[Key]) -> impl Iterator<Item = &'static str> + Clone {
    keys.iter().map(|key| key.name)
}

/// What stands behind a key.
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

/// The words of a reader's list, for [`Type::Word`].
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

/// All sections in the order of the reference; executors and steps are tables of their own.
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
    &thresholds::THRESHOLD,
    &flow::checks::EXPECT,
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
