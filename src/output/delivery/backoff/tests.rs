//! Tests of the pauses.

use super::*;

#[test]
fn pauses_double_with_jitter_and_obey_the_receiver_within_reason() {
    let mut backoff = Backoff::default();
    for (low, high) in
        [(125, 250), (250, 500), (500, 1_000), (1_000, 2_000), (2_000, 4_000), (2_500, 5_000), (2_500, 5_000)]
    {
        let pause = backoff.pause(None).as_millis();
        assert!((low..=high).contains(&pause), "{pause} is not within {low}..={high}");
    }
    assert_eq!(backoff.pause(Some(Duration::from_secs(7))), Duration::from_secs(7));
    assert_eq!(backoff.pause(Some(Duration::from_secs(86_400))), LONGEST_ASKED);
}
