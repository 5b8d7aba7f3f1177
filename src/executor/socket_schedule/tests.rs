//! Times of what is repeated.

use super::*;
use crate::plan::websocket::Periodic;

#[test]
fn times_are_absolute_and_in_order() {
    let (every, begin) = (Duration::from_millis(10), Instant::now());
    let periodic = Some(Periodic { every, steps: 3 });
    let spec = WebSocketSpec { periodic, ping: Some(Duration::from_millis(25)), ..WebSocketSpec::default() };
    let mut schedule = Schedule::new(&spec, begin);
    assert_eq!(schedule.next(), Some(begin + every));
    assert_eq!(schedule.take_due(begin), None);
    // However late it is asked, each time is due when it was planned.
    let late = begin + Duration::from_millis(31);
    let due = std::iter::from_fn(|| schedule.take_due(late)).map(|(due, at)| (due, (at - begin).as_millis()));
    assert_eq!(
        due.collect::<Vec<_>>(),
        [(Due::Steps(3), 10), (Due::Steps(3), 20), (Due::Ping, 25), (Due::Steps(3), 30)]
    );
}

#[test]
fn nothing_is_due_without_a_schedule() {
    let now = Instant::now();
    let mut schedule = Schedule::new(&WebSocketSpec::default(), now);
    assert_eq!((schedule.next(), schedule.take_due(now + Duration::from_secs(9))), (None, None));
}
