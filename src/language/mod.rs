//! What profiles compute while running: values, and where they come from.
//!
//! Owns values, expressions and templates in their compiled form, their functions, extraction from responses, rows for
//! users and the encodings of forms. Never parses anything while the load runs but what a response holds, never waits
//! or does I/O then, never panics on what a response or a file of rows holds.
//! Start with [`value`] and [`moment`], then [`template`] and [`expression`]; `docs/expressions.md` is what users read.

pub mod body;
pub mod data;
mod error;
mod escape;
pub mod eval_context;
pub mod expression;
pub mod extract;
pub mod function;
pub mod layout;
mod lookup;
pub mod scope;
pub mod template;
pub mod value;

#[cfg(test)]
mod tests;

pub use error::TemplateError;
pub use escape::Escape;
pub use eval_context::{EvalContext, IterationId, Response, Slot};
pub use expression::{Expr, Needs};
pub use layout::Layout;
pub use scope::{Named, Nothing, Scope, is_builtin};
pub use template::{Missing, Template};
pub use value::Value;
