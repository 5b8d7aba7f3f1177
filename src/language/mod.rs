//! What profiles compute while running: values, and where they come from.
//!
//! Owns values, expressions and templates in their compiled form, their functions, and extraction from responses. Never
//! parses anything while the load runs but what a response holds, never waits or does I/O, never panics on it.
//! Start with [`value`] and [`moment`], then [`template`] and [`expression`]; `docs/expressions.md` is what users read.

mod escape;
pub mod expression;
pub mod extract;
mod fault;
pub mod function;
pub mod layout;
mod lookup;
pub mod moment;
pub mod scope;
pub mod template;
pub mod value;

#[cfg(test)]
mod tests;

pub use escape::Escape;
pub use expression::{Expr, Needs};
pub use fault::TemplateFault;
pub use layout::Layout;
pub use moment::{Moment, Response, Slot, Who};
pub use scope::{Named, Nothing, Scope, is_builtin};
pub use template::{Missing, Template};
pub use value::Value;
