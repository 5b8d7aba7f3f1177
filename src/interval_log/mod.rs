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
pub mod codec;
pub mod compaction;
mod compaction_trigger;
pub mod downsampling;
pub mod frame;
mod frames;
pub mod merge;
pub mod reader;
#[cfg(test)]
mod samples;
mod spans;
#[cfg(test)]
mod tests;
pub mod writer;

pub use compaction::{Compacted, Compaction};
pub use downsampling::Pressure;
pub use frame::{Event, Header, LogError};
pub use reader::{Cursor, Entry};
pub use writer::LogWriter;
