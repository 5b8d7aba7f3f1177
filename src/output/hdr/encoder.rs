//! `HdrHistogram` interval log (`.hlog`, version 1.3), for the tools that read nothing else: a line per push and trend.
//!
//! Values are whole microseconds (of other units thousandths), as `HdrHistogram`'s users expect, recorded at the geometric
//! middle of their base-2 bucket and never outside the exact extremes, the largest one exactly; the column of maxima is in milliseconds. The tag
//! is the metric. Start stamps are seconds since the start of the run, which the header names.

#[cfg(test)]
mod tests;

use std::{
    collections::BTreeMap,
    time::{Duration, UNIX_EPOCH},
};

use hdrhistogram::serialization::{
    V2DeflateSerializer,
    interval_log::{IntervalLogWriterBuilder, Tag},
};

use crate::{
    metric::{Histogram, Interval, Kind, MetricDef, SeriesId, Value, bucket},
    output::{batch::Batch, encoder::Encoder},
    threshold::shown_factor,
};

/// From what is recorded to the column of maxima.
const MAX_DIVISOR: f64 = 1_000.0;
/// 0.1 %, a little finer than the recorded buckets.
const SIGNIFICANT_DIGITS: u8 = 3;

/// Turns intervals into lines of an interval log.
#[derive(Debug)]
pub(crate) struct HdrEncoder {
    started_at_ms: i64,
    /// Every trend seen so far, in order of appearance.
    metrics: Vec<MetricDef>,
    /// Series of trends: place of their metric.
    series: BTreeMap<SeriesId, usize>,
    span: BTreeMap<usize, Histogram>,
    begin_ms: Option<i64>,
    end_ms: i64,
}

impl HdrEncoder {
    /// An encoder without observations, for a run that started at a time (Unix milliseconds).
    #[must_use]
    pub(crate) fn new(started_at_ms: i64) -> Self {
        Self {
            started_at_ms,
            metrics: Vec::new(),
            series: BTreeMap::new(),
            span: BTreeMap::new(),
            begin_ms: None,
            end_ms: 0,
        }
    }

    /// The header: what a file begins with, once.
    #[must_use]
    pub(crate) fn head(&self) -> Vec<u8> {
        let started = UNIX_EPOCH + millis(self.started_at_ms);
        let mut head = Vec::new();
        let written = IntervalLogWriterBuilder::new()
            .add_comment("[Histogram log format version 1.3]")
            .add_comment("[Values are in microseconds, maxima in milliseconds; Tag= is the metric]")
            .with_start_time(started)
            .with_base_time(started)
            .with_max_value_divisor(MAX_DIVISOR)
            .begin_log_with(&mut head, &mut V2DeflateSerializer::new())
            .is_ok();
        debug_assert!(written, "writing into memory does not fail");
        head.extend_from_slice(
            b"\"StartTimestamp\",\"Interval_Length\",\"Interval_Max\",\"Interval_Compressed_Histogram\"\n",
        );
        head
    }
}

impl Encoder for HdrEncoder {
    fn fold(&mut self, interval: &Interval) {
        for series in interval.new_series.iter().filter(|series| series.metric.kind == Kind::Trend) {
            let known = self.metrics.iter().position(|metric| metric.name == series.metric.name);
            let place = known.unwrap_or_else(|| {
                self.metrics.push(series.metric.clone());
                self.metrics.len() - 1
            });
            self.series.insert(series.id, place);
        }
        for (id, value) in &interval.values {
            if let (Some(place), Value::Trend(histogram)) = (self.series.get(id), value) {
                self.span.entry(*place).or_default().merge(histogram);
            }
        }
        self.begin_ms.get_or_insert(interval.start_ms);
        self.end_ms = interval.end_ms;
    }

    /// The lines of the span, one per trend that was observed; nothing when no interval came since the last push.
    fn push(&mut self) -> Vec<Batch> {
        let Some(begin_ms) = self.begin_ms.take() else { return Vec::new() };
        let (start, length) = (millis(begin_ms - self.started_at_ms), millis(self.end_ms - begin_ms));
        let mut batch = Batch::default();
        for (place, histogram) in std::mem::take(&mut self.span) {
            let line = self.metrics.get(place).and_then(|metric| line(metric, &histogram, start, length));
            if let Some(line) = line {
                batch.part(|out| out.extend(line));
            }
        }
        if batch.samples() == 0 { Vec::new() } else { vec![batch] }
    }
}

fn millis(millis: i64) -> Duration {
    Duration::from_millis(u64::try_from(millis).unwrap_or(0))
}

/// None without observations. The library's other errors (counts past 2^63, a full disk) can't happen here.
fn line(metric: &MetricDef, histogram: &Histogram, start: Duration, length: Duration) -> Option<Vec<u8>> {
    let converted = converted(histogram, shown_factor(metric) * MAX_DIVISOR)?;
    let tag = metric.name.replace([',', ' ', '\r', '\n'], "_");
    let (mut log, mut serializer) = (Vec::new(), V2DeflateSerializer::new());
    IntervalLogWriterBuilder::new()
        .with_max_value_divisor(MAX_DIVISOR)
        .begin_log_with(&mut log, &mut serializer)
        .ok()?
        .write_histogram(&converted, start, length, Tag::new(&tag))
        .ok()?;
    // Before it stands the header that every writer begins with.
    log.split_inclusive(|byte| *byte == b'\n').next_back().map(<[u8]>::to_vec)
}

fn converted(histogram: &Histogram, factor: f64) -> Option<hdrhistogram::Histogram<u64>> {
    let (min, max) = (histogram.min()?, histogram.max()?);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "casts saturate, and below 0 is 0")]
    let whole = |value: f64| (value.max(min).min(max) * factor).round() as u64;
    let mut converted = hdrhistogram::Histogram::new_with_bounds(1, whole(max).max(2), SIGNIFICANT_DIGITS).ok()?;
    converted.saturating_record_n(0, histogram.zeros());
    let mut buckets = histogram.buckets().peekable();
    while let Some((index, count)) = buckets.next() {
        // The largest one is known exactly; readers take the column of maxima and the 100 % line from it.
        let largest = u64::from(buckets.peek().is_none());
        converted.saturating_record_n(whole(bucket::middle(index)), count - largest);
        converted.saturating_record_n(whole(max), largest);
    }
    Some(converted)
}
