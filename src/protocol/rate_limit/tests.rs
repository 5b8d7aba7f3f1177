//! No window holds more than the limit, and none is left empty while a request waits.

use super::*;
use proptest::prelude::*;

proptest! {
    #[test]
    fn no_window_holds_more(rate in 0.2_f64..400.0, gaps in prop::collection::vec(0_u64..40, 1..800)) {
        let limit = RateLimit::new(rate);
        let start = Instant::now();
        let mut now = start;
        let mut turns = Vec::new();
        for gap in gaps {
            now += Duration::from_millis(gap);
            let turn = limit.take(now);
            prop_assert!(turn >= now);
            turns.push(turn);
        }
        prop_assert!(turns.is_sorted());
        let count = limit.turns.lock().unwrap().last.len();
        prop_assert!(count as f64 / limit.window.as_secs_f64() <= rate * 1.000_001);
        for pair in turns.windows(count + 1) {
            prop_assert!(pair[count] - pair[0] >= limit.window);
        }
    }

    #[test]
    fn what_is_below_the_limit_is_not_held_back(rate in 1_u32..300) {
        let limit = RateLimit::new(rate.into());
        let start = Instant::now();
        for number in 0..1_000 {
            let due = start + Duration::from_secs_f64(f64::from(number) / f64::from(rate));
            let wait = limit.take(due).saturating_duration_since(due);
            prop_assert!(wait < Duration::from_micros(1), "{number}: {wait:?}");
        }
    }
}
