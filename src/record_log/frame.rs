//! Frames as they are read: records of a worker, or gauges of the coordinator, each with its labels and its time.

use super::{
    dictionary::{Dictionary, SeriesKey},
    segment::Head,
};
use crate::metric::{
    Labels, MetricDef, Record, catalogue,
    record::RecordReader,
    varint::{self, VarintReader},
};

/// What was recorded.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Entry {
    /// By a worker.
    Record(Record),
    /// By the coordinator.
    Gauge {
        /// Which gauge.
        metric: &'static MetricDef,
        /// Its value, in the metric's unit.
        value: f64,
    },
}

/// One thing that was recorded.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Recorded<'a> {
    /// Whose labels.
    pub key: SeriesKey,
    /// The first metric of its family: that of a sample of a metric of the profile.
    pub metric: &'a MetricDef,
    /// The labels.
    pub labels: &'a Labels,
    /// When, Unix nanoseconds. Of two things that a run's workers recorded no two have the same.
    pub at_unix_ns: i64,
    /// What.
    pub entry: Entry,
}

/// A frame, checked to its last byte.
#[derive(Debug)]
pub struct Frame<'a> {
    entries: Entries<'a>,
    count: u64,
}

/// What is left of a frame.
#[derive(Debug, Clone)]
pub(crate) struct Entries<'a> {
    dictionary: &'a Dictionary,
    worker: u32,
    body: Body<'a>,
}

#[derive(Debug, Clone)]
enum Body<'a> {
    Records { head: Head, reader: RecordReader<'a> },
    Gauges { at_unix_ns: i64, input: VarintReader<'a> },
}

impl<'a> Frame<'a> {
    /// Reads a frame of a worker's records; None when it is none.
    pub(super) fn of_records(head: Head, dictionary: &'a Dictionary, payload: &'a [u8]) -> Option<Self> {
        let mut input = VarintReader::new(payload);
        let worker = u32::try_from(input.number()?).ok().filter(|worker| *worker < head.workers)?;
        let count = input.number()?;
        let reader = RecordReader::new(input.rest());
        Self { entries: Entries { dictionary, worker, body: Body::Records { head, reader } }, count }.checked()
    }

    /// Reads a frame of gauges; None when it is none.
    pub(super) fn of_gauges(head: Head, dictionary: &'a Dictionary, payload: &'a [u8]) -> Option<Self> {
        let (at, rest) = payload.split_first_chunk()?;
        let mut input = VarintReader::new(rest);
        let count = input.number()?;
        let body = Body::Gauges { at_unix_ns: i64::from_le_bytes(*at), input };
        Self { entries: Entries { dictionary, worker: head.workers, body }, count }.checked()
    }

    /// Reading everything twice costs a tenth of formatting it, and spares every reader the question.
    fn checked(self) -> Option<Self> {
        let mut entries = self.entries.clone();
        let count = entries.by_ref().count() as u64;
        let whole = match &entries.body {
            Body::Records { reader, .. } => reader.is_at_end(),
            Body::Gauges { input, .. } => input.rest().is_empty(),
        };
        (whole && count == self.count).then_some(self)
    }

    /// The entries, in the order of their recording.
    #[must_use]
    pub(crate) fn entries(&self) -> Entries<'a> {
        self.entries.clone()
    }
}

impl<'a> Iterator for Entries<'a> {
    type Item = Recorded<'a>;

    fn next(&mut self) -> Option<Recorded<'a>> {
        let (family, at_unix_ns, entry) = match &mut self.body {
            Body::Records { head, reader } => {
                let (tick, family, record) = reader.read()?;
                (family, head.time(self.worker, tick)?, Entry::Record(record))
            }
            Body::Gauges { at_unix_ns, input } => {
                let family = u32::try_from(input.number()?).ok()?;
                let metric = catalogue::find(input.text()?)?;
                let value = input.float()?;
                (family, *at_unix_ns, Entry::Gauge { metric, value })
            }
        };
        let key = SeriesKey { worker: self.worker, family };
        let (metric, labels) = self.dictionary.get(key)?;
        Some(Recorded { key, metric, labels, at_unix_ns, entry })
    }
}

/// Puts the payload of a frame of records together.
pub(super) fn encode_records(worker: u32, count: u64, records: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(records.len() + 2 * varint::LONGEST);
    varint::put(&mut out, worker.into());
    varint::put(&mut out, count);
    out.extend_from_slice(records);
    out
}

/// Puts the payload of a frame of gauges together: families, metrics and values.
pub(super) fn encode_gauges(at_unix_ns: i64, gauges: &[(u32, &MetricDef, f64)]) -> Vec<u8> {
    let mut out = at_unix_ns.to_le_bytes().to_vec();
    varint::put(&mut out, gauges.len() as u64);
    for (family, metric, value) in gauges {
        varint::put(&mut out, (*family).into());
        varint::put_text(&mut out, &metric.name);
        out.extend_from_slice(&value.to_le_bytes());
    }
    out
}
