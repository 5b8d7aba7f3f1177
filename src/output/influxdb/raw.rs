//! The line protocol, k6's layout: a measurement a metric, one field `value`, always a float, nanoseconds.
//!
//! `http_reqs,method=GET,name=home value=1 1700000000000000000`
//!
//! What stands before the value is rendered once a series and metric, and kept: a line is a copy and two numbers.

use std::collections::HashMap;

use super::line::key;
use crate::{
    metric::{Labels, Record, Sampled},
    output::samples::{
        Lines, SampleFormat, SampleOptions,
        expansion::PLACES,
        number::{put_short, put_whole},
    },
    record_log::{Entry, Recorded, SeriesKey},
};

/// Writes line protocol.
#[derive(Debug)]
pub(crate) struct RawFormat {
    options: SampleOptions,
    /// Before every measurement.
    prefix: String,
    /// One success in so many is written, with this as field `weight`; 1 for all of them.
    every: u32,
    series: HashMap<SeriesKey, Prefixes>,
}

/// `measurement,tags value=` by place of the metric; empty until it is needed.
type Prefixes = Box<[Vec<u8>]>;

impl RawFormat {
    /// A writer that has seen no series. Of `every` successes one is written, chosen by its time and nothing else, so
    /// that a repeat chooses alike; failures, drops and gauges are all written.
    #[must_use]
    pub(crate) fn new(options: SampleOptions, prefix: &str, every: u32) -> Self {
        Self { options, prefix: prefix.to_owned(), every: every.max(1), series: HashMap::new() }
    }

    /// How many a record stands for; None when it is not written.
    #[inline]
    fn weight(&self, recorded: &Recorded<'_>) -> Option<u32> {
        let rare = match recorded.entry {
            Entry::Record(Record::Request { failed, .. } | Record::Unsent { failed, .. }) => failed,
            Entry::Record(Record::Check { passed }) => !passed,
            // A sample of one metric is part of no other event, and rare.
            Entry::Record(Record::Dropped { .. } | Record::Sample { of: Sampled::First, .. }) | Entry::Gauge { .. } => {
                true
            }
            Entry::Record(Record::Sample { .. } | Record::Iteration { .. }) => false,
        };
        if rare || self.every == 1 {
            return Some(1);
        }
        (mixed(recorded.at_unix_ns.cast_unsigned()).is_multiple_of(self.every.into())).then_some(self.every)
    }
}

/// The finalizer of `SplitMix64` (Steele, Lea, Flood 2014): times of one worker share their remainder, and must not share
/// the choice.
#[inline]
fn mixed(number: u64) -> u64 {
    let number = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let number = (number ^ number >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ number >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ number >> 31
}

impl SampleFormat for RawFormat {
    fn head(&self) -> Vec<u8> {
        Vec::new()
    }

    fn write(&mut self, recorded: &Recorded<'_>, lines: &mut Lines) {
        let Some(weight) = self.weight(recorded) else { return };
        let prefixes = self.series.entry(recorded.key).or_insert_with(|| vec![Vec::new(); PLACES].into());
        let mut time = Vec::with_capacity(24);
        if self.every > 1 {
            time.extend_from_slice(b",weight=");
            put_whole(&mut time, weight.into());
        }
        time.push(b' ');
        if recorded.at_unix_ns < 0 {
            time.push(b'-');
        }
        put_whole(&mut time, recorded.at_unix_ns.unsigned_abs());
        self.options.metrics.expand(recorded, |place, name, value| {
            let prefix = &mut prefixes[place];
            if prefix.is_empty() {
                *prefix = render(&self.options, &format!("{}{}", self.prefix, name), recorded.labels);
            }
            lines.bytes.extend_from_slice(prefix);
            put_short(&mut lines.bytes, value);
            lines.bytes.extend_from_slice(&time);
            lines.end();
        });
    }
}

fn render(options: &SampleOptions, measurement: &str, labels: &Labels) -> Vec<u8> {
    let run = options.run_labels.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let mut text = key(measurement, run.chain(labels.iter()));
    text.extend_from_slice(b" value=");
    text
}
