//! Server-sent events, and the answers of language models in them.
//!
//! ```text
//!  bytes ─▶ parser ─▶ Event ─▶ layout ─▶ EventPart ─▶ measure      reader.rs joins them and decides when the stream ends
//!                       └─▶ the profile's steps for each event
//! ```
//!
//! A stream is a request like any other; its events are read as they arrive, and the time of an event is the time at which
//! the read returned that brought its end. Events of one read have the same time.

pub(crate) mod layout;
pub(crate) mod measure;
pub(crate) mod parser;
pub(crate) mod reader;
pub(crate) mod receive;
