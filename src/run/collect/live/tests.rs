//! Which events are printed.

use super::*;

#[test]
fn an_event_of_every_worker_is_printed_once_and_again_when_it_happens_again() {
    let mut filter = EventFilter::default();
    let reports =
        [(0, "a: 5/s"), (1, "a: 5/s"), (0, "b: 5/s"), (1, "a: 9/s"), (0, "a: 9/s"), (1, "a: 5/s"), (0, "a: 5/s")];
    let news: Vec<bool> = reports.iter().map(|(worker, text)| filter.is_new(Some(*worker), text)).collect();
    assert_eq!(news, [true, false, true, true, false, true, false]);
    assert!(filter.is_new(None, "paused") && filter.is_new(None, "paused"));
}
