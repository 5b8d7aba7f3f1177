//! Bounds and counts of classic buckets.

use super::*;
use crate::metric::bucket;
use proptest::prelude::*;

const UNITS: [Unit; 3] = [Unit::Seconds, Unit::Bytes, Unit::None];

fn recorded(values: &[f64]) -> Histogram {
    let mut histogram = Histogram::default();
    values.iter().for_each(|value| histogram.record(*value));
    histogram
}

#[test]
fn bounds_end_a_bucket_of_the_grid() {
    for half_octaves in UNITS.into_iter().flat_map(half_octaves) {
        let bound = bound(half_octaves);
        assert_eq!(bucket::index_of(bound), half_octaves * HALF_OCTAVE, "{bound}");
        assert_eq!(bucket::index_of(bound.next_up()), half_octaves * HALF_OCTAVE + 1, "{bound}");
    }
}

#[test]
fn bounds_are_the_same_for_every_histogram() {
    let bounds = |unit| cumulative_buckets(&Histogram::default(), unit);
    let seconds = bounds(Unit::Seconds);
    assert_eq!(seconds.len(), BOUNDS + 1);
    assert_eq!((seconds[0], seconds[1].0), ((0.000_976_562_5, 0), 0.001_381_067_932_004_975_8));
    assert_eq!((seconds[20].0, seconds[32].0, seconds[33].0), (1.0, 64.0, f64::INFINITY));
    let bytes = bounds(Unit::Bytes);
    assert_eq!((bytes[0].0, bytes[3].0, bytes[32].0, bytes.len()), (0.125, 1.0, 536_870_912.0, BOUNDS + 1));
    assert_eq!(bytes, bounds(Unit::None));
}

proptest! {
    #[test]
    fn every_count_is_exact(mut values in prop::collection::vec(-1.0..12.0_f64, 0..200), big in 1e8..1e10_f64) {
        values.extend([0.0, 1.0, 2.0, big]);
        for unit in UNITS {
            for (le, count) in cumulative_buckets(&recorded(&values), unit) {
                let truth = values.iter().filter(|value| **value <= le).count() as u64;
                prop_assert_eq!(count, truth, "at or below {}", le);
            }
        }
    }
}
