//! Raw records: one request, iteration, check or drop each, in about fifteen bytes; opt-in and bounded.
//!
//! ```text
//!  record = tag u8 (kind and flags) · step · family · fields      numbers are varints, times are nanoseconds
//!
//!  tick    = max(nanoseconds since the start of the run / workers, last tick + 1)     step = tick - last tick
//!  Unix ns = start of the run + tick · workers + worker
//! ```
//!
//! Ticks of a worker are unique, and the remainder by the number of workers identifies the worker: the time of a record
//! is unique in the whole run, and fixed when it is recorded, so that a retransmission is the same point.

mod writer;

pub(crate) use writer::{RecordWriter, Records};

use super::varint::{self, VarintReader};

/// Maximum length of a record: a tag, step, family and seven fields.
const LONGEST: usize = 1 + 9 * varint::LONGEST;

const REQUEST: u8 = 0;
const ITERATION: u8 = 1;
const CHECK: u8 = 2;
const DROPPED: u8 = 3;
const SAMPLE: u8 = 4;
const KIND: u8 = 0b0000_0111;
/// Request: failed. Iteration: interrupted. Check: passed.
const FLAG: u8 = 0b0000_1000;
/// Request: failed before a byte was written; no times of sending, waiting and receiving follow.
const UNSENT: u8 = 0b0001_0000;
/// Request: a connection was made; times of connecting and TLS follow.
const CONNECTED: u8 = 0b0010_0000;
/// Request: it has a response time, which follows.
const TIMED: u8 = 0b0100_0000;

/// The times of one attempt, in nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RequestTimes {
    /// Waiting for a connection.
    pub blocked: u64,
    /// TCP connect.
    pub connecting: u64,
    /// TLS handshake.
    pub tls: u64,
    /// Writing the request.
    pub sending: u64,
    /// From the request written to the first byte of the response.
    pub waiting: u64,
    /// From the first to the last byte of the response.
    pub receiving: u64,
    /// From the intended start to the end, where the attempt has a response time.
    pub response: Option<u64>,
}

/// A raw record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Record {
    /// An attempt of which at least one byte was written; of HTTP, `http_reqs` counts it.
    Request {
        /// Whether it failed.
        failed: bool,
        /// Durations of its phases.
        times: RequestTimes,
    },
    /// An attempt that ended before a byte was written; of HTTP, `http_req_failed` counts it and `http_reqs` doesn't.
    Unsent {
        /// Whether it failed.
        failed: bool,
        /// Durations of its phases; sending, waiting and receiving are zero.
        times: RequestTimes,
    },
    /// An iteration.
    Iteration {
        /// Whether it was interrupted; then only its bytes count.
        cut_off: bool,
        /// From its start to its end, in nanoseconds.
        duration: u64,
        /// Bytes written by its attempts.
        sent: u64,
        /// Bytes read by its attempts.
        received: u64,
    },
    /// A check.
    Check {
        /// Whether it passed.
        passed: bool,
    },
    /// Iterations that were never started.
    Dropped {
        /// Number of iterations.
        count: u64,
    },
    /// A sample of one metric.
    Sample {
        /// Of which.
        of: Sampled,
        /// The value as raw outputs write it (times in milliseconds), as the bits of a float.
        bits: u64,
    },
}

/// The metric of a single sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sampled {
    /// The first of the family: a metric of the profile, the duration of a group and the like.
    First,
    /// Response time of an iteration.
    IterationResponseTime,
    /// By how much an arrival was taken up late.
    ScheduleLag,
}

impl Sampled {
    const ALL: [Self; 3] = [Self::First, Self::IterationResponseTime, Self::ScheduleLag];
}

impl Record {
    /// A sample, in the unit in which raw outputs write it.
    #[must_use]
    pub fn sample(of: Sampled, value: f64) -> Self {
        Self::Sample { of, bits: value.to_bits() }
    }

    /// How many samples raw outputs make of it, where they write all metrics.
    #[must_use]
    pub fn samples(&self) -> u64 {
        match self {
            Self::Request { failed, times } => 9 + u64::from(*failed) + u64::from(times.response.is_some()),
            Self::Unsent { failed, times } => 4 + u64::from(*failed) + u64::from(times.response.is_some()),
            Self::Iteration { cut_off, .. } => {
                if *cut_off {
                    2
                } else {
                    4
                }
            }
            Self::Check { .. } | Self::Dropped { .. } | Self::Sample { .. } => 1,
        }
    }
}

