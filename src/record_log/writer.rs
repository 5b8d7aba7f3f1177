//! Appending, within a limit: one `write` a chunk, so that a kill loses at most the chunk in the making.

use std::{
    collections::{HashMap, VecDeque},
    fs::{self, File, OpenOptions},
    io::{self, ErrorKind, Write},
    path::{Path, PathBuf},
};

use super::{
    dictionary::{SeriesKey, define},
    frame::{encode_gauges, encode_records},
    position::Position,
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
    /// Records written.
    pub written: u64,
    /// Records lost: by the worker, to the limit or to a full disk.
    pub lost: u64,
}

/// Writes the segments of a run.
#[derive(Debug)]
pub(crate) struct RecordLog {
    folder: PathBuf,
    head: Head,
    limit_bytes: u64,
    pub(super) segment_bytes: u64,
    /// The segment that is written to.
    pub(super) open: Option<File>,
    /// Segments that exist, by number and length; the open one is the last.
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
        let workers = u32::try_from(workers.max(1)).map_err(io::Error::other)?;
        Ok(Self {
            folder,
            head: Head { start_ns: run_start_unix_ms.saturating_mul(1_000_000), workers },
            limit_bytes,
            segment_bytes: (limit_bytes / LEAST_SEGMENTS).min(SEGMENT_BYTES),
            open: None,
            segments: VecDeque::new(),
            next: 1,
            known: Vec::new(),
            untold: Vec::new(),
            families: HashMap::new(),
        })
    }

    /// Appends a worker's chunk. Past the limit, and when the disk is full, its records are lost and counted.
    ///
    /// # Errors
    /// When the disk fails otherwise; the log then ends before the chunk.
    pub(crate) fn append(&mut self, worker: usize, records: &Records) -> io::Result<Appended> {
        let worker = u32::try_from(worker).map_err(io::Error::other)?;
        for (family, (metric, labels)) in &records.definitions {
            self.define(SeriesKey { worker, family: *family }, metric, labels);
        }
        let mut all = Appended { written: 0, lost: records.lost };
        for (bytes, count) in records.parts() {
            let appended = self.append_frame(Kind::Records, &encode_records(worker, count, bytes), count)?;
            all.written += appended.written;
            all.lost += appended.lost;
        }
        Ok(all)
    }

    /// Appends gauges of the coordinator, each in its metric's unit.
    ///
    /// # Errors
    /// As [`RecordLog::append`].
    pub(crate) fn append_gauges(
        &mut self,
        at_unix_ns: i64,
        gauges: &[(&'static MetricDef, Labels, f64)],
    ) -> io::Result<Appended> {
        let gauges: Vec<_> =
            gauges.iter().map(|(metric, labels, value)| (self.family(labels), *metric, *value)).collect();
        self.append_frame(Kind::Gauges, &encode_gauges(at_unix_ns, &gauges), gauges.len() as u64)
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

    fn append_frame(&mut self, kind: Kind, payload: &[u8], count: u64) -> io::Result<Appended> {
        let size = (2 * HEAD + payload.len() + self.untold.len()) as u64;
        let fits = self.open_bytes() + size <= self.segment_bytes;
        let begins = self.open.is_none() || self.open_bytes() == 0 || !fits;
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
        if self.total_bytes() + bytes.len() as u64 > self.limit_bytes {
            return Ok(Appended { written: 0, lost: count });
        }
        let written = if begins { self.begin(&bytes) } else { self.go_on(&bytes) };
        match written {
            Ok(()) => {
                self.untold.clear();
                Ok(Appended { written: count, lost: 0 })
            }
            Err(error) if matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded) => {
                Ok(Appended { written: 0, lost: count })
            }
            Err(error) => Err(error),
        }
    }

    fn begin(&mut self, bytes: &[u8]) -> io::Result<()> {
        // One that a full disk left empty is used: a reader may have it open already.
        if self.open.is_none() || self.open_bytes() > 0 {
            let path = segment::path(&self.folder, self.next);
            self.open = Some(OpenOptions::new().create_new(true).append(true).open(&path)?);
            self.segments.push_back((self.next, 0));
            self.next += 1;
        }
        self.go_on(bytes)
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

    /// Bytes of all segments.
    #[must_use]
    pub(crate) fn total_bytes(&self) -> u64 {
        self.segments.iter().map(|(_, length)| length).sum()
    }

    /// Deletes segments before a position that all readers have passed.
    ///
    /// # Errors
    /// When one can't be deleted; one that is gone already is none.
    pub(crate) fn release(&mut self, passed: Position) -> io::Result<()> {
        while self.segments.len() > 1
            && let Some((number, _)) = self.segments.front()
            && *number < passed.segment
        {
            match fs::remove_file(segment::path(&self.folder, *number)) {
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
                _ => drop(self.segments.pop_front()),
            }
        }
        Ok(())
    }
}
