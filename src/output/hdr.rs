//! `HdrHistogram` interval log (`.hlog`, version 1.3), for the tools that read nothing else: a line per push and trend.
//!
//! Values are whole microseconds (of other units thousandths), as `HdrHistogram`'s users expect, recorded at the geometric
//! middle of their base-2 bucket and never outside the exact extremes, the largest one exactly; the column of maxima is in milliseconds. The tag
//! is the metric. Start stamps are seconds since the start of the run, which the header names.

use std::{
    collections::BTreeMap,
    time::{Duration, UNIX_EPOCH},
};

use hdrhistogram::serialization::{
    V2DeflateSerializer,
    interval_log::{IntervalLogWriterBuilder, Tag},
};

use super::{batch::Batch, encoder::Encoder};
use crate::{
    metric::{Histogram, Interval, Kind, MetricDef, SeriesId, Value, bucket},
    threshold::shown_factor,
};

/// From what is recorded to the column of maxima.
const MAX_DIVISOR: f64 = 1_000.0;
/// 0.1 %, a little finer than the recorded buckets.
const SIGNIFICANT_DIGITS: u8 = 3;

/// Turns intervals into lines of an interval log.
#[derive(Debug)]
pub struct HdrEncoder {
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
    pub fn new(started_at_ms: i64) -> Self {
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
    pub fn head(&self) -> Vec<u8> {
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

/// None without observations. The library's other faults (counts past 2^63, a full disk) can't happen here.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metric::{Labels, SeriesDef, catalogue};
    use hdrhistogram::serialization::{
        Deserializer,
        interval_log::{IntervalLogIterator, LogEntry},
    };
    use proptest::prelude::*;

    const STARTED: i64 = 1_763_700_000_500;

    fn recorded(values: &[f64]) -> Histogram {
        let mut histogram = Histogram::default();
        values.iter().for_each(|value| histogram.record(*value));
        histogram
    }

    fn interval(second: i64, values: Vec<(SeriesId, Histogram)>) -> Interval {
        let series = |(id, (metric, scenario)): (u32, (&MetricDef, &str))| SeriesDef {
            id,
            metric: metric.clone(),
            labels: Labels::new([("scenario", scenario)]),
        };
        let known = [
            (&catalogue::HTTP_REQS, "a"),
            (&catalogue::HTTP_REQ_DURATION, "a"),
            (&catalogue::HTTP_REQ_DURATION, "b"),
            (&catalogue::SCHEDULE_LAG, "a"),
        ];
        let start_ms = STARTED + second * 1_000;
        Interval {
            start_ms,
            end_ms: start_ms + 1_000,
            new_series: if second == 0 { (0..).zip(known).map(series).collect() } else { Vec::new() },
            values: values.into_iter().map(|(id, histogram)| (id, Value::Trend(Box::new(histogram)))).collect(),
            ..Interval::default()
        }
    }

    type Line = (String, Duration, Duration, f64, hdrhistogram::Histogram<u64>);

    fn read(log: &[u8]) -> Vec<Line> {
        let mut lines = Vec::new();
        for entry in IntervalLogIterator::new(log) {
            match entry.unwrap() {
                LogEntry::Interval(line) => {
                    let bytes = base64_of(line.encoded_histogram());
                    let histogram = Deserializer::new().deserialize(&mut bytes.as_slice()).unwrap();
                    let tag = line.tag().unwrap().as_str().to_owned();
                    lines.push((tag, line.start_timestamp(), line.duration(), line.max(), histogram));
                }
                LogEntry::StartTime(time) | LogEntry::BaseTime(time) => assert_eq!(time, millis(STARTED)),
            }
        }
        lines
    }

    fn base64_of(text: &str) -> Vec<u8> {
        const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let digit = |byte: u8| DIGITS.iter().position(|known| *known == byte).unwrap();
        let digits: Vec<usize> = text.bytes().filter(|byte| *byte != b'=').map(digit).collect();
        let bytes = digits.chunks(4).flat_map(|four| {
            let bits = four.iter().fold(0, |bits, digit| bits << 6 | digit) << (6 * (4 - four.len()));
            [bits >> 16, bits >> 8, bits].into_iter().take(four.len() - 1)
        });
        bytes.map(|bits| u8::try_from(bits & 0xff).unwrap()).collect()
    }

    fn log(encoder: &HdrEncoder, batches: &[Batch]) -> Vec<u8> {
        batches.iter().fold(encoder.head(), |log, batch| [&log, batch.content()].concat())
    }

    #[test]
    fn the_library_reads_back_what_was_written() {
        let mut encoder = HdrEncoder::new(STARTED);
        assert!(encoder.push().is_empty());
        encoder.fold(&interval(0, vec![(1, recorded(&[0.010, 0.020])), (2, recorded(&[0.5])), (3, recorded(&[0.0]))]));
        encoder.fold(&interval(1, vec![(1, recorded(&[0.040]))]));
        let mut batches = encoder.push();
        encoder.fold(&interval(2, Vec::new()));
        assert!(encoder.push().is_empty(), "a silent span has no line");
        encoder.fold(&interval(3, vec![(2, recorded(&[1.0]))]));
        batches.extend(encoder.push());
        assert_eq!(batches.iter().map(Batch::samples).collect::<Vec<_>>(), [2, 1]);
        let log = log(&encoder, &batches);
        assert!(log.starts_with(b"#[Histogram log format version 1.3]\n#[Values"));
        let lines = read(&log);
        let heads: Vec<_> = lines
            .iter()
            .map(|(tag, start, length, max, _)| (&**tag, start.as_millis(), length.as_millis(), *max))
            .collect();
        // The maximum is the upper end of its own bucket: 0.1 %.
        assert_eq!(
            heads,
            [
                ("http_req_duration", 0, 2_000, 500.223),
                ("schedule_lag", 0, 2_000, 0.0),
                ("http_req_duration", 3_000, 1_000, 1_000.447)
            ]
        );
        assert_eq!(lines.iter().map(|(.., histogram)| histogram.len()).collect::<Vec<_>>(), [4, 1, 1]);
    }

    proptest! {
        #[test]
        fn counts_are_equal_and_quantiles_close(values in prop::collection::vec(1e-3..100.0_f64, 1..300), zeros in 0_usize..5) {
            let histogram = recorded(&[vec![0.0; zeros], values].concat());
            let mut encoder = HdrEncoder::new(STARTED);
            encoder.fold(&interval(0, vec![(1, histogram.clone())]));
            let batches = encoder.push();
            let lines = read(&log(&encoder, &batches));
            let read = &lines[0].4;
            prop_assert_eq!(read.len(), histogram.count());
            for q in [0.0, 0.25, 0.5, 0.9, 0.99, 1.0] {
                let (truth, shown) = (histogram.quantile(q).unwrap() * 1e6, read.value_at_quantile(q) as f64);
                prop_assert!((shown - truth).abs() <= truth * 0.005, "{shown} for {truth} at {q}");
            }
        }
    }
}
