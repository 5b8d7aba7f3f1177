//! Raw samples: a record becomes what k6 makes of the same event, ten samples a request, and samples become lines.
//!
//! ```text
//!  record log ─▶ Recorded ─▶ expansion (k6's metrics, milliseconds) ─▶ influx · json · csv ─▶ lines with their ends
//! ```
//!
//! Pure: bytes in, bytes out. Never keeps a line; delivery cuts batches where lines end. Labels keep their own
//! names (`error_class`); k6's `url` is not written, because `name` holds the step.
//! Start with [`expansion`], then the formats in `json`, `csv` and `influxdb`.

pub(super) mod expansion;
pub(super) mod number;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use self::expansion::MetricSelection;
use crate::{metric::Labels, record_log::Recorded};

/// Lines, and where each of them ends.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lines {
    /// The lines, each with its line end.
    pub bytes: Vec<u8>,
    /// Offset after each line.
    pub ends: Vec<u32>,
}

impl Lines {
    /// Ends the line that was written last. A batch is far smaller than what 32 bits count.
    pub(super) fn end(&mut self) {
        self.bytes.push(b'\n');
        self.ends.push(u32::try_from(self.bytes.len()).unwrap_or(u32::MAX));
    }
}

/// A format of raw samples.
pub trait SampleFormat {
    /// What a file begins with.
    fn head(&self) -> Vec<u8>;

    /// Appends the lines of a record, a line a sample: never more than eleven, so that a batch is cut between two calls or
    /// at any of the lines' ends. What is written of a record depends on it alone: a repeat is cut alike.
    fn write(&mut self, recorded: &Recorded<'_>, lines: &mut Lines);
}

/// The input of every format.
#[derive(Debug, Clone, Default)]
pub struct SampleOptions {
    /// Labels of every sample; those of a series win over them.
    pub run_labels: Vec<(String, String)>,
    /// Which metrics are written.
    pub metrics: MetricSelection,
}

impl SampleOptions {
    /// Labels of a series with those of the run, sorted by name, without empty ones.
    pub(super) fn all_labels<'a>(&'a self, labels: &'a Labels) -> BTreeMap<&'a str, &'a str> {
        let run = self.run_labels.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        run.chain(labels.iter()).filter(|(name, value)| !name.is_empty() && !value.is_empty()).collect()
    }
}
