//! JSON-RPC 2.0 over HTTP: which calls a request has, and how they were answered.
//!
//! ```text
//!  body of the request ─▶ Calls::read ─▶ ids and methods ─┐
//!  body of the response ─▶ answer::read ─▶ messages ──────┴▶ Calls::judge ─▶ an Outcome for each call
//! ```
//!
//! Both are read where they are sent and received, so that what is matched is what was on the wire.

pub(crate) mod answer;
pub(crate) mod calls;

pub(crate) use answer::Outcome;
pub(crate) use calls::{Call, Calls};
