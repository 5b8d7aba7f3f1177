//! Profiles: text → plan, with all errors at once, each with its place.
//!
//! Owns the YAML (and so JSON) grammar of profiles. Never looks at the network, never runs anything.
//! The grammar has four rules, so that it can grow without breaking files:
//! 1. a key is compared without case, `_` and `-`: `preAllocatedVUs` and `pre_allocated_vus` are the same key;
//! 2. `${…}` in any scalar is an expression; names of `vars` in it are overridden by the environment and by `-e`;
//! 3. the first word of a step says what it does (`get:`, `think:`), its other keys are options of that;
//! 4. what is not known is an error, with the nearest known word.
//!
//! Start with [`document`], then [`scenario`] and [`flow`].

pub mod bundled;
pub mod data;
pub mod diagnostic;
pub mod document;
pub mod environment;
pub mod flow;
pub mod grammar;
mod http;
pub mod metrics;
pub mod node;
pub mod preset;
pub mod quick;
pub mod reader;
pub mod scenario;
pub mod secrets;
pub mod source;
pub mod thresholds;
pub mod variables;

pub use diagnostic::{Diagnostic, Diagnostics, Invalid};
pub use document::{Given, load};
pub use quick::{LoadFlags, quick_plan};
pub use scenario::GivenLoad;
