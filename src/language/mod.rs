//! Expressions, templates and extraction: everything that a profile computes while the load runs.
//!
//! Owns values, compiled expressions and templates, functions, extraction from responses, data sets and form encodings.
//! While the load runs it never parses anything but responses, and never waits or does I/O; it never panics on the
//! content of a response or of a data file.
//! Start with [`value`] and [`eval_context`], then [`template`] and [`expression`]; the user documentation is
//! `docs/expressions.md`.

pub(crate) mod data;
mod error;
mod escape;
pub(crate) mod eval_context;
pub(crate) mod expression;
pub(crate) mod extract;
pub mod function;
mod lookup;
pub mod scope;
pub(crate) mod synonyms;
pub(crate) mod template;
pub(crate) mod value;

#[cfg(test)]
mod tests;

pub use error::TemplateError;
pub(crate) use error::did_you_mean;
pub use escape::EscapeContext;
pub(crate) use escape::text_of;
pub use eval_context::{EvalContext, IterationId, Response, Slot};
pub use expression::Expr;
pub(crate) use expression::Needs;
pub(crate) use scope::is_builtin;
pub(crate) use template::RenderError;
pub use template::Template;
pub use value::Value;
pub use {scope::Binding, scope::EmptyScope, scope::Scope};
