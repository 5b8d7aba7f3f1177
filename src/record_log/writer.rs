//! Appending, within a limit: one `write` a chunk, so that a kill loses at most the chunk in the making.

use std::{
    collections::{HashMap, VecDeque},
    fs::{self, File, OpenOptions},
    io::{self, ErrorKind, Write},
    path::{Path, PathBuf},
};

use super::{
    cursor::RecordCursor,
    dictionary::{Dictionary, SeriesKey, define},
    frame::{Frame, encode_gauges, encode_records},
    memory::{MAX_BYTES, MemorySegments, SEGMENT_BYTES as MEMORY_SEGMENT_BYTES},
    position::{Position, RecordReadError},
    segment::{self, Head, Kind, MAGIC},
};
use crate::{
    interval_log::frame::{HEAD, seal},
    metric::{Labels, MetricDef, Records, catalogue},
};

/// Size of a segment, unless the limit is small.
const SEGMENT_BYTES: u64 = 32 * 1024 * 1024;
/// Segments that fit into a small limit: what readers have passed is given back a segment at a time.
const LEAST_SEGMENTS: u64 = 4;

/// What became of records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Appended {
    /// Records kept, on disk or in memory.
    pub written: u64,
    /// Records lost: to the limit, or because the disk takes none and the memory for them is used up.
    pub lost: u64,
}

impl Appended {
    fn add(&mut self, other: Self) {
        self.written += other.written;
        self.lost += other.lost;
    }
}

/// Why records were lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Loss {
    /// The log is as large as it may be.
    Limit,
    /// The disk takes none, and the memory for them is used up.
    Disk(ErrorKind),
}

