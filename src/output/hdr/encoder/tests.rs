//! Tests of lines, read back by the library.

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
