//! Segments: their names, and what stands at the head of each.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use crate::metric::varint::{self, VarintReader};

/// First bytes of a segment. The line end inside catches transfers that "repair" line ends.
pub(crate) const MAGIC: &[u8; 8] = b"LAREC\x01\r\n";
/// Version of the layout; a reader refuses others.
const LAYOUT: u64 = 2;

/// What a frame holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// [`Head`], once, first.
    Head = 1,
    /// First metrics and labels of families.
    Definitions = 2,
    /// A worker's chunk.
    Records = 3,
    /// Gauges of the coordinator.
    Gauges = 4,
}

impl Kind {
    /// The kind of a number.
    #[must_use]
    pub(crate) fn of(number: u8) -> Option<Self> {
        [Self::Head, Self::Definitions, Self::Records, Self::Gauges].into_iter().find(|kind| *kind as u8 == number)
    }
}

/// What makes ticks into times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Head {
    /// Start of the run, Unix nanoseconds.
    pub start_ns: i64,
    /// Workers of the run.
    pub workers: u32,
}

impl Head {
    /// The head as bytes.
    #[must_use]
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut out = Vec::new();
        varint::put(&mut out, LAYOUT);
        varint::put(&mut out, self.workers.into());
        out.extend_from_slice(&self.start_ns.to_le_bytes());
        out
    }

    /// The head of some bytes; None when they are none, or of another layout.
    #[must_use]
    pub(crate) fn decode(bytes: &[u8]) -> Option<Self> {
        let mut input = VarintReader::new(bytes);
        let known = input.number()? == LAYOUT;
        let workers = u32::try_from(input.number()?).ok().filter(|workers| known && *workers > 0)?;
        let start_ns = i64::from_le_bytes(input.rest().try_into().ok()?);
        Some(Self { start_ns, workers })
    }

    /// The time of a worker's tick, Unix nanoseconds; None past the end of time.
    #[must_use]
    pub(crate) fn time(&self, worker: u32, tick: u64) -> Option<i64> {
        let since = tick.checked_mul(self.workers.into())?.checked_add(worker.into())?;
        self.start_ns.checked_add_unsigned(since)
    }
}

/// The folder of the segments of a run.
#[must_use]
pub(crate) fn folder(run: &Path) -> PathBuf {
    run.join("records")
}

/// The file of a segment.
#[must_use]
pub(crate) fn path(folder: &Path, number: u64) -> PathBuf {
    folder.join(format!("{number:06}.log"))
}

/// Numbers of the segments that exist, ascending; files of other names are passed over.
///
/// # Errors
/// When the folder can't be read.
pub(crate) fn numbers(folder: &Path) -> io::Result<Vec<u64>> {
    let mut numbers = Vec::new();
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name();
        let number = name.to_str().and_then(|name| name.strip_suffix(".log")?.parse().ok());
        numbers.extend(number.filter(|number| path(folder, *number).file_name() == Some(&name)));
    }
    numbers.sort_unstable();
    Ok(numbers)
}
