//! States, and the time in each.

use std::time::Duration;

use tokio::time::Instant;

use super::{Shown, TaskWatch};
use crate::plan::a2a::TaskState;

#[test]
fn the_time_in_a_state_is_until_another_is_shown() {
    let begin = Instant::now();
    let mut watch = TaskWatch::default();
    let at = |millis: u64| begin + Duration::from_millis(millis);
    let state = |state| Shown { task: Some("t".into()), state: Some(state), ..Shown::default() };
    let piece = |text: &str| Shown { text: text.to_owned(), is_artifact: true, ..Shown::default() };
    assert_eq!(watch.take(state(TaskState::Submitted), at(1)), None);
    assert!(!watch.is_over());
    let (left, ms) = (TaskState::Submitted, Duration::from_millis);
    assert_eq!(watch.take(state(TaskState::Working), at(4)), Some((left, ms(3))));
    assert_eq!(watch.take(piece("a"), at(5)), None);
    assert_eq!(watch.take(state(TaskState::Working), at(6)), None, "as before");
    assert_eq!(watch.take(piece("b"), at(7)), None);
    assert_eq!(watch.take(state(TaskState::Completed), at(14)), Some((TaskState::Working, ms(10))));
    assert!(watch.is_over());
    assert_eq!((watch.text.as_str(), watch.task.as_deref()), ("ab", Some("t")));
}

#[test]
fn a_message_is_a_whole_answer() {
    let mut watch = TaskWatch::default();
    watch.take(Shown { text: "hi".to_owned(), is_message: true, ..Shown::default() }, Instant::now());
    assert!(watch.is_over() && watch.state().is_none());
}

#[test]
fn texts_are_bounded() {
    let mut watch = TaskWatch::default();
    for _ in 0..30 {
        watch.take(Shown { text: "x".repeat(100_000), is_artifact: true, ..Shown::default() }, Instant::now());
    }
    assert!(watch.text.len() <= super::MAX_TEXT);
}
