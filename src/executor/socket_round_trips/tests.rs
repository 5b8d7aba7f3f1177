//! Answers and what they answer.

use std::time::Duration;

use super::*;

#[test]
fn answers_are_found_by_key_the_oldest_first() {
    let (mut trips, begin) = (RoundTrips::default(), Instant::now());
    let at = |second| begin + Duration::from_secs(second);
    for (key, second) in [(7, 1), (8, 2), (7, 3)] {
        assert_eq!(trips.sent(key, at(second)), None);
    }
    assert_eq!([8, 9, 7].map(|key| trips.answered(key)), [Some(at(2)), None, Some(at(1))]);
    assert_eq!(trips.unanswered().collect::<Vec<_>>(), [at(3)]);
}

#[test]
fn a_pong_answers_earlier_pings() {
    let (mut trips, now) = (RoundTrips::default(), Instant::now());
    for key in 1..=4 {
        trips.sent(key, now);
    }
    assert_eq!(trips.answered_up_to(3).len(), 3);
    assert_eq!(trips.answered_up_to(3).len(), 0);
    assert_eq!(trips.unanswered().count(), 1);
}

#[test]
fn what_waits_is_bounded() {
    let (mut trips, now) = (RoundTrips::default(), Instant::now());
    let given_up = (0..MOST as u64 + 5).filter(|key| trips.sent(*key, now).is_some()).count();
    assert_eq!((given_up, trips.unanswered().count()), (5, MOST));
}

#[test]
fn an_identifier_is_the_same_as_number_and_text() {
    assert_eq!(key_of(&Value::Int(7)), key_of(&Value::from("7")));
    assert_ne!(key_of(&Value::Int(7)), key_of(&Value::Int(8)));
    assert_eq!(key_of(&Value::Null), None);
}
