//! Expansion: which samples of which metrics a record is. Metrics, units and counts are k6's.

#[cfg(test)]
mod tests;

use crate::{
    metric::{MetricDef, Record, RequestTimes, Sampled, catalogue as c},
    record_log::{Entry, Recorded},
};

/// The metrics whose samples are parts of a record, or that have a place of their own for another reason.
static PLACED: [&MetricDef; 25] = [
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
    &c::HTTP_ERRORS,
    &c::HTTP_REQ_RESPONSE_TIME,
    &c::ITERATION_RESPONSE_TIME,
    &c::SCHEDULE_LAG,
    &c::ITERATION_FAILURES,
    &c::GROUP_DURATION,
    &c::PARALLEL_WIDTH,
    &c::INTERRUPTED_REQUESTS,
    &c::INTERRUPTED_ITERATIONS,
    &c::RESENT_REQUESTS,
];

/// Every metric that has raw samples, except those of the profile: those with a place, those of steps, the gauges.
pub(crate) static SAMPLED: [&MetricDef; OWN] = {
    let mut all = [PLACED[0]; OWN];
    let mut place = copied(&PLACED, &mut all, 0);
    let mut family = 0;
    while family < c::STEP_FAMILIES.len() {
        place = copied(c::STEP_FAMILIES[family], &mut all, place);
        family += 1;
    }
    copied(&c::SAMPLED_GAUGES, &mut all, place);
    all
};

/// Copies metrics to a place and the next ones; returns the place after them.
const fn copied(from: &[&'static MetricDef], all: &mut [&'static MetricDef; OWN], place: usize) -> usize {
    let mut at = 0;
    while at < from.len() {
        all[place + at] = from[at];
        at += 1;
    }
    place + at
}

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
const HTTP_ERRORS: usize = 15;
const RESPONSE_TIME: usize = 16;
const ITERATION_RESPONSE_TIME: usize = 17;
const SCHEDULE_LAG: usize = 18;
const FIRST_GAUGE: usize = OWN - c::SAMPLED_GAUGES.len();
/// The place of a metric of the profile: a series has one at most.
pub(in crate::output) const OWN: usize = {
    let (mut of_steps, mut family) = (0, 0);
    while family < c::STEP_FAMILIES.len() {
        of_steps += c::STEP_FAMILIES[family].len();
        family += 1;
    }
    PLACED.len() + of_steps + c::SAMPLED_GAUGES.len()
};
// A selection has a bit for each place.
const _: () = assert!(OWN <= u128::BITS as usize);
/// Places with that of the profile's metrics.
pub(in crate::output) const PLACES: usize = OWN + 1;

/// A sample's value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum SampleValue {
    /// A time in nanoseconds, to be written in milliseconds.
    Time(u64),
    /// A count.
    Count(u64),
    /// A gauge or a sample of a metric of the profile; finite.
    Float(f64),
}

/// A name that no sample has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` has no raw samples")]
pub struct UnknownMetric(pub String);

/// The metrics that are written: all, unless they are named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MetricSelection {
    places: u128,
    /// Names of metrics of the profile; None for all.
    own: Option<Vec<String>>,
}

impl Default for MetricSelection {
    fn default() -> Self {
        Self { places: u128::MAX, own: None }
    }
}

impl MetricSelection {
    /// Only these. A name that the catalogue does not have is one of the profile's.
    ///
    /// # Errors
    /// The first name of a metric without samples, or that is almost that of one with samples.
    pub fn only<N: AsRef<str>>(names: impl IntoIterator<Item = N>) -> Result<Self, UnknownMetric> {
        let (mut places, mut own) = (0, Vec::new());
        for name in names {
            let name = name.as_ref();
            let near = |metric: &&MetricDef| strsim::damerau_levenshtein(&metric.name, name) <= 2;
            match SAMPLED.iter().position(|metric| metric.name == name) {
                Some(place) => places |= 1_u128 << place,
                None if name.is_empty() || c::find(name).is_some() || SAMPLED.iter().any(near) => {
                    return Err(UnknownMetric(name.to_owned()));
                }
                None => own.push(name.to_owned()),
            }
        }
        Ok(Self { places, own: Some(own) })
    }

