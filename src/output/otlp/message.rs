//! The messages of OTLP metrics, packed into requests. Field numbers: opentelemetry/proto/metrics/v1/metrics.proto.

use super::settings::Temporality;
use crate::{
    metric::{Histogram, Kind},
    output::{
        batch::Batch,
        encoding::protobuf::{put_bytes, put_double, put_fixed64, put_message, put_sint, put_uint, varint},
        exemplars::Exemplar,
        otlp_protocol::{
            message::{Envelope, put_attribute},
            requests::Requests,
        },
    },
};

/// A point without a value: its series ends here.
const NO_RECORDED_VALUE: u64 = 1;

/// What a point is, by the numbers of its fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Gauge,
    Sum,
    Exponential,
}

impl Shape {
    /// The shape of a kind's points.
    pub(super) fn of(kind: Kind) -> Self {
        match kind {
            Kind::Counter | Kind::Rate => Self::Sum,
            Kind::Gauge => Self::Gauge,
            Kind::Trend => Self::Exponential,
        }
    }

    /// Where a metric has its points.
    fn field(self) -> u32 {
        match self {
            Self::Gauge => 5,
            Self::Sum => 7,
            Self::Exponential => 10,
        }
    }

    /// Where a point has its attributes.
    fn attributes(self) -> u32 {
        match self {
            Self::Gauge | Self::Sum => 7,
            Self::Exponential => 1,
        }
    }

    /// Attributes as a point of this shape has them.
    pub(super) fn encoded<'a>(self, pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Vec<u8> {
        let mut out = Vec::new();
        pairs.into_iter().for_each(|(name, value)| put_attribute(&mut out, self.attributes(), name, value));
        out
    }
}

/// Name, help and unit of a metric.
pub(super) fn head(name: &str, help: &str, unit: &str) -> Vec<u8> {
    let mut out = Vec::new();
    for (field, text) in [(1, name), (2, help), (3, unit)] {
        if !text.is_empty() {
            put_bytes(&mut out, field, text.as_bytes());
        }
    }
    out
}

/// A `ResourceMetrics` of one metric with these points.
pub(super) fn put_metric(
    out: &mut Vec<u8>,
    envelope: &Envelope,
    (head, shape, temporality): (&[u8], Shape, Temporality),
    points: &[u8],
) {
    envelope.put(out, |scope| {
        put_message(scope, 2, |metric| {
            metric.extend_from_slice(head);
            put_message(metric, shape.field(), |data| {
                data.extend_from_slice(points);
                if shape != Shape::Gauge {
                    put_uint(data, 2, temporality as u64);
                }
                if shape == Shape::Sum {
                    put_uint(data, 3, 1);
                }
            });
        });
    });
}

/// When a point was taken, and since when it counts: Unix milliseconds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Window {
    pub start_ms: Option<i64>,
    pub end_ms: i64,
}

impl Window {
    fn put(self, out: &mut Vec<u8>) {
        if let Some(start_ms) = self.start_ms {
            put_fixed64(out, 2, nanoseconds(start_ms));
        }
        put_fixed64(out, 3, nanoseconds(self.end_ms));
    }
}

/// A number of a gauge or sum; None for one that ends.
pub(super) fn put_number(out: &mut Vec<u8>, attributes: &[u8], window: Window, value: Option<f64>) {
    put_message(out, 1, |point| {
        point.extend_from_slice(attributes);
        window.put(point);
        match value {
            Some(value) => put_double(point, 4, value),
            None => put_uint(point, 8, NO_RECORDED_VALUE),
        }
    });
}

/// What stands in a point of a histogram.
#[derive(Clone, Copy)]
pub(super) struct Distribution<'a> {
    pub histogram: &'a Histogram,
    pub scale: u32,
    pub exemplars: &'a [Exemplar],
    /// They go with deltas only: those of a whole run would hide every later one.
    pub has_extremes: bool,
}

