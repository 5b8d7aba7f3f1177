//! Reading: a cursor is an offset; it sees whole, checked frames and stops before a torn one.

use std::{
    fs::{File, OpenOptions},
    io::{self, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
};

use super::{
    codec,
    frame::{Event, FrameKind, HEAD, Header, LogError, MAGIC, MAX_PAYLOAD, checksum},
};
use crate::metric::Interval;

/// One frame, read.
#[derive(Debug, Clone, PartialEq)]
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

/// What stands at a cursor.
enum Found {
    /// The end of what is written, or a frame in the making.
    Nothing,
    /// A frame that is whole and wrong.
    Damaged,
    /// A frame.
    Whole(FrameKind, Vec<u8>),
}

/// A position in a log. Reading a log that is still written to is safe: a frame in the making is not seen.
#[derive(Debug)]
pub struct Cursor {
    path: PathBuf,
    file: File,
    offset: u64,
}

impl Cursor {
    /// A cursor at the first frame.
    ///
    /// # Errors
    /// When the file can't be read or is no log.
    pub fn open(path: &Path) -> Result<Self, LogError> {
        let fault = |source| LogError::Io { path: path.display().to_string(), source };
        let mut file = File::open(path).map_err(fault)?;
        let mut magic = Vec::with_capacity(MAGIC.len());
        file.by_ref().take(MAGIC.len() as u64).read_to_end(&mut magic).map_err(fault)?;
        // Killed while its first bytes were written: a torn log like any other, with nothing in it.
        if !MAGIC.starts_with(&magic) {
            return Err(LogError::Foreign { path: path.display().to_string() });
        }
        let offset = if magic == MAGIC { MAGIC.len() as u64 } else { 0 };
        Ok(Self { path: path.to_owned(), file, offset })
    }

    /// The next whole frame; None at the end of what is written, and before a torn frame.
    ///
    /// # Errors
    /// When the file can't be read, or holds a whole frame that is damaged or of another version.
    pub fn read(&mut self) -> Result<Option<Entry>, LogError> {
        let read = self.read_frame();
        let frame = read.map_err(|source| LogError::Io { path: self.path.display().to_string(), source })?;
        let damaged = || LogError::Damaged { path: self.path.display().to_string(), offset: self.offset };
        let (kind, payload) = match frame {
            Found::Nothing => return Ok(None),
            Found::Damaged => return Err(damaged()),
            Found::Whole(kind, payload) => (kind, payload),
        };
        let entry = match kind {
            FrameKind::Header => serde_json::from_slice(&payload).ok().map(Entry::Header),
            FrameKind::Interval => codec::decode(&payload).map(|interval| Entry::Interval(Box::new(interval))),
            FrameKind::Event => serde_json::from_slice(&payload).ok().map(Entry::Event),
            FrameKind::End => serde_json::from_slice(&payload).ok().map(Entry::End),
        };
        let entry = entry.ok_or_else(damaged)?;
        self.offset += (HEAD + payload.len()) as u64;
        Ok(Some(entry))
    }

    /// Bytes read so far: whole frames only.
    #[must_use]
    pub fn offset(&self) -> u64 {
        self.offset
    }

    fn read_frame(&mut self) -> io::Result<Found> {
        if self.offset == 0 {
            return Ok(Found::Nothing);
        }
        self.file.seek(SeekFrom::Start(self.offset))?;
        let mut head = [0; HEAD];
        if !read_whole(&mut self.file, &mut head)? {
            return Ok(Found::Nothing);
        }
        let [kind, l0, l1, l2, l3, c0, c1, c2, c3] = head;
        let length = u32::from_le_bytes([l0, l1, l2, l3]);
        let left = self.file.metadata()?.len().saturating_sub(self.offset + HEAD as u64);
        // A tail of garbage gives a length past the end, or no known kind: both are a tear. A whole frame that is wrong
        // is damage, unless nothing follows it: then it is the frame in the making.
        let last = left <= u64::from(length);
        let Some(known) = FrameKind::of(kind).filter(|_| length <= MAX_PAYLOAD && left >= u64::from(length)) else {
            return Ok(if last || FrameKind::of(kind).is_none() { Found::Nothing } else { Found::Damaged });
        };
        let mut payload = vec![0; length as usize];
        let whole = read_whole(&mut self.file, &mut payload)?;
        let sound = whole && checksum(kind, &payload) == u32::from_le_bytes([c0, c1, c2, c3]);
        Ok(match (sound, last) {
            (true, _) => Found::Whole(known, payload),
            (false, true) => Found::Nothing,
            (false, false) => Found::Damaged,
        })
    }

    /// Bytes after the last whole frame, once [`Cursor::read`] has given None.
    ///
    /// # Errors
    /// When the file can't be read.
    pub fn torn_bytes(&self) -> Result<u64, LogError> {
        let length =
            self.file.metadata().map_err(|source| LogError::Io { path: self.path.display().to_string(), source })?;
        Ok(length.len().saturating_sub(self.offset))
    }

    /// Cuts a torn tail, unless the writer still lives (it holds a lock). Gives the number of bytes cut.
    ///
    /// # Errors
    /// When the file can't be written.
    pub fn cut_torn_tail(&mut self) -> Result<u64, LogError> {
        if self.torn_bytes()? == 0 {
            return Ok(0);
        }
        let path = self.path.display().to_string();
        let fault = |source| LogError::Io { path: path.clone(), source };
        let file = OpenOptions::new().write(true).open(&self.path).map_err(fault)?;
        if file.try_lock().is_err() {
            return Ok(0);
        }
        // The writer may have finished its frame, and itself, between the reading and the lock.
        while self.read()?.is_some() {}
        let torn = self.torn_bytes()?;
        file.set_len(self.offset).map_err(fault)?;
        Ok(torn)
    }
}

fn read_whole(file: &mut File, buffer: &mut [u8]) -> io::Result<bool> {
    match file.read_exact(buffer) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::interval_log::LogWriter;

    fn header() -> Header {
        Header {
            version: "1".into(),
            run_id: "r".into(),
            profile: "p".into(),
            instance: "i".into(),
            started_at_ms: 0,
            seed: 1,
            planned_ms: 0,
            labels: Vec::new(),
            scenarios: Vec::new(),
            thresholds: Vec::new(),
        }
    }

    fn count(cursor: &mut Cursor) -> usize {
        std::iter::from_fn(|| cursor.read().unwrap()).count()
    }

    #[test]
    fn a_torn_tail_is_noticed_and_cut_wherever_it_tears() {
        let folder = std::env::temp_dir().join(format!("loadagent-log-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let whole = folder.join("whole.log");
        drop(std::fs::remove_file(&whole));
        let mut lengths = Vec::new();
        {
            let mut log = LogWriter::create(&whole, &header()).unwrap();
            lengths.push(log.length());
            for sequence in 0..5 {
                let interval = Interval { sequence, start_ms: 1, end_ms: 2, ..Interval::default() };
                lengths.push(log.interval(&interval).unwrap());
            }
        }
        let bytes = std::fs::read(&whole).unwrap();
        let ends = [&[MAGIC.len() as u64], lengths.as_slice()].concat();
        for cut in 0..lengths[4] {
            let torn = folder.join("torn.log");
            std::fs::write(&torn, &bytes[..usize::try_from(cut).unwrap()]).unwrap();
            let mut cursor = Cursor::open(&torn).unwrap();
            let frames = count(&mut cursor);
            let whole: Vec<u64> = ends.iter().copied().filter(|end| *end <= cut).collect();
            assert_eq!(frames, whole.len().saturating_sub(1), "the first end is that of the magic");
            assert_eq!(cursor.cut_torn_tail().unwrap(), cut - whole.last().copied().unwrap_or(0));
            assert_eq!(cursor.torn_bytes().unwrap(), 0);
        }
        std::fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn damage_in_the_middle_is_told_and_never_cut() {
        let path = std::env::temp_dir().join(format!("loadagent-damaged-{}.log", std::process::id()));
        drop(std::fs::remove_file(&path));
        let mut log = LogWriter::create(&path, &header()).unwrap();
        let begin = usize::try_from(log.length()).unwrap();
        for sequence in 0..3 {
            log.interval(&Interval { sequence, ..Interval::default() }).unwrap();
        }
        drop(log);
        let mut bytes = std::fs::read(&path).unwrap();
        bytes[begin + HEAD] ^= 0x40;
        std::fs::write(&path, &bytes).unwrap();
        let mut cursor = Cursor::open(&path).unwrap();
        assert!(matches!(cursor.read(), Ok(Some(Entry::Header(_)))));
        assert!(matches!(cursor.read(), Err(LogError::Damaged { .. })));
        assert!(cursor.cut_torn_tail().is_err());
        assert_eq!(std::fs::read(&path).unwrap(), bytes);
        std::fs::remove_file(&path).unwrap();
    }

    #[test]
    fn a_living_log_is_read_but_never_cut() {
        let path = std::env::temp_dir().join(format!("loadagent-live-{}.log", std::process::id()));
        drop(std::fs::remove_file(&path));
        let mut log = LogWriter::create(&path, &header()).unwrap();
        let mut cursor = Cursor::open(&path).unwrap();
        assert!(matches!(cursor.read().unwrap(), Some(Entry::Header(_))));
        assert_eq!(cursor.read().unwrap(), None);
        std::fs::OpenOptions::new()
            .append(true)
            .open(&path)
            .and_then(|mut file| io::Write::write_all(&mut file, b"half"))
            .unwrap();
        assert_eq!(cursor.cut_torn_tail().unwrap(), 0);
        drop(cursor);
        log.event(&Event { at_ms: 1, kind: "k".into(), text: "t".into() }).unwrap();
        drop(log);
        std::fs::remove_file(&path).unwrap();
    }
}
