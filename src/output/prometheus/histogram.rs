//! The native-histogram message, alike in both versions. Fields: the native-histogram specification.

use crate::{
    metric::Histogram,
    output::encoding::protobuf::{put_bytes, put_double, put_int, put_message, put_sint, put_uint, varint_signed},
};

/// Empty buckets that cost less than a new span.
const BRIDGED_GAP: i32 = 2;

/// Writes a native histogram at a resolution. The reset hint stays unknown, as the specification asks of senders that
/// can't be sure of the receiver's state; the zero bucket has no width: nothing but exact zeros is in it.
pub(super) fn put_histogram(out: &mut Vec<u8>, histogram: &Histogram, scale: u32, at_ms: i64, start_ms: Option<i64>) {
    let buckets = histogram.buckets_at(scale);
    put_uint(out, 1, histogram.count());
    put_double(out, 3, histogram.sum());
    put_sint(out, 4, scale.into());
    put_uint(out, 6, histogram.zeros());
    let (spans, deltas) = spans_and_deltas(&buckets);
    for (offset, length) in spans {
        put_message(out, 11, |span| {
            put_sint(span, 1, offset.into());
            put_uint(span, 2, length.into());
        });
    }
    let mut packed = Vec::with_capacity(2 * deltas.len());
    deltas.iter().for_each(|delta| varint_signed(&mut packed, *delta));
    put_bytes(out, 12, &packed);
    put_int(out, 15, at_ms);
    if let Some(start_ms) = start_ms {
        put_int(out, 17, start_ms);
    }
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