/// A histogram.
pub(super) fn put_exponential(out: &mut Vec<u8>, attributes: &[u8], window: Window, point: Distribution<'_>) {
    let Distribution { histogram, scale, exemplars, has_extremes } = point;
    put_message(out, 1, |point| {
        point.extend_from_slice(attributes);
        window.put(point);
        put_fixed64(point, 4, histogram.count());
        put_double(point, 5, histogram.sum());
        put_sint(point, 6, scale.into());
        put_fixed64(point, 7, histogram.zeros());
        put_message(point, 8, |buckets| put_buckets(buckets, &histogram.buckets_at(scale), scale));
        exemplars.iter().for_each(|exemplar| put_message(point, 11, |message| put_exemplar(message, exemplar)));
        if let (true, Some(min), Some(max)) = (has_extremes, histogram.min(), histogram.max()) {
            put_double(point, 12, min);
            put_double(point, 13, max);
        }
    });
}

fn put_exemplar(out: &mut Vec<u8>, exemplar: &Exemplar) {
    put_fixed64(out, 2, nanoseconds(exemplar.at_ms));
    put_double(out, 3, exemplar.value);
    put_bytes(out, 4, &exemplar.span.to_be_bytes());
    put_bytes(out, 5, &exemplar.trace.to_be_bytes());
}

/// Buckets are reported from 2^-20 on, which is a microsecond, or where some lie lower from below the lowest that there can be.
const FIRST_OCTAVE: i32 = -20;
const LOWEST_OCTAVE: i32 = -31;

/// Every count up to the last populated bucket. The index is one lower here than in Prometheus: a bucket is named by its
/// lower bound.
///
/// The first one does not follow the data: `VictoriaMetrics` multiplies its way up from there and prints bounds with four
/// digits, so that a first one that moves gives a bucket another name, and its series ends in the middle of the run.
fn put_buckets(out: &mut Vec<u8>, buckets: &[(i32, u64)], scale: u32) {
    let Some((lowest, _)) = buckets.first() else { return };
    let first_of = |octave: i32| (octave << scale) + 1;
    let first = if *lowest >= first_of(FIRST_OCTAVE) { first_of(FIRST_OCTAVE) } else { first_of(LOWEST_OCTAVE) };
    put_sint(out, 1, i64::from(first) - 1);
    let mut packed = Vec::with_capacity(2 * buckets.len());
    let mut next = first;
    for (index, count) in buckets {
        packed.resize(packed.len() + index.abs_diff(next) as usize, 0);
        varint(&mut packed, *count);
        next = index + 1;
    }
    put_bytes(out, 2, &packed);
}

fn nanoseconds(milliseconds: i64) -> u64 {
    u64::try_from(milliseconds).unwrap_or_default().saturating_mul(1_000_000)
}

/// Requests of metrics in the making.
pub(super) struct Packer<'a> {
    envelope: &'a Envelope,
    temporality: Temporality,
    requests: Requests,
}

impl<'a> Packer<'a> {
    pub(super) fn new(envelope: &'a Envelope, temporality: Temporality) -> Self {
        Self { envelope, temporality, requests: Requests::default() }
    }

    /// Packs all points of a metric. Each of `write` appends the points of a series and gives their number.
    pub(super) fn metric(
        &mut self,
        head: &[u8],
        shape: Shape,
        series: impl Iterator<Item = impl FnOnce(&mut Vec<u8>) -> u64>,
    ) {
        let (mut points, mut count) = (Vec::new(), 0);
        for write in series {
            count += write(&mut points);
            if Requests::is_part(count, points.len()) {
                self.part((head, shape), &points, count);
                points.clear();
                count = 0;
            }
        }
        if count > 0 {
            self.part((head, shape), &points, count);
        }
    }

    fn part(&mut self, (head, shape): (&[u8], Shape), points: &[u8], count: u64) {
        let mut part = Vec::with_capacity(points.len() + 512);
        put_metric(&mut part, self.envelope, (head, shape, self.temporality), points);
        self.requests.part(count, &part);
    }

    /// The requests.
    pub(super) fn finish(self) -> Vec<Batch> {
        self.requests.finish()
    }
}
