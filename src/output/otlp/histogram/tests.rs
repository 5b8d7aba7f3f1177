//! Points of histograms, decoded by the types of the official protocol.

use opentelemetry_proto::tonic::metrics::v1::{ExponentialHistogramDataPoint, HistogramDataPoint};
use proptest::prelude::*;
use prost::Message;

use super::*;

const WINDOW: Window = Window { start_ms: Some(1), end_ms: 2 };

fn recorded(values: &[f64]) -> Histogram {
    let mut histogram = Histogram::default();
    values.iter().for_each(|value| histogram.record(*value));
    histogram
}

fn point<T: Message + Default>(histogram: &Histogram, histograms: Histograms) -> T {
    let exemplar = Exemplar { at_ms: 3, value: 0.5, trace: 7, span: 9 };
    let point = Distribution { histogram, unit: Unit::Seconds, exemplars: &[exemplar], has_extremes: true };
    let mut out = Vec::new();
    put_histogram(&mut out, &[], WINDOW, histograms, point);
    // A message in field 1 of a metric's data.
    let mut rest = &out[1..];
    let length = prost::decode_length_delimiter(&mut rest).unwrap();
    assert_eq!(length, rest.len());
    T::decode(rest).unwrap()
}

fn exponential(histogram: &Histogram, max_scale: u32) -> ExponentialHistogramDataPoint {
    point(histogram, Histograms::Bounded { max_scale })
}

fn values() -> impl Strategy<Value = Vec<f64>> {
    let value = prop_oneof![Just(0.0), 1e-3..1.0_f64, (-30.0..30.0_f64).prop_map(f64::exp)];
    prop::collection::vec(value, 0..100)
}

proptest! {
    #[test]
    fn bounded_ones_hold_everything_in_few_buckets(values in values(), max_scale in 0_u32..=8) {
        let histogram = recorded(&values);
        let point = exponential(&histogram, max_scale);
        let positive = point.positive.unwrap_or_default();
        let scale = u32::try_from(point.scale).unwrap();
        prop_assert!(scale <= max_scale && positive.bucket_counts.len() <= 160);
        prop_assert_ne!(positive.bucket_counts.first(), Some(&0), "no empty ones in front");
        let dense = (positive.offset + 1..).zip(positive.bucket_counts.iter().copied());
        prop_assert_eq!(dense.filter(|(_, count)| *count > 0).collect::<Vec<_>>(), histogram.buckets_at(scale));
        let counted: u64 = positive.bucket_counts.iter().sum();
        prop_assert_eq!((point.count, counted + point.zero_count), (values.len() as u64, values.len() as u64));
        if scale < max_scale {
            let higher = histogram.buckets_at(scale + 1);
            prop_assert!(higher[higher.len() - 1].0 - higher[0].0 >= 160, "a higher scale would have fitted");
        }
    }

    #[test]
    fn the_scale_of_one_that_grows_never_rises(first in values(), second in values()) {
        let mut histogram = recorded(&first);
        let before = exponential(&histogram, 5).scale;
        histogram.merge(&recorded(&second));
        prop_assert!(exponential(&histogram, 5).scale <= before);
    }

    #[test]
    fn explicit_ones_count_what_lies_between_their_bounds(values in values()) {
        let histogram = recorded(&values);
        let point: HistogramDataPoint = point(&histogram, Histograms::Explicit);
        prop_assert_eq!(point.bucket_counts.len(), point.explicit_bounds.len() + 1);
        prop_assert!(point.bucket_counts.len() <= 160 && point.explicit_bounds.is_sorted());
        prop_assert_eq!((point.count, point.bucket_counts.iter().sum::<u64>()), (values.len() as u64, values.len() as u64));
        let mut seen = 0;
        for (bound, count) in point.explicit_bounds.iter().zip(&point.bucket_counts) {
            seen += count;
            let below = values.iter().filter(|value| *value <= bound).count() as u64;
            prop_assert_eq!(seen, below, "at or below {}", bound);
        }
        prop_assert_eq!((point.min, point.max, point.sum), (histogram.min(), histogram.max(), Some(histogram.sum())));
        prop_assert_eq!((point.start_time_unix_nano, point.time_unix_nano), (1_000_000, 2_000_000));
        prop_assert_eq!(point.exemplars.len(), 1);
    }
}

#[test]
fn a_single_value_is_a_single_bucket() {
    let point = exponential(&recorded(&[0.03]), 5);
    let positive = point.positive.unwrap();
    assert_eq!((point.scale, positive.bucket_counts), (5, vec![1]));
    assert_eq!(positive.offset, -162, "2^(-162/32) is 0.0299");
}
