//! The remote-write 1.0 messages, written by hand (two dozen fields; property-tested against prost).
//!
//! Field numbers: prometheus/prompb `remote.proto` and `types.proto`. Histograms: the native-histogram specification.

use std::collections::BTreeMap;

use crate::metric::Histogram;

const VARINT: u32 = 0;
const FIXED64: u32 = 1;
const BYTES: u32 = 2;
/// Empty buckets that cost less than a new span.
const BRIDGED_GAP: i32 = 2;

fn varint(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    out.push((number & 0x7f) as u8);
}

fn key(out: &mut Vec<u8>, field: u32, wire_type: u32) {
    varint(out, u64::from(field << 3 | wire_type));
}

fn bytes(out: &mut Vec<u8>, field: u32, content: &[u8]) {
    key(out, field, BYTES);
    varint(out, content.len() as u64);
    out.extend_from_slice(content);
}

fn double(out: &mut Vec<u8>, field: u32, value: f64) {
    key(out, field, FIXED64);
    out.extend_from_slice(&value.to_le_bytes());
}

#[expect(clippy::cast_sign_loss, reason = "protobuf's int64 is two's complement")]
fn int(out: &mut Vec<u8>, field: u32, number: i64) {
    key(out, field, VARINT);
    varint(out, number as u64);
}

#[expect(clippy::cast_sign_loss, reason = "zig-zag keeps every bit")]
fn zigzag(number: i64) -> u64 {
    ((number << 1) ^ (number >> 63)) as u64
}

/// Writes labels (field 1 of a series), `__name__` among them, sorted by name.
pub fn put_labels(out: &mut Vec<u8>, name: &str, labels: &BTreeMap<String, String>) {
    let mut all: BTreeMap<&str, &str> = labels.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    all.insert("__name__", name);
    let mut label = Vec::new();
    for (name, value) in all.into_iter().filter(|(_, value)| !value.is_empty()) {
        label.clear();
        bytes(&mut label, 1, name.as_bytes());
        bytes(&mut label, 2, value.as_bytes());
        bytes(out, 1, &label);
    }
}

/// Writes a series (field 1 of the request): its labels and one sample or histogram.
pub fn put_series(out: &mut Vec<u8>, labels: &[u8], content: impl FnOnce(&mut Vec<u8>)) {
    let mut series = labels.to_vec();
    content(&mut series);
    bytes(out, 1, &series);
}

/// Writes a sample (field 2 of a series).
pub fn put_sample(out: &mut Vec<u8>, value: f64, at_ms: i64) {
    let mut sample = Vec::with_capacity(20);
    double(&mut sample, 1, value);
    int(&mut sample, 2, at_ms);
    bytes(out, 2, &sample);
}

/// Writes a native histogram (field 4 of a series) at a resolution. The reset hint stays unknown, as the
/// specification asks of senders that can't be sure of the receiver's state.
pub fn put_histogram(out: &mut Vec<u8>, histogram: &Histogram, scale: u32, at_ms: i64) {
    let buckets = histogram.buckets_at(scale);
    let mut message = Vec::with_capacity(64 + 3 * buckets.len());
    key(&mut message, 1, VARINT);
    varint(&mut message, histogram.count());
    double(&mut message, 3, histogram.sum());
    key(&mut message, 4, VARINT);
    varint(&mut message, zigzag(scale.into()));
    // Field 5, the width of the zero bucket, stays 0: nothing but exact zeros is in it.
    key(&mut message, 6, VARINT);
    varint(&mut message, histogram.zeros());
    let (spans, deltas) = spans_and_deltas(&buckets);
    for (offset, length) in spans {
        let mut span = Vec::with_capacity(8);
        key(&mut span, 1, VARINT);
        varint(&mut span, zigzag(offset.into()));
        key(&mut span, 2, VARINT);
        varint(&mut span, length.into());
        bytes(&mut message, 11, &span);
    }
    let mut packed = Vec::with_capacity(2 * deltas.len());
    deltas.iter().for_each(|delta| varint(&mut packed, zigzag(*delta)));
    bytes(&mut message, 12, &packed);
    int(&mut message, 15, at_ms);
    bytes(out, 4, &message);
}

