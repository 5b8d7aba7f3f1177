//! The interval log: the append-only file that is spool, result and resume state at once.
//!
//! ```text
//!  "LALOG\x01\r\n" │ frame │ frame │ …      frame = kind u8 · length u32 · crc32 u32 · payload   (little endian)
//!                                          kind  = header (JSON) · interval (binary) · event (JSON) · end (JSON)
//! ```
//!
//! Owns the file: writing whole frames, reading them on from any of them, noticing and cutting a torn tail, and thinning
//! what is old: a smaller twin replaces the file while run and readers go on. Knows nothing of sinks: each keeps a cursor of
//! its own. Never changes a file in place but to cut a torn tail. Start with [`frame`], then [`writer`] and [`reader`];
//! then [`tiers`] and [`rewrite`].

mod buckets;
pub mod codec;
mod compaction_trigger;
pub mod frame;
mod frames;
pub mod reader;
pub mod rewrite;
#[cfg(test)]
mod samples;
mod spans;
#[cfg(test)]
mod tests;
pub mod thin;
pub mod tiers;
pub mod writer;

pub use frame::{Event, Header, LogError};
pub use reader::{Cursor, Entry};
pub use rewrite::{Compacted, Thinning};
pub use tiers::Pressure;
pub use writer::LogWriter;