    /// The metrics that are written.
    pub(in crate::output) fn metrics(&self) -> impl Iterator<Item = &'static MetricDef> {
        (0..).zip(SAMPLED).filter(|(place, _)| self.has(*place)).map(|(_, metric)| metric)
    }

    fn has(&self, place: usize) -> bool {
        self.places >> place & 1 == 1
    }

    fn has_own(&self, name: &str) -> bool {
        self.own.as_ref().is_none_or(|own| own.iter().any(|known| known == name))
    }

    /// Gives the selected samples of an entry: the place of their metric in [`SAMPLED`], or [`OWN`], its name, and their
    /// value.
    #[inline]
    pub fn expand(&self, recorded: &Recorded<'_>, mut each: impl FnMut(usize, &str, SampleValue)) {
        let mut give = |place: usize, value: SampleValue| match SAMPLED.get(place) {
            Some(metric) if self.has(place) => each(place, &metric.name, value),
            None if self.has_own(&recorded.metric.name) => each(OWN, &recorded.metric.name, value),
            _ => {}
        };
        match &recorded.entry {
            Entry::Record(Record::Sample { of, bits }) => {
                let place = match of {
                    Sampled::First => place_of(recorded.metric).unwrap_or(OWN),
                    Sampled::IterationResponseTime => ITERATION_RESPONSE_TIME,
                    Sampled::ScheduleLag => SCHEDULE_LAG,
                };
                let value = f64::from_bits(*bits);
                if value.is_finite() {
                    give(place, SampleValue::Float(value));
                }
            }
            Entry::Record(record) => expand_record(record, &mut give),
            Entry::Gauge { metric, value } => {
                let place = place_of(metric);
                // A receiver refuses the whole batch for one value that is no number.
                if let Some(place) = place.filter(|place| *place >= FIRST_GAUGE && value.is_finite()) {
                    give(place, SampleValue::Float(*value));
                }
            }
        }
    }
}

fn place_of(metric: &MetricDef) -> Option<usize> {
    SAMPLED.iter().position(|known| known.name == metric.name)
}

#[inline]
fn expand_record(record: &Record, give: &mut impl FnMut(usize, SampleValue)) {
    match *record {
        Record::Request { failed, times } => {
            let RequestTimes { sending, waiting, receiving, .. } = times;
            give(REQS, SampleValue::Count(1));
            give(DURATION, SampleValue::Time(sending.saturating_add(waiting).saturating_add(receiving)));
            connect(times, give);
            give(SENDING, SampleValue::Time(sending));
            give(WAITING, SampleValue::Time(waiting));
            give(RECEIVING, SampleValue::Time(receiving));
            outcome(failed, times, give);
        }
        Record::Unsent { failed, times } => {
            connect(times, give);
            outcome(failed, times, give);
        }
        Record::Iteration { cut_off, duration, sent, received } => {
            give(DATA_SENT, SampleValue::Count(sent));
            give(DATA_RECEIVED, SampleValue::Count(received));
            if !cut_off {
                give(ITERATION_DURATION, SampleValue::Time(duration));
                give(ITERATIONS, SampleValue::Count(1));
            }
        }
        Record::Check { passed } => give(CHECKS, SampleValue::Count(passed.into())),
        Record::Dropped { count } => give(DROPPED, SampleValue::Count(count)),
        // It needs the series' metric.
        Record::Sample { .. } => {}
    }
}

fn outcome(failed: bool, times: RequestTimes, give: &mut impl FnMut(usize, SampleValue)) {
    give(FAILED, SampleValue::Count(failed.into()));
    if failed {
        give(HTTP_ERRORS, SampleValue::Count(1));
    }
    if let Some(response) = times.response {
        give(RESPONSE_TIME, SampleValue::Time(response));
    }
}

fn connect(times: RequestTimes, give: &mut impl FnMut(usize, SampleValue)) {
    give(BLOCKED, SampleValue::Time(times.blocked));
    give(CONNECTING, SampleValue::Time(times.connecting));
    give(TLS, SampleValue::Time(times.tls));
}