/// Runs of buckets as (offset from the last run, length), and every count as the difference to the one before.
fn spans_and_deltas(buckets: &[(i32, u64)]) -> (Vec<(i32, u32)>, Vec<i64>) {
    let mut spans: Vec<(i32, u32)> = Vec::new();
    let mut deltas = Vec::with_capacity(buckets.len());
    let (mut next, mut last) = (0_i32, 0_i64);
    for (index, count) in buckets {
        let gap = index - next;
        match spans.last_mut() {
            Some((_, length)) if gap <= BRIDGED_GAP => {
                for _ in 0..gap {
                    deltas.push(-last);
                    last = 0;
                    *length += 1;
                }
                *length += 1;
            }
            _ => spans.push((gap, 1)),
        }
        let count = i64::try_from(*count).unwrap_or(i64::MAX);
        deltas.push(count - last);
        last = count;
        next = index + 1;
    }
    (spans, deltas)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use prost::Message;

    #[derive(Message)]
    struct Request {
        #[prost(message, repeated, tag = "1")]
        series: Vec<Series>,
    }
    #[derive(Message)]
    struct Series {
        #[prost(message, repeated, tag = "1")]
        labels: Vec<Label>,
        #[prost(message, repeated, tag = "2")]
        samples: Vec<Sample>,
        #[prost(message, repeated, tag = "4")]
        histograms: Vec<Native>,
    }
    #[derive(Message)]
    struct Label {
        #[prost(string, tag = "1")]
        name: String,
        #[prost(string, tag = "2")]
        value: String,
    }
    #[derive(Message)]
    struct Sample {
        #[prost(double, tag = "1")]
        value: f64,
        #[prost(int64, tag = "2")]
        timestamp: i64,
    }
    #[derive(Message)]
    struct Span {
        #[prost(sint32, tag = "1")]
        offset: i32,
        #[prost(uint32, tag = "2")]
        length: u32,
    }
    #[derive(Message)]
    struct Native {
        #[prost(uint64, tag = "1")]
        count: u64,
        #[prost(double, tag = "3")]
        sum: f64,
        #[prost(sint32, tag = "4")]
        schema: i32,
        #[prost(uint64, tag = "6")]
        zero_count: u64,
        #[prost(message, repeated, tag = "11")]
        spans: Vec<Span>,
        #[prost(sint64, repeated, tag = "12")]
        deltas: Vec<i64>,
        #[prost(int64, tag = "15")]
        timestamp: i64,
    }

    fn unfold(native: &Native) -> Vec<(i32, u64)> {
        let (mut index, mut count) = (0, 0_i64);
        let mut deltas = native.deltas.iter();
        let mut buckets = Vec::new();
        for span in &native.spans {
            index += span.offset;
            for _ in 0..span.length {
                count += deltas.next().unwrap();
                if count > 0 {
                    buckets.push((index, u64::try_from(count).unwrap()));
                }
                index += 1;
            }
        }
        assert!(deltas.next().is_none());
        buckets
    }

    proptest! {
        #[test]
        fn histograms_survive_the_wire(times in prop::collection::vec(0.0..30.0_f64, 0..300), scale in 0_u32..=8) {
            let mut histogram = Histogram::default();
            times.iter().for_each(|time| histogram.record(*time));
            let mut out = Vec::new();
            put_series(&mut out, &[], |series| put_histogram(series, &histogram, scale, 1_700_000_000_123));
            let request = Request::decode(&*out).unwrap();
            let native = &request.series[0].histograms[0];
            prop_assert_eq!(native.count, times.len() as u64);
            prop_assert_eq!(native.schema, i32::try_from(scale).unwrap());
            prop_assert_eq!(native.timestamp, 1_700_000_000_123);
            prop_assert_eq!(native.sum.to_bits(), histogram.sum().to_bits());
            prop_assert_eq!(unfold(native), histogram.buckets_at(scale));
            let sum: u64 = unfold(native).iter().map(|(_, count)| count).sum();
            prop_assert_eq!(sum + native.zero_count, native.count);
        }
    }

    #[test]
    fn labels_are_sorted_and_samples_whole() {
        let labels = BTreeMap::from([
            ("b".to_owned(), "2".to_owned()),
            ("A".to_owned(), "1".to_owned()),
            ("c".to_owned(), String::new()),
        ]);
        let (mut set, mut out) = (Vec::new(), Vec::new());
        put_labels(&mut set, "metric", &labels);
        put_series(&mut out, &set, |series| put_sample(series, -1.5, -7));
        let request = Request::decode(&*out).unwrap();
        let names: Vec<_> = request.series[0].labels.iter().map(|label| &*label.name).collect();
        assert_eq!(names, ["A", "__name__", "b"]);
        assert_eq!((request.series[0].samples[0].value, request.series[0].samples[0].timestamp), (-1.5, -7));
    }
}
