//! The record log: raw records on disk until every sink that wants them has read them.
//!
//! ```text
//!  records/000001.log   "LAREC\x01\r\n" │ header │ definitions │ records │ gauges │ definitions │ records │ …
//!  records/000002.log   "LAREC\x01\r\n" │ header │ all definitions so far │ records │ …
//!                       framed and checksummed as the interval log is; each segment can be read alone
//! ```
//!
//! Owns the segments: appending chunks of records within a limit of bytes, reading them from any position, deleting
//! what all readers have passed. Never grows past its limit: what finds no room is dropped and counted, and so is what a
//! full disk does not take. Never formats a record. Start with [`segment`], then [`writer`] and [`cursor`].

pub mod cursor;
pub mod dictionary;
pub mod frame;
pub mod position;
pub mod segment;
#[cfg(test)]
mod tests;
pub mod writer;

pub use cursor::RecordCursor;
pub use dictionary::SeriesKey;
pub use frame::{Entry, Frame, Recorded};
pub use position::{Position, RecordLogError};
pub use writer::{Appended, RecordLog};
