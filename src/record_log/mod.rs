//! The record log: raw records on disk until every output that wants them has read them.
//!
//! ```text
//!  records/000001.log   "LAREC\x01\r\n" │ header │ definitions │ records │ gauges │ definitions │ records │ …
//!  records/000002.log   "LAREC\x01\r\n" │ header │ all definitions so far │ records │ …
//!                       framed and checksummed as the interval log is; each segment can be read alone
//! ```
//!
//! Owns the segments: appending chunks of records within a limit of bytes, reading them from any position, deleting
//! what all readers have passed. Never grows past its limit: what does not fit is dropped and counted. What the disk does
//! not take stays in memory, within a bound, as segments that go to the disk once it has space again. Never formats a
//! record. Start with [`segment`], then [`writer`] and [`cursor`].

pub(crate) mod cursor;
pub(crate) mod dictionary;
pub(crate) mod frame;
pub(crate) mod memory;
pub(crate) mod position;
pub(crate) mod segment;
#[cfg(test)]
mod tests;
pub(crate) mod writer;

pub(crate) use cursor::RecordCursor;
pub(crate) use dictionary::SeriesKey;
pub(crate) use frame::{Entry, Frame, Recorded};
pub(crate) use memory::MemorySegments;
pub(crate) use position::{Position, RecordReadError};
pub(crate) use writer::{Loss, RecordLog};
