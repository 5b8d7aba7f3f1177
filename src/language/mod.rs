//! What profiles compute while running: values, and where they come from.
//!
//! Owns values, expressions and templates in their compiled form, their functions, extraction from responses, rows for
//! users and the encodings of forms. Never parses anything while the load runs but what a response holds, never waits
//! or does I/O then, never panics on what a response or a file of rows holds.
//! Start with [`value`] and [`moment`], then [`template`] and [`expression`]; `docs/expressions.md` is what users read.

pub(crate) mod data;
mod error;
mod escape;
pub(crate) mod eval_context;
pub(crate) mod expression;
pub(crate) mod extract;
pub mod function;
mod lookup;
pub mod scope;
pub(crate) mod template;
pub(crate) mod value;

#[cfg(test)]
mod tests;

pub use error::TemplateError;
pub(crate) use error::did_you_mean;
pub use escape::Escape;
pub use eval_context::{EvalContext, IterationId, Response, Slot};
pub use expression::Expr;
pub(crate) use expression::Needs;
pub(crate) use scope::is_builtin;
pub(crate) use template::Missing;
pub use template::Template;
pub use value::Value;
pub use {scope::Named, scope::Nothing, scope::Scope};
