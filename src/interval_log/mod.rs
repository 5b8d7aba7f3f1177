//! The interval log: the append-only file that is spool, result and resume state at once.
//!
//! ```text
//!  "LALOG\x01\r\n" │ frame │ frame │ …      frame = kind u8 · length u32 · crc32 u32 · payload   (little endian)
//!                                          kind  = header (JSON) · interval (binary) · event (JSON) · end (JSON)
//! ```
//!
//! Owns the file: writing whole frames, reading on from any of them, noticing and cutting a torn tail, and compaction of
//! old intervals: a smaller replacement file is renamed over the log while the run and its readers go on. Knows nothing of
//! outputs: each keeps its own cursor. Never changes a file in place except to cut a torn tail. Start with [`frame`], then
//! [`writer`] and [`reader`]; then [`downsampling`] and [`compaction`].

mod buckets;
pub(crate) mod codec;
pub(crate) mod compaction;
mod compaction_trigger;
pub(crate) mod downsampling;
mod examples;
pub(crate) mod frame;
mod frames;
pub(crate) mod merge;
pub(crate) mod reader;
#[cfg(test)]
mod samples;
mod spans;
#[cfg(test)]
mod tests;
pub(crate) mod writer;

pub(crate) use compaction::ReplacementLog;
pub use downsampling::Pressure;
pub use frame::Header;
pub use reader::{Entry, IntervalCursor};
pub use writer::LogWriter;
pub(crate) use {frame::Event, frame::Gap, frame::LogError};
