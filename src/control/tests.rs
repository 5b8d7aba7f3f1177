//! What is kept of events.

use super::*;

#[test]
fn events_beyond_the_limit_are_counted() {
    let control = Control::new(1);
    let subscriber = control.subscribe();
    for _ in 0..MAX_EVENTS + 7 {
        let what = "a: 5 users".into();
        subscriber.report(ControlEvent { at: Duration::ZERO, worker: Some(0), kind: EventKind::Command, what });
    }
    let events = control.take_events();
    assert_eq!((events.kept.len(), events.dropped), (MAX_EVENTS, 7));
    assert_eq!(control.take_events(), ControlEvents::default());
}