/// Hears of a frame that is lost, and why.
pub(crate) type OnLoss<'a> = &'a mut dyn FnMut(Loss, &Frame<'_>);

/// Writes the segments of a run.
#[derive(Debug)]
pub(crate) struct RecordLog {
    folder: PathBuf,
    head: Head,
    limit_bytes: u64,
    pub(super) segment_bytes: u64,
    /// The segment that is written to.
    pub(super) open: Option<File>,
    /// Segments that the disk did not take.
    memory: MemorySegments,
    pub(super) memory_bytes: usize,
    /// Why the disk did not take the last one.
    refused: ErrorKind,
    /// Segments that exist, by number and length, those in memory too; the open one is the last.
    segments: VecDeque<(u64, u64)>,
    /// Number of the next segment.
    next: u64,
    /// All definitions.
    known: Vec<u8>,
    /// Definitions that the open segment does not hold.
    untold: Vec<u8>,
    /// Families of the coordinator.
    families: HashMap<Labels, u32>,
}

impl RecordLog {
    /// Makes the folder `records` in a run's folder, for a run of so many workers, and never fills it past `limit_bytes`.
    ///
    /// # Errors
    /// When the folder exists or can't be made.
    pub(crate) fn create(run: &Path, run_start_unix_ms: i64, workers: usize, limit_bytes: u64) -> io::Result<Self> {
        let folder = segment::folder(run);
        fs::create_dir(&folder)?;
        Self::in_folder(folder, run_start_unix_ms, workers, limit_bytes)
    }

    /// Goes on with the log of a process that is gone: what it left half-written is cut, and a new segment follows.
    ///
    /// # Errors
    /// When the folder can't be read or written.
    pub(crate) fn reopen(run: &Path, run_start_unix_ms: i64, workers: usize, limit_bytes: u64) -> io::Result<Self> {
        let folder = segment::folder(run);
        fs::create_dir_all(&folder)?;
        let mut numbers = segment::numbers(&folder)?;
        if let Some(last) = numbers.last().copied() {
            let whole = whole_bytes(run, last).map_err(io::Error::other)?;
            let path = segment::path(&folder, last);
            if whole > MAGIC.len() as u64 {
                OpenOptions::new().write(true).open(&path)?.set_len(whole)?;
            } else {
                fs::remove_file(&path)?;
                numbers.pop();
            }
        }
        let mut log = Self::in_folder(folder, run_start_unix_ms, workers, limit_bytes)?;
        log.next = numbers.last().map_or(1, |last| last + 1);
        for number in numbers {
            let length = fs::metadata(segment::path(&log.folder, number))?.len();
            log.segments.push_back((number, length));
        }
        Ok(log)
    }

    fn in_folder(folder: PathBuf, run_start_unix_ms: i64, workers: usize, limit_bytes: u64) -> io::Result<Self> {
        let workers = u32::try_from(workers.max(1)).map_err(io::Error::other)?;
        Ok(Self {
            folder,
            head: Head { start_ns: run_start_unix_ms.saturating_mul(1_000_000), workers },
            limit_bytes,
            segment_bytes: (limit_bytes / LEAST_SEGMENTS).min(SEGMENT_BYTES),
            open: None,
            memory: MemorySegments::default(),
            memory_bytes: MAX_BYTES,
            refused: ErrorKind::StorageFull,
            segments: VecDeque::new(),
            next: 1,
            known: Vec::new(),
            untold: Vec::new(),
            families: HashMap::new(),
        })
    }

    /// The segments in memory, for readers.
    #[must_use]
    pub(crate) fn memory(&self) -> MemorySegments {
        self.memory.clone()
    }

    /// Appends a worker's chunk. What the disk does not take is kept in memory; past the bound of either its records are
    /// lost and counted.
    pub(crate) fn append(&mut self, worker: u32, records: &Records, on_loss: OnLoss<'_>) -> Appended {
        for (family, (metric, labels)) in &records.definitions {
            self.define(SeriesKey { worker, family: *family }, metric, labels);
        }
        let mut all = Appended::default();
        for (bytes, count) in records.parts() {
            all.add(self.append_frame(Kind::Records, &encode_records(worker, count, bytes), count, on_loss));
        }
        all
    }

    /// Appends gauges of the coordinator, each in its metric's unit.
    pub(crate) fn append_gauges(
        &mut self,
        at_unix_ns: i64,
        gauges: &[(&'static MetricDef, Labels, f64)],
        on_loss: OnLoss<'_>,
    ) -> Appended {
        let gauges: Vec<_> =
            gauges.iter().map(|(metric, labels, value)| (self.family(labels), *metric, *value)).collect();
        let count = gauges.len() as u64;
        self.append_frame(Kind::Gauges, &encode_gauges(at_unix_ns, &gauges), count, on_loss)
    }

    fn family(&mut self, labels: &Labels) -> u32 {
        if let Some(family) = self.families.get(labels) {
            return *family;
        }
        let family = u32::try_from(self.families.len()).unwrap_or(u32::MAX);
        self.families.insert(labels.clone(), family);
        // A gauge names its metric itself, and shares the labels with others.
        self.define(SeriesKey { worker: self.head.workers, family }, &catalogue::VUS, labels);
        family
    }

    /// Kept even when the chunk is lost that came with it: later ones refer to it.
    fn define(&mut self, key: SeriesKey, metric: &MetricDef, labels: &Labels) {
        let begin = self.known.len();
        define(&mut self.known, key, metric, labels);
        self.untold.extend_from_slice(&self.known[begin..]);
    }

    fn append_frame(&mut self, kind: Kind, payload: &[u8], count: u64, on_loss: OnLoss<'_>) -> Appended {
        // Behind what is in memory, so that the order stays.
        let kept = if self.memory.is_empty() { self.append_to_disk(kind, payload) } else { Err(Refusal::Disk) };
        let kept = match kept {
            Err(Refusal::Disk) => self.append_to_memory(kind, payload),
            Err(Refusal::Loss(loss)) => Err(loss),
            Ok(()) => Ok(()),
        };
        match kept {
            Ok(()) => Appended { written: count, lost: 0 },
            Err(loss) => {
                self.report(loss, kind, payload, on_loss);
                Appended { written: 0, lost: count }
            }
        }
    }

    fn append_to_disk(&mut self, kind: Kind, payload: &[u8]) -> Result<(), Refusal> {
        let size = (2 * HEAD + payload.len() + self.untold.len()) as u64;
        let fits = self.open_bytes() + size <= self.segment_bytes;
        let begins = self.open.is_none() || self.open_bytes() == 0 || !fits;
        let bytes = self.frames(begins, kind, payload);
        if self.total_bytes() + bytes.len() as u64 > self.limit_bytes {
            return Err(Refusal::Loss(Loss::Limit));
        }
        let written = if begins { self.begin(&bytes) } else { self.go_on(&bytes) };
        written.map_err(|error| {
            self.refused = error.kind();
            Refusal::Disk
        })?;
        self.untold.clear();
        Ok(())
    }

    fn append_to_memory(&mut self, kind: Kind, payload: &[u8]) -> Result<(), Loss> {
        let last = self.segments.back().and_then(|(number, _)| Some((*number, self.memory.length(*number)?)));
        let begins = last.is_none_or(|(_, length)| length + payload.len() > MEMORY_SEGMENT_BYTES);
        let bytes = self.frames(begins, kind, payload);
        if self.memory.bytes() + bytes.len() > self.memory_bytes {
            return Err(Loss::Disk(self.refused));
        }
        if begins {
            // What follows on disk is a segment of its own, behind those in memory.
            self.open = None;
            self.segments.push_back((self.next, 0));
            self.next += 1;
        }
        if let Some((number, length)) = self.segments.back_mut() {
            self.memory.append(*number, &bytes);
            *length += bytes.len() as u64;
        }
        self.untold.clear();
        Ok(())
    }

    /// A frame with the definitions before it, and at the beginning of a segment with its head.
    fn frames(&self, begins: bool, kind: Kind, payload: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        if begins {
            bytes.extend_from_slice(MAGIC);
            seal(&mut bytes, Kind::Head as u8, &self.head.encode());
        }
        let definitions = if begins { &self.known } else { &self.untold };
        if !definitions.is_empty() {
            seal(&mut bytes, Kind::Definitions as u8, definitions);
        }
        seal(&mut bytes, kind as u8, payload);
        bytes
    }

    fn report(&self, loss: Loss, kind: Kind, payload: &[u8], on_loss: OnLoss<'_>) {
        let mut dictionary = Dictionary::default();
        let known = dictionary.learn(&self.known);
        let frame = known.and_then(|()| match kind {
            Kind::Gauges => Frame::of_gauges(self.head, &dictionary, payload),
            _ => Frame::of_records(self.head, &dictionary, payload),
        });
        if let Some(frame) = frame {
            on_loss(loss, &frame);
        }
    }

    /// Writes what is in memory to the disk, as far as that has space again.
    pub(crate) fn flush(&mut self) {
        while let Some((number, bytes)) = self.memory.first() {
            if self.total_bytes() + bytes.len() as u64 > self.limit_bytes {
                return;
            }
            let path = segment::path(&self.folder, number);
            let written = OpenOptions::new().create_new(true).write(true).open(&path);
            if let Err(error) = written.and_then(|mut file| file.write_all(&bytes)) {
                self.refused = error.kind();
                drop(fs::remove_file(&path));
                return;
            }
            self.memory.remove(number);
        }
    }

    fn begin(&mut self, bytes: &[u8]) -> io::Result<()> {
        let path = segment::path(&self.folder, self.next);
        self.open = Some(OpenOptions::new().create_new(true).append(true).open(&path)?);
        self.segments.push_back((self.next, 0));
        self.next += 1;
        self.go_on(bytes).inspect_err(|_| {
            // The next segment, in memory or on disk, takes its number: no reader waits for what never comes.
            if fs::remove_file(&path).is_ok() {
                self.segments.pop_back();
                self.next -= 1;
            }
            self.open = None;
        })
    }

    fn go_on(&mut self, bytes: &[u8]) -> io::Result<()> {
        let (Some(file), Some((_, length))) = (&mut self.open, self.segments.back_mut()) else { return Ok(()) };
        if let Err(error) = file.write_all(bytes) {
            // Back to the last whole frame; if that fails too, this segment is over.
            if file.set_len(*length).is_err() {
                self.open = None;
            }
            return Err(error);
        }
        *length += bytes.len() as u64;
        Ok(())
    }

    fn open_bytes(&self) -> u64 {
        self.segments.back().map_or(0, |(_, length)| *length)
    }

    /// Bytes of all segments on disk.
    #[must_use]
    pub(crate) fn total_bytes(&self) -> u64 {
        self.segments.iter().map(|(_, length)| length).sum::<u64>().saturating_sub(self.memory.bytes() as u64)
    }

    /// Deletes segments that all readers have passed: those on disk before `durable`, where a later process would go on,
    /// and those in memory before `read`.
    ///
    /// # Errors
    /// When one can't be deleted; one that is gone already is none.
    pub(crate) fn release(&mut self, durable: Option<Position>, read: Option<Position>) -> io::Result<()> {
        let last = self.next - 1;
        let passed = |number: u64, position: Option<Position>| {
            number < last && position.is_some_and(|position| number < position.segment)
        };
        let in_memory = self.memory.numbers();
        for number in in_memory.iter().filter(|number| passed(**number, read)) {
            self.memory.remove(*number);
            self.segments.retain(|(known, _)| known != number);
        }
        let on_disk = self.segments.iter().map(|(number, _)| *number).filter(|number| !in_memory.contains(number));
        for number in on_disk.filter(|number| passed(*number, durable)).collect::<Vec<_>>() {
            match fs::remove_file(segment::path(&self.folder, number)) {
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
                _ => self.segments.retain(|(known, _)| *known != number),
            }
        }
        Ok(())
    }
}

/// Bytes of whole frames in a segment.
fn whole_bytes(run: &Path, number: u64) -> Result<u64, RecordReadError> {
    let mut cursor = RecordCursor::open(run, MemorySegments::default(), Some(Position { segment: number, offset: 0 }))?;
    loop {
        match cursor.next_frame() {
            Ok(None) => return Ok(cursor.position().offset),
            Err(error @ RecordReadError::Io { .. }) => return Err(error),
            // The cursor has passed what is damaged; its readers report it.
            Ok(Some(_)) | Err(_) => {}
        }
    }
}

/// Why the disk did not get a frame.
enum Refusal {
    /// It does not take it.
    Disk,
    /// It is lost.
    Loss(Loss),
}
