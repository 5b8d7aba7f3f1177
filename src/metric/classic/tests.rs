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
    assert_eq!(seconds.len(), CAPACITY);
    assert_eq!((seconds[0], seconds[34].0), ((0.5_f64.powi(17), 0), 1.0));
    assert_eq!((seconds[52].0, seconds[53].0), (512.0, f64::INFINITY));
    let bytes = bounds(Unit::Bytes);
    assert_eq!((bytes[0].0, bytes[14].0, bytes[43].0, bytes.len()), (0.5_f64.powi(14), 1.0, 536_870_912.0, 45));
    assert_eq!(bytes, bounds(Unit::None));
}

/// Whatever is measured between 10 µs and some minutes, and fractions, lie between two bounds that are near them.
#[test]
fn bounds_are_near_what_is_measured() {
    for (unit, smallest, largest, factor) in [(Unit::Seconds, 11e-6, 500.0, 1.415), (Unit::None, 1e-4, 1e8, 2.0)] {
        let mut value = smallest;
        while value < largest {
            let buckets = cumulative_buckets(&recorded(&[value]), unit);
            let place = buckets.iter().position(|(_, count)| *count == 1).unwrap();
            let (below, above) = (buckets[place - 1].0, buckets[place].0);
            assert!(above / below <= factor, "{value}: {below} to {above}");
            value *= 1.1;
        }
    }
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
