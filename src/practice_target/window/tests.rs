//! Tests of `window`.

use proptest::prelude::*;

use super::*;

fn windows(list: &[(u64, u64)]) -> Vec<Window> {
    let mut made = Vec::new();
    for (from, length) in list {
        let from = Duration::from_millis(*from);
        insert(&mut made, Window { from, until: from + Duration::from_millis(*length) });
    }
    made
}

/// The slow way: the unstalled time between two moments.
fn worked(from: Duration, until: Duration, stalls: &[Window]) -> Duration {
    let still: Duration = stalls.iter().map(|stall| stall.until.min(until).saturating_sub(stall.from.max(from))).sum();
    until.saturating_sub(from + still)
}

#[test]
fn a_stall_moves_the_answers_it_touches() {
    let stalls = [Window::parse("7.5s+1s").unwrap()];
    for (arrival, latency, answer) in [
        (0, 10, 10),
        (7_480, 10, 7_490),
        (7_490, 10, 8_500),
        (7_495, 10, 8_505),
        (7_600, 10, 8_510),
        (7_600, 0, 8_500),
        (8_500, 10, 8_510),
    ] {
        let found = answer_time(Duration::from_millis(arrival), Duration::from_millis(latency), &stalls);
        assert_eq!(found, Duration::from_millis(answer), "arrival {arrival} latency {latency}");
    }
}

#[test]
fn windows_are_read_and_joined() {
    assert_eq!(windows(&[(50, 10), (10, 20), (25, 10), (35, 1)]), windows(&[(10, 26), (50, 10)]));
    for bad in ["7.5s", "7.5s+", "a+b", "1s+0s"] {
        assert!(Window::parse(bad).unwrap_err().to_string().contains("for example"), "{bad} was taken");
    }
}

proptest! {
    #[test]
    fn the_answer_has_worked_exactly_its_latency_and_never_inside_a_stall(
        list in proptest::collection::vec((0_u64..5_000, 1_u64..500), 0..8),
        arrival in 0_u64..6_000,
        latency in 0_u64..3_000,
    ) {
        let stalls = windows(&list);
        let (arrival, latency) = (Duration::from_millis(arrival), Duration::from_millis(latency));
        let answer = answer_time(arrival, latency, &stalls);
        prop_assert!(answer >= arrival + latency);
        prop_assert_eq!(worked(arrival, answer, &stalls), latency);
        prop_assert!(!stalls.iter().any(|stall| stall.contains(answer)));
    }

    #[test]
    fn a_later_arrival_is_never_answered_earlier(
        list in proptest::collection::vec((0_u64..5_000, 1_u64..500), 0..8),
        arrival in 0_u64..6_000,
        later in 0_u64..1_000,
        latency in 0_u64..3_000,
    ) {
        let stalls = windows(&list);
        let latency = Duration::from_millis(latency);
        let first = answer_time(Duration::from_millis(arrival), latency, &stalls);
        prop_assert!(first <= answer_time(Duration::from_millis(arrival + later), latency, &stalls));
    }
}
