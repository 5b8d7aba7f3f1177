//! Frames as they lie in a file: whole and checked through a buffer, or glimpsed without their payload.

use std::{
    fs::{File, Metadata},
    io,
    os::unix::fs::{FileExt, MetadataExt},
    path::Path,
};

use super::{
    codec::{self, Span},
    frame::{FrameKind, HEAD, LogError, MAGIC, MAX_PAYLOAD, checksum},
};

/// So much is read at a time; a frame that is larger is read in one piece too.
const PIECE: usize = 256 * 1024;
/// A glimpse reads so many bytes: a frame's head and an interval's span.
const GLIMPSE: usize = HEAD + codec::MAX_SPAN;

/// Which file a path stands for; it changes when another is renamed over it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FileId(u64, u64);

impl FileId {
    pub(super) fn of(metadata: &Metadata) -> Self {
        Self(metadata.dev(), metadata.ino())
    }
}

/// What stands at an offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    /// The end of what is written, or a frame in the making.
    Nothing,
    /// A frame that is whole and wrong.
    Damaged,
    /// A frame, and the length of its payload.
    Whole(FrameKind, usize),
}

/// Reads one frame after the other. A frame in the making is not seen, also when a part of it is buffered already.
#[derive(Debug)]
pub(super) struct Frames {
    file: File,
    id: FileId,
    /// Where `buffer` begins in the file.
    base: u64,
    buffer: Vec<u8>,
    /// Bytes of `buffer` that have been passed.
    at: usize,
}

impl Frames {
    /// At the first frame.
    pub(super) fn open(path: &Path) -> Result<Self, LogError> {
        let io_error = |source| LogError::Io { path: path.display().to_string(), source };
        let file = File::open(path).map_err(io_error)?;
        let id = FileId::of(&file.metadata().map_err(io_error)?);
        let mut magic = [0; MAGIC.len()];
        let length = read_at(&file, &mut magic, 0).map_err(io_error)?;
        // Killed while its first bytes were written: a torn log like any other, with nothing in it.
        if magic.get(..length) != MAGIC.get(..length) {
            return Err(LogError::Foreign { path: path.display().to_string() });
        }
        let base = if length == MAGIC.len() { MAGIC.len() as u64 } else { 0 };
        Ok(Self { file, id, base, buffer: Vec::new(), at: 0 })
    }

    pub(super) fn id(&self) -> FileId {
        self.id
    }

    pub(super) fn file(&self) -> &File {
        &self.file
    }

    /// Where the next frame begins.
    pub(super) fn offset(&self) -> u64 {
        self.base + self.at as u64
    }

    /// Goes to where a frame begins.
    pub(super) fn seek(&mut self, offset: u64) {
        (self.base, self.at) = (offset, 0);
        self.buffer.clear();
    }

    /// What stands here; stays here.
    pub(super) fn peek(&mut self) -> io::Result<Found> {
        if self.offset() == 0 {
            return Ok(Found::Nothing);
        }
        let found = self.judge()?;
        if matches!(found, Found::Whole(..)) {
            return Ok(found);
        }
        // What was buffered may have been half a frame: judged by what the file holds now.
        self.seek(self.offset());
        self.judge()
    }

    fn judge(&mut self) -> io::Result<Found> {
        // Taken before the bytes are: a file that grows in between has a frame in the making, not a damaged one.
        let end = self.file.metadata()?.len();
        let left = end.saturating_sub(self.offset() + HEAD as u64);
        let Some(head) = self.bytes(HEAD)?.first_chunk::<HEAD>() else { return Ok(Found::Nothing) };
        let [kind, l0, l1, l2, l3, c0, c1, c2, c3] = *head;
        let (length, sum) = (u32::from_le_bytes([l0, l1, l2, l3]), u32::from_le_bytes([c0, c1, c2, c3]));
        // A tail of garbage gives a length past the end, or no known kind: both are a tear.
        let Some(known) = FrameKind::of(kind) else { return Ok(Found::Nothing) };
        if length <= MAX_PAYLOAD {
            let size = length as usize;
            let whole = self.bytes(HEAD + size)?.get(HEAD..HEAD + size);
            if whole.is_some_and(|payload| checksum(kind, payload) == sum) {
                return Ok(Found::Whole(known, size));
            }
        }
        // A whole frame that is wrong is damage, unless nothing follows it: then it is the frame in the making.
        Ok(if left <= u64::from(length) { Found::Nothing } else { Found::Damaged })
    }

    /// The bytes from here on, `wanted` of them at least unless the file ends before.
    fn bytes(&mut self, wanted: usize) -> io::Result<&[u8]> {
        let held = self.buffer.len() - self.at;
        if held < wanted {
            self.buffer.drain(..self.at);
            self.base += self.at as u64;
            self.at = 0;
            self.buffer.resize(held + (wanted - held).max(PIECE), 0);
            let read = read_at(&self.file, &mut self.buffer[held..], self.base + held as u64);
            self.buffer.truncate(held + read.as_ref().map_or(0, |read| *read));
            read?;
        }
        Ok(&self.buffer[self.at..])
    }

    /// The payload of the frame that was found here.
    pub(super) fn payload(&self, length: usize) -> &[u8] {
        self.buffer.get(self.at + HEAD..self.at + HEAD + length).unwrap_or_default()
    }

    /// The frame that was found here, head and payload.
    pub(super) fn frame(&self, length: usize) -> &[u8] {
        self.buffer.get(self.at..self.at + HEAD + length).unwrap_or_default()
    }

    /// Passes the frame that was found here.
    pub(super) fn pass(&mut self, length: usize) {
        self.at = (self.at + HEAD + length).min(self.buffer.len());
    }
}

/// A frame seen in passing: nothing of it is checked but its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Glimpse {
    /// Where the next frame begins.
    pub(super) end: u64,
    /// An interval's span; None for other frames.
    pub(super) span: Option<Span>,
}

/// Glimpses the frame at an offset; None where there is none.
pub(super) fn glimpse(file: &File, offset: u64) -> io::Result<Option<Glimpse>> {
    let mut bytes = [0; GLIMPSE];
    let length = read_at(file, &mut bytes, offset)?;
    let bytes = bytes.get(..length).unwrap_or_default();
    let Some((&[kind, l0, l1, l2, l3, ..], payload)) = bytes.split_first_chunk::<HEAD>() else { return Ok(None) };
    let Some(kind) = FrameKind::of(kind) else { return Ok(None) };
    let end = offset + HEAD as u64 + u64::from(u32::from_le_bytes([l0, l1, l2, l3]));
    let span = if kind == FrameKind::Interval { codec::span(payload) } else { None };
    Ok(Some(Glimpse { end, span }))
}

/// Fills the buffer as far as the file reaches and gives the number of bytes read.
pub(super) fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    let mut filled = 0;
    while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match file.read_at(rest, offset + filled as u64) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}
