//! What profiles compute while running: values, and where they come from.
//!
//! Owns values, expressions and templates in their compiled form, their functions, and extraction from responses. Never
//! parses anything while the load runs, never waits or does I/O, never panics on what a response holds.
//! Start with [`value`], then [`moment`].

pub mod moment;
pub mod value;

pub use moment::{Moment, Response, Slot, Who};
pub use value::Value;
