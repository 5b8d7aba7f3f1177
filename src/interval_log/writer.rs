//! Appending: one `write` per frame, so that a kill loses at most the frame in the making.

use std::{
    fs::{File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};

use super::{
    codec,
    frame::{Event, FrameKind, Header, LogError, MAGIC, frame},
};
use crate::metric::Interval;

/// Frames that wait for a full disk; minutes of a usual run.
const MAX_PENDING: usize = 64 * 1024 * 1024;

/// Writes one log. Holds a lock on the file for as long as it lives, by which a reader knows that the run lives.
#[derive(Debug)]
pub struct LogWriter {
    path: PathBuf,
    file: File,
    length: u64,
    /// Frames that a full disk has not taken yet.
    pending: Vec<u8>,
    /// Too much has waited too long: the log ends where it ends.
    closed: bool,
}

impl LogWriter {
    /// Starts a new log.
    ///
    /// # Errors
    /// When the file exists, or can't be made, locked or written.
    pub fn create(path: &Path, header: &Header) -> Result<Self, LogError> {
        let fault = |source| LogError::Io { path: path.display().to_string(), source };
        let file = OpenOptions::new().create_new(true).append(true).open(path).map_err(fault)?;
        file.lock().map_err(fault)?;
        let mut log = Self { path: path.to_owned(), file, length: 0, pending: Vec::new(), closed: false };
        log.append(MAGIC)?;
        log.append(&frame(FrameKind::Header, &json(header)))?;
        Ok(log)
    }

    /// Appends an interval and gives the length of the log after it.
    ///
    /// # Errors
    /// When it can't be written; the log then ends before it.
    pub fn interval(&mut self, interval: &Interval) -> Result<u64, LogError> {
        self.append(&frame(FrameKind::Interval, &codec::encode(interval)))
    }

    /// Appends an event.
    ///
    /// # Errors
    /// When it can't be written.
    pub fn event(&mut self, event: &Event) -> Result<u64, LogError> {
        self.append(&frame(FrameKind::Event, &json(event)))
    }

    /// Appends the end of the run and makes sure that the log is on disk.
    ///
    /// # Errors
    /// When it can't be written.
    pub fn end(&mut self, end: &serde_json::Value) -> Result<u64, LogError> {
        let length = self.append(&frame(FrameKind::End, &json(end)))?;
        self.file.sync_data().map_err(|source| self.fault(source))?;
        Ok(length)
    }

    /// Bytes written so far: whole frames only.
    #[must_use]
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Appends, after what an earlier failure left behind: a reader that misses an interval would misread all later
    /// ones, because each names only the series that are new in it.
    fn append(&mut self, bytes: &[u8]) -> Result<u64, LogError> {
        if self.pending.len() + bytes.len() > MAX_PENDING {
            self.closed = true;
        }
        if self.closed {
            return Err(self.fault(io::ErrorKind::StorageFull.into()));
        }
        self.pending.extend_from_slice(bytes);
        if let Err(source) = self.file.write_all(&self.pending) {
            // A full disk may have taken half of it: back to the last whole frame, so that readers see no torn one.
            let cut = self.file.set_len(self.length);
            return Err(self.fault(cut.err().unwrap_or(source)));
        }
        self.length += self.pending.len() as u64;
        self.pending.clear();
        Ok(self.length)
    }

    fn fault(&self, source: io::Error) -> LogError {
        LogError::Io { path: self.path.display().to_string(), source }
    }
}

/// Serialising these plain structs can't fail; should it ever, the record is empty rather than the run lost.
fn json<T: serde::Serialize>(record: &T) -> Vec<u8> {
    serde_json::to_vec(record).unwrap_or_default()
}
