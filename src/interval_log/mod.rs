//! The interval log: the append-only file that is spool, result and resume state at once.
//!
//! ```text
//!  "LALOG\x01\r\n" │ frame │ frame │ …      frame = kind u8 · length u32 · crc32 u32 · payload   (little endian)
//!                                          kind  = header (JSON) · interval (binary) · event (JSON) · end (JSON)
//! ```
//!
//! Owns the file: writing whole frames, reading them from any offset, noticing and cutting a torn tail. Knows nothing
//! of sinks: each keeps a cursor (an offset) of its own. Never rewrites what it has written. Start with [`frame`], then [`writer`] and [`reader`].

pub mod codec;
pub mod frame;
pub mod reader;
pub mod writer;

pub use frame::{Event, Header, LogError};
pub use reader::{Cursor, Entry};
pub use writer::LogWriter;
