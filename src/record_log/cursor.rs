//! Reading: a position is a segment and an offset; a cursor sees whole, checked frames and waits before one in the making.

use std::{
    fs::{self, File},
    io::{self, ErrorKind, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
};

use super::{
    dictionary::Dictionary,
    frame::Frame,
    memory::MemorySegments,
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

/// Where the bytes of a segment are.
#[derive(Debug)]
enum Source {
    Disk(File),
    Memory,
}

/// A position in a record log. Reading a log that is still written to is safe.
#[derive(Debug)]
pub(crate) struct RecordCursor {
    folder: PathBuf,
    memory: MemorySegments,
    segment: u64,
    source: Option<Source>,
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
    /// A cursor in the log of a run's folder, and in the segments that its disk did not take: at a position, or at the
    /// oldest record there is.
    ///
    /// # Errors
    /// When the folder can't be read.
    pub(crate) fn open(
        run: &Path,
        memory: MemorySegments,
        position: Option<Position>,
    ) -> Result<Self, RecordReadError> {
        let folder = segment::folder(run);
        let oldest = numbers(&folder, &memory)?.first().copied();
        let Position { segment, offset } = position.unwrap_or(Position { segment: oldest.unwrap_or(1), offset: 0 });
        Ok(Self {
            folder,
            memory,
            segment,
            source: None,
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
            if self.source.is_none() && !self.open_segment()? {
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
                Found::Nothing if self.is_elsewhere() => self.source = None,
                Found::Nothing => match self.successor()? {
                    None => return Ok(None),
                    // Between the look at this segment and the look for another the writer may have gone on.
                    Some(_) if !self.over => self.over = true,
                    Some(next) => self.leave(next)?,
                },
            }
        }
    }

    /// Whether the segment is not where it was when it was opened: the disk refused its first bytes, or took it whole.
    fn is_elsewhere(&self) -> bool {
        match self.source {
            Some(Source::Disk(_)) => self.memory.length(self.segment).is_some(),
            Some(Source::Memory) => self.memory.length(self.segment).is_none() && self.path().exists(),
            None => false,
        }
    }

    /// Whether what was read last is only in memory, and gone with the process.
    #[must_use]
    pub(crate) fn is_in_memory(&self) -> bool {
        self.memory.length(self.segment).is_some()
    }

    fn open_segment(&mut self) -> Result<bool, RecordReadError> {
        let mut later = None;
        loop {
            if self.memory.length(self.segment).is_some() {
                self.source = Some(Source::Memory);
                return Ok(true);
            }
            match File::open(self.path()) {
                Ok(file) => {
                    self.source = Some(Source::Disk(file));
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
        let length = self.length().map_err(|source| io_error(&self.path(), source))?;
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
        (self.source, self.head) = (None, None);
    }

    /// Bytes of the segment so far.
    fn length(&self) -> io::Result<u64> {
        match &self.source {
            Some(Source::Disk(file)) => Ok(file.metadata()?.len()),
            Some(Source::Memory) => Ok(self.memory.length(self.segment).unwrap_or(0) as u64),
            None => Ok(0),
        }
    }

    /// The next segment that exists.
    fn successor(&self) -> Result<Option<u64>, RecordReadError> {
        let numbers = numbers(&self.folder, &self.memory)?;
        let Some(later) = numbers.into_iter().find(|number| *number > self.segment) else { return Ok(None) };
        // A listing may lack a file that was made while it was read, and hold one that was made after that.
        let next = self.segment + 1;
        let exists = self.memory.length(next).is_some() || segment::path(&self.folder, next).exists();
        Ok(Some(if exists { next } else { later }))
    }

    /// Looks at what stands at the offset, and reads its payload into the buffer.
    fn look(&mut self) -> io::Result<Found> {
        let length = self.length()?;
        let Some(source) = &mut self.source else { return Ok(Found::Nothing) };
        let (memory, segment) = (&self.memory, self.segment);
        let mut read = |offset: u64, buffer: &mut [u8]| match source {
            Source::Disk(file) => file.seek(SeekFrom::Start(offset)).and_then(|_| read_whole(file, buffer)),
            Source::Memory => Ok(memory.read(segment, offset, buffer)),
        };
        if self.offset == 0 {
            let mut magic = [0; MAGIC.len()];
            if !read(0, &mut magic)? || magic != *MAGIC {
                return Ok(Found::Nothing);
            }
            self.offset = MAGIC.len() as u64;
        }
        loop {
            let mut head = [0; HEAD];
            if !read(self.offset, &mut head)? {
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
            let whole = read(self.offset + HEAD as u64, &mut self.buffer)?;
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
        for number in numbers(&self.folder, &self.memory)? {
            let read = if number == segment { offset } else { 0 };
            // A segment that is deleted in this moment is not pending.
            let on_disk = || fs::metadata(segment::path(&self.folder, number)).map_or(0, |data| data.len());
            let length = self.memory.length(number).map_or_else(on_disk, |bytes| bytes as u64);
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

/// Numbers of the segments on disk and in memory, ascending.
fn numbers(folder: &Path, memory: &MemorySegments) -> Result<Vec<u64>, RecordReadError> {
    let mut all = segment::numbers(folder).map_err(|source| io_error(folder, source))?;
    all.extend(memory.numbers());
    all.sort_unstable();
    all.dedup();
    Ok(all)
}

fn read_whole(file: &mut File, buffer: &mut [u8]) -> io::Result<bool> {
    match file.read_exact(buffer) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error),
    }
}
