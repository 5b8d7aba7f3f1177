//! Plans of streams.

use std::time::Duration;

use hyper::body::Bytes;

use super::{
    StreamPlan, events,
    options::{End, StreamOptions},
};

/// A plan with all its writes.
struct Planned {
    writes: Vec<(Duration, Bytes)>,
    end: End,
}

fn planned(query: &str) -> Planned {
    let StreamPlan { writes, end } = events(&StreamOptions::parse(query, StreamOptions::default()).unwrap());
    Planned { writes: writes.collect(), end }
}

/// Times in milliseconds, and bytes, of all writes.
fn writes(plan: &Planned) -> Vec<(u128, String)> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    plan.writes.iter().map(|(due, bytes)| (due.as_millis(), text(bytes))).collect()
}

fn event(number: u64) -> String {
    format!("id: {number}\ndata: {{\"n\":{number}}}\n\n")
}

#[test]
fn events_are_due_when_the_query_says() {
    let plan = planned("count=4&first=50ms&gap=10ms&stall=2:1s");
    let expected = [(50, 1), (60, 2), (1_070, 3), (1_080, 4)].map(|(due, number)| (due, event(number)));
    assert_eq!(writes(&plan), expected);
    assert_eq!(plan.end, End::Close);
    assert_eq!(writes(&planned("")).len(), 86_400, "a day");
}

/// The events of one write are bounded, however many are due at once.
#[test]
fn a_stream_without_gaps_is_written_in_pieces() {
    let plan = planned("count=20000&gap=0");
    assert!(plan.writes.len() > 1 && plan.writes.iter().all(|(due, bytes)| due.is_zero() && bytes.len() <= 66_000));
    let text: String = writes(&plan).into_iter().map(|(_, text)| text).collect();
    assert_eq!(text, (1..=20_000).map(event).collect::<Vec<_>>().concat());
}

#[test]
fn writes_are_joined_and_cut() {
    let joined = planned("count=3&per_write=2&gap=10ms");
    assert_eq!(writes(&joined), [(0, event(1) + &event(2)), (10, event(3))]);
    let cut = planned("count=1&split=4");
    assert!(cut.writes.iter().all(|(due, bytes)| due.is_zero() && bytes.len() <= 4));
    assert_eq!(writes(&cut).into_iter().map(|(_, text)| text).collect::<String>(), event(1));
}

#[test]
fn streams_end_as_planned() {
    assert_eq!((planned("count=3&cut=1").writes.len(), planned("count=3&cut=1").end), (1, End::Cut));
    let error = planned("count=3&error=1");
    assert!(writes(&error)[1].1.starts_with("event: error\n"), "{:?}", writes(&error));
    assert_eq!(planned("count=1&end=silent").end, End::Silent);
}

#[test]
fn line_ends_names_and_sizes() {
    let plan = planned("count=1&line_end=crlf&name=tick&size=3");
    assert_eq!(writes(&plan)[0].1, "id: 1\r\nevent: tick\r\ndata: {\"n\":1,\"filler\":\"xxx\"}\r\n\r\n");
}

#[test]
fn wrong_options_are_refused() {
    for query in ["count=x", "gap=1", "stall=1s", "end=later", "split=0", "size=99999999", "name=a%0Ab"] {
        assert!(StreamOptions::parse(query, StreamOptions::default()).is_err(), "{query}");
    }
    assert_eq!(
        StreamOptions::parse("tokens=7&usage=false&first=0", StreamOptions::default()).unwrap().first,
        Duration::ZERO
    );
}
