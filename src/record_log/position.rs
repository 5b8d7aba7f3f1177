//! Where a reader stands, and why it can't go on.

use std::{io, path::Path};

use serde::{Deserialize, Serialize};

/// A place between two frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Position {
    /// Number of the segment.
    pub segment: u64,
    /// Bytes before it in the segment.
    pub offset: u64,
}

/// Why records can't be read. Past what is damaged or missing the cursor has gone already: it may be asked again.
#[derive(Debug, thiserror::Error)]
pub enum RecordReadError {
    /// The file system's.
    #[error("can't read the record log {path}")]
    Io {
        /// Which file or folder.
        path: String,
        /// Why.
        source: io::Error,
    },
    /// Records that were written are damaged, and lost.
    #[error("{path} is damaged at byte {offset}, or was written by another version")]
    Damaged {
        /// Which segment.
        path: String,
        /// Where.
        offset: u64,
    },
    /// A segment was deleted before it was read.
    #[error("{path} was removed before it was read")]
    Missing {
        /// Which segment.
        path: String,
    },
}

pub(super) fn io_error(path: &Path, source: io::Error) -> RecordReadError {
    RecordReadError::Io { path: path.display().to_string(), source }
}
