//! Reading: a cursor sees whole, checked frames, stops before a torn one, and follows a log that is compacted meanwhile.
//!
//! A compacted log is another file at the same path. A cursor goes on in it after the last interval that it gave, as soon as
//! that is a boundary between two frames there; if it has become part of a merged interval, the cursor reads on in the
//! old file, which it still holds, to the end of that merged interval. So no interval is given twice or missed.

use std::{
    fs::{self, File, OpenOptions},
    io,
    path::{Path, PathBuf},
};

use super::{
    codec::{self, Columns},
    frame::{Event, FrameKind, HEAD, Header, LogError, MAGIC},
    frames::{FileId, Found, Frames, glimpse, read_at},
};
use crate::metric::{Interval, MetricDef};

/// One frame, read.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "one header a log; the others are short-lived")]
pub enum Entry {
    /// What the run is.
    Header(Header),
    /// A span of it.
    Interval(Box<Interval>),
    /// Something that happened.
    Event(Event),
    /// Its end.
    End(serde_json::Value),
}

/// A position in a log. Reading a log that is still written to is safe: a frame in the making is not seen.
#[derive(Debug)]
pub struct IntervalCursor {
    path: PathBuf,
    frames: Frames,
    /// The last interval given.
    sequence: Option<u64>,
    /// Other frames given.
    others: u64,
    /// A newer file in which the position lies within the merged interval of this number.
    within: Option<(FileId, u64)>,
    /// Which series are read; None for all.
    columns: Option<Columns>,
}

/// Where a reader of an older file is in a newer one.
enum Place {
    /// At this offset.
    At(u64),
    /// Within the interval of this number.
    Within(u64),
    /// Past its end.
    Beyond,
}

impl IntervalCursor {
    /// A cursor at the first frame.
    ///
    /// # Errors
    /// When the file can't be read or is no log.
    pub fn open(path: &Path) -> Result<Self, LogError> {
        let frames = Frames::open(path)?;
        Ok(Self { path: path.to_owned(), frames, sequence: None, others: 0, within: None, columns: None })
    }

    /// Reads only the series of metrics that `wants` accepts: of long logs, most of the time goes into histograms.
    #[must_use]
    pub fn reading(self, wants: fn(&MetricDef) -> bool) -> Self {
        Self { columns: Some(Columns::of(wants)), ..self }
    }

    /// The next whole frame; None at the end of what is written, and before a torn frame.
    ///
    /// A cursor that an output's positions do not stand for (of another process, say) and that has slept through two
    /// compactions may find no way from the old file into the new one. It reads the old one to its end and then gives
    /// None: what it gave is the log as it was at that time.
    ///
    /// # Errors
    /// When the file can't be read, or holds a whole frame that is damaged or of another version.
    pub fn read(&mut self) -> Result<Option<Entry>, LogError> {
        self.follow().and_then(|()| self.frames.peek()).map_err(|source| self.io_error(source)).and_then(|found| {
            let (kind, length) = match found {
                Found::Nothing => return Ok(None),
                Found::Damaged => return Err(self.damaged()),
                Found::Whole(kind, length) => (kind, length),
            };
            let payload = self.frames.payload(length);
            let entry = match kind {
                FrameKind::Header => serde_json::from_slice(payload).ok().map(Entry::Header),
                FrameKind::Interval => codec::decode_columns(payload, self.columns.as_mut())
                    .map(|interval| Entry::Interval(Box::new(interval))),
                FrameKind::Event => serde_json::from_slice(payload).ok().map(Entry::Event),
                FrameKind::End => serde_json::from_slice(payload).ok().map(Entry::End),
            };
            let entry = entry.ok_or_else(|| self.damaged())?;
            self.frames.pass(length);
            match &entry {
                Entry::Interval(interval) => self.sequence = Some(interval.sequence),
                _ => self.others += 1,
            }
            Ok(Some(entry))
        })
    }

    /// The last interval that was given; None before the first. An output's position for
    /// [`LogWriter::compaction`](super::LogWriter::compaction).
    #[must_use]
    pub fn sequence(&self) -> Option<u64> {
        self.sequence
    }

    /// Bytes before the cursor in the file that it reads: whole frames only. Smaller after a compaction.
    #[must_use]
    pub fn offset(&self) -> u64 {
        self.frames.offset()
    }

