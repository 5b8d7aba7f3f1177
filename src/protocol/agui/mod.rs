//! AG-UI: what the events of a stream say of an agent's run, and whether their order is the one that the protocol has.
//!
//! ```text
//!  data of an event ─▶ event::read ─▶ RunEvent ─┬▶ RunOrder: is it allowed here?
//!                                               └▶ RunMeasure: what is now known of the run
//! ```
//!
//! `sse/reader.rs` reads the stream, `executor/agui_recorder.rs` records.

pub(crate) mod event;
pub(crate) mod measure;
pub(crate) mod order;

pub(crate) use event::RunEvent;
pub(crate) use measure::{RunMeasure, Shown};
pub(crate) use order::{Disorder, RunOrder};
