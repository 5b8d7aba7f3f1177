//! Expansion: which samples of which metrics a record is. Metrics, units and counts are k6's.

#[cfg(test)]
mod tests;

use crate::{
    metric::{MetricDef, Record, RequestTimes, catalogue as c},
    record_log::Entry,
};

/// Every metric that has raw samples.
pub(crate) static SAMPLED: [&MetricDef; 17] = [
    &c::HTTP_REQS,
    &c::HTTP_REQ_DURATION,
    &c::HTTP_REQ_BLOCKED,
    &c::HTTP_REQ_CONNECTING,
    &c::HTTP_REQ_TLS_HANDSHAKING,
    &c::HTTP_REQ_SENDING,
    &c::HTTP_REQ_WAITING,
    &c::HTTP_REQ_RECEIVING,
    &c::HTTP_REQ_FAILED,
    &c::DATA_SENT,
    &c::DATA_RECEIVED,
    &c::ITERATION_DURATION,
    &c::ITERATIONS,
    &c::CHECKS,
    &c::DROPPED_ITERATIONS,
    &c::VUS,
    &c::VUS_MAX,
];

const REQS: usize = 0;
const DURATION: usize = 1;
const BLOCKED: usize = 2;
const CONNECTING: usize = 3;
const TLS: usize = 4;
const SENDING: usize = 5;
const WAITING: usize = 6;
const RECEIVING: usize = 7;
const FAILED: usize = 8;
const DATA_SENT: usize = 9;
const DATA_RECEIVED: usize = 10;
const ITERATION_DURATION: usize = 11;
const ITERATIONS: usize = 12;
const CHECKS: usize = 13;
const DROPPED: usize = 14;
const FIRST_GAUGE: usize = 15;

/// A sample's value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Amount {
    /// A time in nanoseconds, to be written in milliseconds.
    Time(u64),
    /// A count.
    Count(u64),
    /// A gauge; finite.
    Float(f64),
}

/// A name that no sample has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` has no raw samples")]
pub struct UnknownMetric(pub String);

/// The metrics that are written: all, unless they are named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Selection(u32);

impl Default for Selection {
    fn default() -> Self {
        Self(u32::MAX)
    }
}

impl Selection {
    /// Only these.
    ///
    /// # Errors
    /// The first name that no sample has.
    pub fn only<N: AsRef<str>>(names: impl IntoIterator<Item = N>) -> Result<Self, UnknownMetric> {
        let mut mask = 0;
        for name in names {
            let place = SAMPLED.iter().position(|metric| metric.name == name.as_ref());
            mask |= 1_u32 << place.ok_or_else(|| UnknownMetric(name.as_ref().to_owned()))?;
        }
        Ok(Self(mask))
    }

    /// The metrics that are written.
    pub(in crate::output) fn metrics(self) -> impl Iterator<Item = &'static MetricDef> {
        (0..).zip(SAMPLED).filter(move |(place, _)| self.has(*place)).map(|(_, metric)| metric)
    }

    fn has(self, place: usize) -> bool {
        self.0 >> place & 1 == 1
    }

    /// Gives the selected samples of an entry: the place of their metric in [`SAMPLED`], and their value.
    #[inline]
    pub fn expand(self, entry: &Entry, mut each: impl FnMut(usize, Amount)) {
        let mut give = |place: usize, value: Amount| {
            if self.has(place) {
                each(place, value);
            }
        };
        match entry {
            Entry::Record(record) => expand_record(record, &mut give),
            Entry::Gauge { metric, value } => {
                let place = SAMPLED.iter().position(|known| known.name == metric.name);
                // A receiver refuses the whole batch for one value that is no number.
                if let Some(place) = place.filter(|place| *place >= FIRST_GAUGE && value.is_finite()) {
                    give(place, Amount::Float(*value));
                }
            }
        }
    }
}

#[inline]
fn expand_record(record: &Record, give: &mut impl FnMut(usize, Amount)) {
    match *record {
        Record::Request { failed, times } => {
            let RequestTimes { sending, waiting, receiving, .. } = times;
            give(REQS, Amount::Count(1));
            give(DURATION, Amount::Time(sending.saturating_add(waiting).saturating_add(receiving)));
            connect(times, give);
            give(SENDING, Amount::Time(sending));
            give(WAITING, Amount::Time(waiting));
            give(RECEIVING, Amount::Time(receiving));
            give(FAILED, Amount::Count(failed.into()));
        }
        Record::Unsent { failed, times } => {
            connect(times, give);
            give(FAILED, Amount::Count(failed.into()));
        }
        Record::Iteration { cut_off, duration, sent, received } => {
            give(DATA_SENT, Amount::Count(sent));
            give(DATA_RECEIVED, Amount::Count(received));
            if !cut_off {
                give(ITERATION_DURATION, Amount::Time(duration));
                give(ITERATIONS, Amount::Count(1));
            }
        }
        Record::Check { passed } => give(CHECKS, Amount::Count(passed.into())),
        Record::Dropped { count } => give(DROPPED, Amount::Count(count)),
    }
}

fn connect(times: RequestTimes, give: &mut impl FnMut(usize, Amount)) {
    give(BLOCKED, Amount::Time(times.blocked));
    give(CONNECTING, Amount::Time(times.connecting));
    give(TLS, Amount::Time(times.tls));
}
