//! Appending: one `write` per frame, so that a kill loses at most the frame in the making.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{
    Entry, IntervalCursor, codec,
    compaction::{Compaction, ReplacementLog},
    compaction_trigger::CompactionTrigger,
    downsampling::{DeliveredBounds, Pressure},
    frame::{Event, FrameKind, Header, LogError, MAGIC, frame},
    frames::FileId,
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
    trigger: CompactionTrigger,
    /// Held by a compaction that is under way, too.
    underway: Arc<()>,
}

impl LogWriter {
    /// Starts a new log.
    ///
    /// # Errors
    /// When the file exists, or can't be made, locked or written.
    pub fn create(path: &Path, header: &Header) -> Result<Self, LogError> {
        let io_error = |source| LogError::Io { path: path.display().to_string(), source };
        let file = OpenOptions::new().create_new(true).append(true).open(path).map_err(io_error)?;
        file.lock().map_err(io_error)?;
        let mut log = Self {
            path: path.to_owned(),
            file,
            length: 0,
            pending: Vec::new(),
            closed: false,
            trigger: CompactionTrigger::default(),
            underway: Arc::default(),
        };
        log.append(MAGIC)?;
        log.append(&frame(FrameKind::Header, &json(header)))?;
        Ok(log)
    }

    /// Goes on with the log of a process that is gone: `each` sees what it holds, and what a kill left half-written is cut.
    ///
    /// # Errors
    /// When another process has it, or it can't be read, or `each` fails.
    pub fn reopen<E: From<LogError>>(path: &Path, mut each: impl FnMut(Entry) -> Result<(), E>) -> Result<Self, E> {
        let io_error = |source| LogError::Io { path: path.display().to_string(), source };
        let in_use = || LogError::InUse { path: path.display().to_string() };
        let file = OpenOptions::new().append(true).open(path).map_err(io_error)?;
        file.try_lock().map_err(|_| in_use())?;
        // A compaction may have put another file in its place before the lock was had.
        let ids = [file.metadata(), fs::metadata(path)].map(|metadata| metadata.map(|data| FileId::of(&data)).ok());
        if ids[0] != ids[1] {
            return Err(in_use().into());
        }
        let (mut cursor, mut trigger) = (IntervalCursor::open(path)?, CompactionTrigger::default());
        while let Some(entry) = cursor.read()? {
            if let Entry::Interval(interval) = &entry {
                trigger.written(interval.sequence, interval.end_ms, cursor.offset());
            }
            each(entry)?;
        }
        let length = cursor.offset();
        file.set_len(length).map_err(io_error)?;
        let (pending, underway) = (Vec::new(), Arc::default());
        Ok(Self { path: path.to_owned(), file, length, pending, closed: false, trigger, underway })
    }

    /// Appends an interval and gives the length of the log after it.
    ///
    /// # Errors
    /// When it can't be written; the log then ends before it.
    pub fn interval(&mut self, interval: &Interval) -> Result<u64, LogError> {
        let length = self.append(&frame(FrameKind::Interval, &codec::encode(interval)))?;
        self.trigger.written(interval.sequence, interval.end_ms, length);
        Ok(length)
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
        self.file.sync_data().map_err(|source| self.io_error(source))?;
        Ok(length)
    }

    /// Tries again to write what waited for a full disk.
    ///
    /// # Errors
    /// When it still can't be written.
    pub fn flush(&mut self) -> Result<u64, LogError> {
        self.append(&[])
    }

    /// Bytes written so far: whole frames only.
    #[must_use]
    pub fn length(&self) -> u64 {
        self.length
    }

    /// A compaction, when one is worth it at this time (Unix milliseconds): when a good part of the log is old enough and
    /// delivered, or the log is past `limit` bytes and still grows. Cheap enough to ask every second.
    ///
    /// `delivered` names what must stay a boundary between two frames: for each output the last interval that it has
    /// taken, None before the first, and further the positions of cursors that have read ahead of that. Intervals that
    /// all of these have are delivered; without any position all are.
    ///
    /// While a compaction runs, the log and its replacement stand beside each other, so the disk holds more than `limit` for that
    /// time. Only one is under way at a time; one that failed is tried again after some growth.
    pub fn compaction(&mut self, now_ms: i64, delivered: &[Option<u64>], limit: u64) -> Option<Compaction> {
        let free = Arc::strong_count(&self.underway) == 1;
        if self.closed || !self.pending.is_empty() || !free {
            return None;
        }
        let bounds = DeliveredBounds::new(delivered);
        let due = self.trigger.pays(now_ms, &bounds, limit, self.length)?;
        let (path, planned, underway) = (self.path.clone(), self.length, self.underway.clone());
        Some(Compaction { path, planned, due, now_ms, bounds, limit, underway })
    }

    /// Puts a compacted replacement in the log's place and goes on appending to it: what was appended meanwhile is copied, the
    /// replacement locked, and renamed over the log. Gives the new length of the log.
    ///
    /// # Errors
    /// When the replacement can't take it up. The log is as it was, and the replacement is removed.
    pub fn adopt(&mut self, compacted: ReplacementLog) -> Result<u64, LogError> {
        let taken_up = self.take_up(compacted);
        taken_up.map_err(|source| self.io_error(source))
    }

    fn take_up(&mut self, mut compacted: ReplacementLog) -> io::Result<u64> {
        if !Arc::ptr_eq(&compacted.underway, &self.underway) {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "compacted from another log"));
        }
        let mut old = File::open(&self.path)?;
        old.seek(SeekFrom::Start(compacted.planned))?;
        let tail = self.length.saturating_sub(compacted.planned);
        let copied = io::copy(&mut old.take(tail), &mut &compacted.replacement.file)?;
        if copied < tail {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        compacted.replacement.file.sync_data()?;
        let file = compacted.replacement.file.try_clone()?;
        file.try_lock()?;
        fs::rename(&compacted.replacement.path, &self.path)?;
        compacted.replacement.adopted = true;
        self.file = file;
        self.length = compacted.length + tail;
        let pressed = compacted.pressure() > Pressure::default();
        self.trigger.compacted(
            compacted.planned,
            compacted.length,
            if pressed { compacted.planned } else { compacted.due },
        );
        // Should the rename not reach the disk before a power cut, the old log is there, and whole to this point.
        if let Some(folder) = self.path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            File::open(folder).and_then(|folder| folder.sync_all()).ok();
        }
        Ok(self.length)
    }

    /// Appends, after what an earlier failure left behind: a reader that misses an interval would misread all later
    /// ones, because each names only the series that are new in it.
    fn append(&mut self, bytes: &[u8]) -> Result<u64, LogError> {
        if self.pending.len() + bytes.len() > MAX_PENDING {
            self.closed = true;
        }
        if self.closed {
            return Err(self.io_error(io::ErrorKind::StorageFull.into()));
        }
        self.pending.extend_from_slice(bytes);
        if let Err(source) = self.file.write_all(&self.pending) {
            // A full disk may have taken half of it: back to the last whole frame, so that readers see no torn one.
            let cut = self.file.set_len(self.length);
            return Err(self.io_error(cut.err().unwrap_or(source)));
        }
        self.length += self.pending.len() as u64;
        self.pending.clear();
        Ok(self.length)
    }

    fn io_error(&self, source: io::Error) -> LogError {
        LogError::Io { path: self.path.display().to_string(), source }
    }
}

/// Serialising these plain structs can't fail; should it ever, the record is empty rather than the run lost.
fn json<T: serde::Serialize>(record: &T) -> Vec<u8> {
    serde_json::to_vec(record).unwrap_or_default()
}
