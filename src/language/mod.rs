//! What profiles compute while running: values, and where they come from.
//!
//! Owns values, expressions and templates in their compiled form, their functions, extraction from responses, rows for
//! users and the encodings of forms. While the load runs it never parses a profile's text, never waits or does I/O; it
//! never panics on what a response or a file of rows holds.
//! Start with [`value`], then [`moment`].

pub mod body;
pub mod data;
pub mod extract;
pub mod moment;
pub mod value;

pub use moment::{Moment, Response, Slot, Who};
pub use value::Value;