/// Appends a record, `step` ticks after the last one.
fn encode(out: &mut Vec<u8>, step: u64, family: u32, record: &Record) {
    let begin = |out: &mut Vec<u8>, kind: u8, flag: bool| {
        out.push(kind | if flag { FLAG } else { 0 });
        varint::put(out, step);
        varint::put(out, family.into());
    };
    match *record {
        Record::Request { failed, times } | Record::Unsent { failed, times } => {
            let connected = times.connecting != 0 || times.tls != 0;
            let unsent = matches!(record, Record::Unsent { .. });
            let timed = if times.response.is_some() { TIMED } else { 0 };
            let flags = if connected { CONNECTED } else { 0 } | if unsent { UNSENT } else { 0 } | timed;
            begin(out, REQUEST | flags, failed);
            varint::put(out, times.blocked);
            if connected {
                varint::put(out, times.connecting);
                varint::put(out, times.tls);
            }
            if !unsent {
                varint::put(out, times.sending);
                varint::put(out, times.waiting);
                varint::put(out, times.receiving);
            }
            if let Some(response) = times.response {
                varint::put(out, response);
            }
        }
        Record::Iteration { cut_off, duration, sent, received } => {
            begin(out, ITERATION, cut_off);
            varint::put(out, duration);
            varint::put(out, sent);
            varint::put(out, received);
        }
        Record::Check { passed } => begin(out, CHECK, passed),
        Record::Dropped { count } => {
            begin(out, DROPPED, false);
            varint::put(out, count);
        }
        Record::Sample { of, bits } => {
            begin(out, SAMPLE, false);
            varint::put(out, of as u64);
            out.extend_from_slice(&bits.to_le_bytes());
        }
    }
}

/// Reads the records of a chunk in order.
#[derive(Debug, Clone)]
pub(crate) struct RecordReader<'a> {
    input: VarintReader<'a>,
    tick: u64,
}

impl<'a> RecordReader<'a> {
    /// A reader at the first record.
    #[must_use]
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { input: VarintReader::new(bytes), tick: 0 }
    }

    /// The next record with its tick and family; None at the end, and on invalid bytes.
    pub(crate) fn read(&mut self) -> Option<(u64, u32, Record)> {
        let tag = self.input.byte()?;
        self.tick = self.tick.checked_add(self.input.number()?)?;
        let family = u32::try_from(self.input.number()?).ok()?;
        let (flag, flags) = (tag & FLAG != 0, tag & !KIND & !FLAG);
        let record = match tag & KIND {
            REQUEST if flags & !(UNSENT | CONNECTED | TIMED) == 0 => self.request(flag, flags)?,
            ITERATION if flags == 0 => {
                let (duration, sent, received) = (self.input.number()?, self.input.number()?, self.input.number()?);
                Record::Iteration { cut_off: flag, duration, sent, received }
            }
            CHECK if flags == 0 => Record::Check { passed: flag },
            DROPPED if flags == 0 && !flag => Record::Dropped { count: self.input.number()? },
            SAMPLE if flags == 0 && !flag => {
                let of = *Sampled::ALL.get(usize::try_from(self.input.number()?).ok()?)?;
                Record::Sample { of, bits: self.input.float()?.to_bits() }
            }
            _ => return None,
        };
        Some((self.tick, family, record))
    }

    fn request(&mut self, failed: bool, flags: u8) -> Option<Record> {
        let mut times = RequestTimes { blocked: self.input.number()?, ..RequestTimes::default() };
        if flags & CONNECTED != 0 {
            (times.connecting, times.tls) = (self.input.number()?, self.input.number()?);
        }
        let unsent = flags & UNSENT != 0;
        if !unsent {
            times.sending = self.input.number()?;
            times.waiting = self.input.number()?;
            times.receiving = self.input.number()?;
        }
        if flags & TIMED != 0 {
            times.response = Some(self.input.number()?);
        }
        Some(if unsent { Record::Unsent { failed, times } } else { Record::Request { failed, times } })
    }

    /// Whether all records were read.
    #[must_use]
    pub(crate) fn is_at_end(&self) -> bool {
        self.input.rest().is_empty()
    }
}

#[cfg(test)]
mod tests;