    /// Bytes after the cursor in the file that it reads, a torn frame's among them.
    ///
    /// # Errors
    /// When the file can't be read.
    pub fn unread_bytes(&self) -> Result<u64, LogError> {
        let metadata = self.frames.file().metadata().map_err(|source| self.io_error(source))?;
        Ok(metadata.len().saturating_sub(self.offset()))
    }

    /// Bytes after the last whole frame, once [`IntervalCursor::read`] has given None.
    ///
    /// # Errors
    /// When the file can't be read.
    pub fn torn_bytes(&self) -> Result<u64, LogError> {
        self.unread_bytes()
    }

    /// Cuts a torn tail, unless the writer is still running (it holds a lock). Gives the number of bytes cut.
    ///
    /// # Errors
    /// When the file can't be written.
    pub fn cut_torn_tail(&mut self) -> Result<u64, LogError> {
        if self.torn_bytes()? == 0 {
            return Ok(0);
        }
        let file = OpenOptions::new().write(true).open(&self.path).map_err(|source| self.io_error(source))?;
        if file.try_lock().is_err() {
            return Ok(0);
        }
        // The writer may have finished its frame, and itself, between the reading and the lock.
        while self.read()?.is_some() {}
        let locked = file.metadata().map_err(|source| self.io_error(source))?;
        if FileId::of(&locked) != self.frames.id() {
            return Ok(0);
        }
        let torn = self.torn_bytes()?;
        file.set_len(self.offset()).map_err(|source| self.io_error(source))?;
        Ok(torn)
    }

    /// Goes over to the file that has replaced the one at hand, if there is one and the position is a boundary in it.
    fn follow(&mut self) -> io::Result<()> {
        // A log that was removed is still read to its end.
        let Ok(metadata) = fs::metadata(&self.path) else { return Ok(()) };
        let id = FileId::of(&metadata);
        let waits = self.within.is_some_and(|(known, until)| known == id && self.sequence < Some(until));
        if id == self.frames.id() || waits {
            return Ok(());
        }
        let Ok(mut newer) = Frames::open(&self.path) else { return Ok(()) };
        if !same_run(self.frames.file(), newer.file())? {
            return Ok(());
        }
        match place(newer.file(), self.sequence, self.others)? {
            Place::At(offset) => {
                newer.seek(offset);
                (self.frames, self.within) = (newer, None);
            }
            Place::Within(until) => self.within = Some((newer.id(), until)),
            Place::Beyond => {}
        }
        Ok(())
    }

    fn io_error(&self, source: io::Error) -> LogError {
        LogError::Io { path: self.path.display().to_string(), source }
    }

    fn damaged(&self) -> LogError {
        LogError::Damaged { path: self.path.display().to_string(), offset: self.offset() }
    }
}

/// Whether two files begin with the same header: a compacted log does, that of another run at the same path does not.
fn same_run(one: &File, other: &File) -> io::Result<bool> {
    /// With the header's checksum.
    const HEAD_END: usize = MAGIC.len() + HEAD;
    let head = |file: &File| {
        let mut bytes = [0; HEAD_END];
        read_at(file, &mut bytes, 0).map(|length| (length == HEAD_END).then_some(bytes))
    };
    let (one, other) = (head(one)?, head(other)?);
    Ok(one.is_some() && one == other)
}

/// Looks for the place after an interval and so many other frames, of which some may now come later than before: an
/// event within a merged interval follows it.
fn place(file: &File, sequence: Option<u64>, others: u64) -> io::Result<Place> {
    let mut offset = MAGIC.len() as u64;
    let (mut passed, mut reached) = (0, sequence.is_none());
    while let Some(glimpse) = glimpse(file, offset)? {
        match glimpse.span {
            Some(_) if reached => return Ok(Place::At(offset)),
            Some(span) if Some(span.sequence) > sequence => return Ok(Place::Within(span.sequence)),
            Some(span) => reached = Some(span.sequence) == sequence,
            None if reached && passed >= others => return Ok(Place::At(offset)),
            None => passed += 1,
        }
        offset = glimpse.end;
    }
    Ok(if reached { Place::At(offset) } else { Place::Beyond })
}

#[cfg(test)]
mod tests;
