//! Windows slide over the seconds of a run.

use super::*;
use proptest::prelude::*;

fn count(value: &Value) -> f64 {
    if let Value::Counter(count) = value { *count } else { f64::NAN }
}

proptest! {
    #[test]
    fn a_window_is_long_enough_and_no_longer_than_needed(
        lengths in prop::collection::vec(200_i64..3_000, 1..80), seconds in 1_u64..200,
    ) {
        let mut window = Window::new(Duration::from_secs(seconds));
        let (mut at, mut all, mut full) = (0, Vec::new(), 0);
        for (number, length) in lengths.into_iter().enumerate() {
            all.push((at, number as f64));
            let span = window.push(at, at + length, Value::Counter(number as f64), true);
            at += length;
            if let Some(span) = span {
                full += 1;
                let wanted = i64::try_from(seconds).unwrap() * 1_000;
                prop_assert_eq!(span.end_ms, at);
                prop_assert!(at - span.start_ms >= wanted);
                prop_assert!(at - span.start_ms < wanted + 3_000 + wanted / SLICES);
                let within = all.iter().filter(|(start, _)| *start >= span.start_ms).map(|(_, value)| value);
                prop_assert_eq!(count(&span.value).to_bits(), within.sum::<f64>().to_bits());
            }
            prop_assert!(window.slices.len() <= 5 * usize::try_from(SLICES).unwrap() + 2);
        }
        // A window ends with a whole slice: one that has just begun is waited for.
        let wanted = i64::try_from(seconds).unwrap() * 1_000;
        prop_assert!(full > 0 || at < wanted + wanted / SLICES + 3_000);
    }
}
