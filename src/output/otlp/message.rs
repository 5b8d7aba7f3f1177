//! The messages of OTLP metrics, packed into requests. Field numbers: opentelemetry/proto/metrics/v1/metrics.proto.

use super::settings::{Histograms, Temporality};
use crate::{
    metric::Kind,
    output::{
        batch::Batch,
        encoding::protobuf::{put_bytes, put_double, put_fixed64, put_message, put_uint},
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
    Explicit,
}

impl Shape {
    /// The shape of a kind's points.
    pub(super) fn of(kind: Kind, histograms: Histograms) -> Self {
        match kind {
            Kind::Counter | Kind::Rate => Self::Sum,
            Kind::Gauge => Self::Gauge,
            Kind::Trend if histograms == Histograms::Explicit => Self::Explicit,
            Kind::Trend => Self::Exponential,
        }
    }

    /// Where a metric has its points.
    fn field(self) -> u32 {
        match self {
            Self::Gauge => 5,
            Self::Sum => 7,
            Self::Explicit => 9,
            Self::Exponential => 10,
        }
    }

    /// Where a point has its attributes.
    pub(super) fn attributes(self) -> u32 {
        match self {
            Self::Gauge | Self::Sum => 7,
            Self::Explicit => 9,
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
    pub(super) fn put(self, out: &mut Vec<u8>) {
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

pub(super) fn nanoseconds(milliseconds: i64) -> u64 {
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
