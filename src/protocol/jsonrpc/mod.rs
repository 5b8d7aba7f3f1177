//! JSON-RPC 2.0 over HTTP: which calls a request has, and how they were answered.
//!
//! ```text
//!  body of the request ──▶ Calls::read ─▶ ids and methods ─┐
//!  body of the response ─▶ answer::read ─▶ messages ───────┼▶ Matching ─▶ an Outcome for each call
//!  or an event stream ───▶ receive_messages ─▶ one by one ─┘
//! ```
//!
//! Both are read where they are sent and received, so that what is matched is what was on the wire.

pub(crate) mod answer;
pub(crate) mod answering;
pub(crate) mod calls;
pub(crate) mod compose;
pub(crate) mod matching;
pub(crate) mod receive;

pub(crate) use answer::Incoming;
pub(crate) use answering::{Answering, Taken};
pub(crate) use calls::{Call, Calls};
pub(crate) use matching::Outcome;
pub(crate) use receive::MessageConsumer;
