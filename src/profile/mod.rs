//! Profiles: compiles text to a plan, or reports all errors at once, each with its position.
//!
//! Owns the YAML (and so JSON) grammar of profiles. Never uses the network, never runs anything.
//! The grammar has four rules, so that it can grow without breaking files:
//! 1. a key is compared without case, `_` and `-`: `preAllocatedVUs` and `pre_allocated_vus` are the same key;
//! 2. `${…}` in any scalar is an expression; names of `vars` in it are overridden by the environment and by `-e`;
//! 3. the first key of a step names it (`get:`, `think:`), its other keys are options;
//! 4. an unknown key is an error, with the nearest known key as a hint.
//!
//! Start with [`document`], then [`scenario`] and [`flow`].

pub(crate) mod bundled;
pub(crate) mod campaign;
pub(crate) mod data;
pub(crate) mod diagnostic;
pub(crate) mod document;
pub(crate) mod environment;
pub(crate) mod flow;
pub(crate) mod grammar;
mod http;
mod include;
pub(crate) mod metrics;
pub(crate) mod node;
pub(crate) mod preset;
pub(crate) mod quick;
pub(crate) mod reader;
pub(crate) mod scenario;
pub(crate) mod secrets;
pub(crate) mod source;
pub(crate) mod struck_out;
mod surrogates;
mod synonyms;
pub(crate) mod tag_name;
mod targets;
pub(crate) mod texts;
pub(crate) mod thresholds;
pub(crate) mod variables;
mod yaml_hint;

pub use diagnostic::Diagnostics;
pub(crate) use diagnostic::Invalid;
pub use document::Overrides;
pub(crate) use document::load;
pub(crate) use quick::{LoadFlags, RequestFlags, quick_plan};
pub(crate) use scenario::LoadOverrides;
