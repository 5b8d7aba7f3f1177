//! Reading: a position is a segment and an offset; a cursor sees whole, checked frames and waits before one in the making.

use std::{
    fs::{self, File},
    io::{self, ErrorKind, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
};

use super::{
    dictionary::Dictionary,
    frame::Frame,
    position::{Position, RecordReadError, io_error},
    segment::{self, Head, Kind, MAGIC},
};
use crate::interval_log::frame::{HEAD, MAX_PAYLOAD, checksum};

/// What stands at a cursor.
enum Found {
    /// The end of what is written, or a frame in the making.
    Nothing,
    /// A frame that is whole and wrong; so many bytes long.
    Damaged(u64),
    /// A frame, in the buffer.
    Whole(Kind),
}

/// A position in a record log. Reading a log that is still written to is safe.
#[derive(Debug)]
pub(crate) struct RecordCursor {
    folder: PathBuf,
    segment: u64,
    file: Option<File>,
    offset: u64,
    /// Frames that end up to here were read before: only their definitions matter.
    skip_until: u64,
    /// A later segment exists: what this one lacks will never come.
    over: bool,
    head: Option<Head>,
    dictionary: Dictionary,
    buffer: Vec<u8>,
}

impl RecordCursor {
    /// A cursor in the log of a run's folder: at a position, or at the oldest record there is.
    ///
    /// # Errors
    /// When the folder can't be read.
    pub(crate) fn open(run: &Path, position: Option<Position>) -> Result<Self, RecordReadError> {
        let folder = segment::folder(run);
        let oldest = segment::numbers(&folder).map_err(|source| io_error(&folder, source))?.first().copied();
        let Position { segment, offset } = position.unwrap_or(Position { segment: oldest.unwrap_or(1), offset: 0 });
        Ok(Self {
            folder,
            segment,
            file: None,
            offset: 0,
            skip_until: offset,
            over: false,
            head: None,
            dictionary: Dictionary::default(),
            buffer: Vec::new(),
        })
    }

    /// The next whole frame; None when there is nothing more yet.
    ///
    /// # Errors
    /// When the log can't be read, or what follows is damaged or gone; the next call goes on after the damage.
    pub(crate) fn next_frame(&mut self) -> Result<Option<Frame<'_>>, RecordReadError> {
        let Some((kind, begin)) = self.advance()? else { return Ok(None) };
        let damaged = RecordReadError::Damaged { path: self.shown(), offset: begin };
        let frame = self.head.and_then(|head| match kind {
            Kind::Gauges => Frame::of_gauges(head, &self.dictionary, &self.buffer),
            _ => Frame::of_records(head, &self.dictionary, &self.buffer),
        });
        frame.ok_or(damaged).map(Some)
    }

    /// Goes past the next frame of records or gauges, whose payload is then in the buffer.
    fn advance(&mut self) -> Result<Option<(Kind, u64)>, RecordReadError> {
        loop {
            if self.file.is_none() && !self.open_segment()? {
                return Ok(None);
            }
            let begin = self.offset;
            match self.look().map_err(|source| io_error(&self.path(), source))? {
                Found::Whole(kind) => {
                    self.offset += (HEAD + self.buffer.len()) as u64;
                    match kind {
                        Kind::Head => self.head = Head::decode(&self.buffer),
                        Kind::Definitions if self.dictionary.learn(&self.buffer).is_some() => {}
                        Kind::Definitions => return Err(self.damaged(begin)),
                        Kind::Records | Kind::Gauges => return Ok(Some((kind, begin))),
                    }
                }
                Found::Damaged(length) => {
                    self.offset += length;
                    return Err(self.damaged(begin));
                }
                Found::Nothing => match self.successor()? {
                    None => return Ok(None),
                    // Between the look at this segment and the look for another the writer may have gone on.
                    Some(_) if !self.over => self.over = true,
                    Some(next) => self.leave(next)?,
                },
            }
        }
    }

    fn open_segment(&mut self) -> Result<bool, RecordReadError> {
        let mut later = None;
        loop {
            match File::open(self.path()) {
                Ok(file) => {
                    self.file = Some(file);
                    return Ok(true);
                }
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(source) => return Err(io_error(&self.path(), source)),
            }
            if let Some(later) = later {
                let missing = RecordReadError::Missing { path: self.shown() };
                self.enter(later);
                return Err(missing);
            }
            // It may have been made a moment after the first try; once a later one exists, a second try is final.
            later = self.successor()?;
            if later.is_none() {
                return Ok(false);
            }
        }
    }

    /// Leaves a segment that will not grow any more.
    fn leave(&mut self, next: u64) -> Result<(), RecordReadError> {
        let length = self.file.as_ref().map(File::metadata).transpose();
        let length = length.map_err(|source| io_error(&self.path(), source))?.map_or(0, |data| data.len());
        let damaged = self.damaged(self.offset);
        let missing =
            RecordReadError::Missing { path: segment::path(&self.folder, self.segment + 1).display().to_string() };
        let (torn, gap) = (length > self.offset || self.offset == 0, next > self.segment + 1);
        self.enter(next);
        match (torn, gap) {
            (true, _) => Err(damaged),
            (false, true) => Err(missing),
            (false, false) => Ok(()),
        }
    }

    fn enter(&mut self, segment: u64) {
        (self.segment, self.offset, self.skip_until, self.over) = (segment, 0, 0, false);
        (self.file, self.head) = (None, None);
    }

    /// The next segment that exists.
    fn successor(&self) -> Result<Option<u64>, RecordReadError> {
        let numbers = segment::numbers(&self.folder).map_err(|source| io_error(&self.folder, source))?;
        let Some(later) = numbers.into_iter().find(|number| *number > self.segment) else { return Ok(None) };
        // A listing may lack a file that was made while it was read, and hold one that was made after that.
        let next = self.segment + 1;
        Ok(Some(if segment::path(&self.folder, next).exists() { next } else { later }))
    }

    /// Looks at what stands at the offset, and reads its payload into the buffer.
    fn look(&mut self) -> io::Result<Found> {
        let Some(file) = &mut self.file else { return Ok(Found::Nothing) };
        let length = file.metadata()?.len();
        if self.offset == 0 {
            file.seek(SeekFrom::Start(0))?;
            let mut magic = [0; MAGIC.len()];
            if !read_whole(file, &mut magic)? || magic != *MAGIC {
                return Ok(Found::Nothing);
            }
            self.offset = MAGIC.len() as u64;
        }
        loop {
            file.seek(SeekFrom::Start(self.offset))?;
            let mut head = [0; HEAD];
            if !read_whole(file, &mut head)? {
                return Ok(Found::Nothing);
            }
            let [number, l0, l1, l2, l3, c0, c1, c2, c3] = head;
            let size = u32::from_le_bytes([l0, l1, l2, l3]);
            let left = length.saturating_sub(self.offset + HEAD as u64);
            // A length past the end, or no known kind, counts as a tear.
            let Some(kind) = Kind::of(number).filter(|_| size <= MAX_PAYLOAD && u64::from(size) <= left) else {
                return Ok(Found::Nothing);
            };
            let end = self.offset + HEAD as u64 + u64::from(size);
            if end <= self.skip_until && matches!(kind, Kind::Records | Kind::Gauges) {
                self.offset = end;
                continue;
            }
            self.buffer.resize(size as usize, 0);
            let whole = read_whole(file, &mut self.buffer)?;
            let sound = whole && checksum(number, &self.buffer) == u32::from_le_bytes([c0, c1, c2, c3]);
            return Ok(if sound {
                Found::Whole(kind)
            } else if u64::from(size) == left {
                // Nothing follows it: the frame in the making.
                Found::Nothing
            } else {
                Found::Damaged(end - self.offset)
            });
        }
    }

    /// Where the cursor stands: after the last frame it gave.
    #[must_use]
    pub(crate) fn position(&self) -> Position {
        Position { segment: self.segment, offset: self.offset.max(self.skip_until) }
    }

    /// Bytes written and not read.
    ///
    /// # Errors
    /// When the folder can't be read.
    pub(crate) fn pending_bytes(&self) -> Result<u64, RecordReadError> {
        let Position { segment, offset } = self.position();
        let mut pending = 0;
        for number in segment::numbers(&self.folder).map_err(|source| io_error(&self.folder, source))? {
            let read = if number == segment { offset } else { 0 };
            // A segment that is deleted in this moment is not pending.
            let length = fs::metadata(segment::path(&self.folder, number)).map_or(0, |data| data.len());
            pending += if number < segment { 0 } else { length.saturating_sub(read) };
        }
        Ok(pending)
    }

    fn path(&self) -> PathBuf {
        segment::path(&self.folder, self.segment)
    }

    fn shown(&self) -> String {
        self.path().display().to_string()
    }

    fn damaged(&self, offset: u64) -> RecordReadError {
        RecordReadError::Damaged { path: self.shown(), offset }
    }
}

fn read_whole(file: &mut File, buffer: &mut [u8]) -> io::Result<bool> {
    match file.read_exact(buffer) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error),
    }
}
