//! The examples of the specification, web-platform-tests, and every cut of them.

use std::{ops::ControlFlow, time::Duration};

use proptest::prelude::*;

use super::{EventParser, EventTooLong, MAX_EVENT};

type Events = Vec<(String, String)>;

/// The events of a stream that arrives in the given chunks, and the parser after them.
fn parse<'c>(chunks: impl IntoIterator<Item = &'c [u8]>) -> (Events, EventParser) {
    let (mut parser, mut events) = (EventParser::default(), Events::new());
    for chunk in chunks {
        let flow = parser.push(chunk, |event| {
            events.push((event.name.to_string(), event.data.to_string()));
            ControlFlow::Continue(())
        });
        assert_eq!(flow, Ok(ControlFlow::Continue(())));
    }
    (events, parser)
}

/// Streams, and the events in them. The first ones are the examples of the specification, the next ones the cases of
/// `eventsource/` in web-platform-tests, described in the names.
const CASES: &[(&str, &[u8], &[(&str, &str)])] = &[
    ("three lines of data", b"data: YHOO\ndata: +2\ndata: 10\n\n", &[("message", "YHOO\n+2\n10")]),
    (
        "a comment, an empty id, an unfinished block",
        b": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n",
        &[("message", "first event"), ("message", "second event")],
    ),
    ("empty data twice, then unfinished", b"data\n\ndata\ndata\n\ndata:", &[("message", ""), ("message", "\n")]),
    ("the same with and without a space", b"data:test\n\ndata: test\n\n", &[("message", "test"), ("message", "test")]),
    (
        "named events",
        b"event: add\ndata: 73857293\n\nevent:remove\ndata:2153\n\n",
        &[("add", "73857293"), ("remove", "2153")],
    ),
    ("the name belongs to its block", b"event: a\n\ndata: x\n\n", &[("message", "x")]),
    ("an empty name", b"event: a\nevent:\ndata: x\n\n", &[("message", "x")]),
    ("a byte order mark", b"\xef\xbb\xbfdata: x\n\n", &[("message", "x")]),
    ("a second byte order mark", b"\xef\xbb\xbf\xef\xbb\xbfdata: x\n\ndata: y\n\n", &[("message", "y")]),
    ("a byte order mark later", b"data: x\n\n\xef\xbb\xbfdata: y\n\n", &[("message", "x")]),
    ("CR", b"data: a\rdata: b\r\rdata: c\r\r", &[("message", "a\nb"), ("message", "c")]),
    ("CR LF", b"data: a\r\ndata: b\r\n\r\ndata: c\r\n\r\n", &[("message", "a\nb"), ("message", "c")]),
    ("mixed ends", b"data: a\ndata: b\r\n\rdata: c\n\r\n", &[("message", "a\nb"), ("message", "c")]),
    ("case matters", b"Data: a\nDATA: b\n data: c\n\ndata: d\n\n", &[("message", "d")]),
    ("only one space is dropped", b"data:  x\n\ndata:\tx\n\n", &[("message", " x"), ("message", "\tx")]),
    ("comments within an event", b"data: a\n:comment\n: \ndata: b\n:\n\n", &[("message", "a\nb")]),
    ("unknown fields", b"foo: bar\nfoo\ndata: a\ndatax: b\n\n", &[("message", "a")]),
    ("colons in the value", b"data: a: b:c\n\n", &[("message", "a: b:c")]),
    ("NUL in data", b"data: a\0b\n\n", &[("message", "a\0b")]),
    (
        "other line separators are data",
        "data: a\u{2028}b\u{85}c\u{b}\n\n".as_bytes(),
        &[("message", "a\u{2028}b\u{85}c\u{b}")],
    ),
    ("UTF-8", "data: häß€🦀\n\n".as_bytes(), &[("message", "häß€🦀")]),
    ("bytes that are not UTF-8", b"data: a\xffb\xe2\x82\n\n", &[("message", "a\u{fffd}b\u{fffd}")]),
    ("no event without data", b"event: a\nid: 7\n\n\n\n", &[]),
];

fn expected(events: &[(&str, &str)]) -> Events {
    events.iter().map(|(name, data)| ((*name).to_owned(), (*data).to_owned())).collect()
}

#[test]
fn streams_are_read_as_the_specification_says() {
    for (name, stream, events) in CASES {
        assert_eq!(parse([*stream]).0, expected(events), "{name}");
    }
}

#[test]
fn every_cut_of_a_stream_gives_the_same_events() {
    for (name, stream, events) in CASES {
        let events = expected(events);
        assert_eq!(parse(stream.chunks(1)).0, events, "{name}, byte by byte");
        for at in 0..=stream.len() {
            let (left, right) = stream.split_at(at);
            assert_eq!(parse([left, b"", right]).0, events, "{name}, cut at {at}");
        }
    }
}

#[test]
fn an_event_is_handed_out_at_a_cr_without_waiting_for_what_follows() {
    assert_eq!(parse([&b"data: a\r\r"[..]]).0, expected(&[("message", "a")]));
}

#[test]
fn ids_are_adopted_at_a_blank_line_and_stay() {
    let id_after = |stream: &[u8]| String::from_utf8_lossy(parse([stream]).1.last_id()).into_owned();
    assert_eq!(id_after(b"id: 7\n\n"), "7");
    assert_eq!(id_after(b"id: 7\ndata: a\n\ndata: b\n\n"), "7");
    assert_eq!(id_after(b"id: 7\ndata: a\n\nid: 8\ndata: b\n"), "7", "the last block has no end");
    assert_eq!(id_after(b"id: 7\n\nid\n\n"), "", "an empty value resets it");
    assert_eq!(id_after(b"id: 7\n\nid: 8\09\n\n"), "7", "NUL");
    assert_eq!(id_after("id: …\n\n".as_bytes()), "…");
}

#[test]
fn only_digits_are_a_retry_time() {
    let retry = |text: &str| parse([format!("retry:{text}\n").as_bytes()]).1.retry();
    assert_eq!(retry("3000"), Some(Duration::from_secs(3)));
    assert_eq!(retry(" 3000"), Some(Duration::from_secs(3)));
    assert_eq!(retry("99999999999999999999999"), Some(Duration::from_millis(u64::MAX)));
    for text in ["", "1000x", "-1", "+1", "1.5", "1 "] {
        assert_eq!(retry(text), None, "{text:?}");
    }
}

#[test]
fn the_consumer_ends_the_parsing() {
    let (mut parser, mut seen) = (EventParser::default(), 0);
    let flow = parser.push(b"data: a\n\ndata: b\n\ndata: c\n\n", |_| {
        seen += 1;
        if seen == 2 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    assert_eq!((flow, seen), (Ok(ControlFlow::Break(())), 2));
}

#[test]
fn endless_lines_and_events_are_refused() {
    let endless = |piece: &[u8]| {
        let mut parser = EventParser::default();
        (0..=MAX_EVENT / piece.len() + 1).find_map(|_| parser.push(piece, |_| ControlFlow::Continue(())).err())
    };
    assert_eq!(endless(&[b'x'; 4096]), Some(EventTooLong), "no line end");
    assert_eq!(endless(&[&b"data:"[..], &[b'x'; 4090], b"\n"].concat()), Some(EventTooLong), "no blank line");
    assert_eq!(endless(b"data: x\n\n"), None);
}

proptest! {
    #[test]
    fn cuts_never_matter(
        pieces in prop::collection::vec(
            prop::sample::select(vec!["data", ":", " ", "\r", "\n", "\r\n", "id", "event", "x", "é", "\u{feff}", "\0", "retry", "1"]),
            0..60,
        ),
        cuts in prop::collection::vec(1_usize..9, 1..20),
    ) {
        let stream = pieces.concat().into_bytes();
        let mut rest = &stream[..];
        let mut chunks = Vec::new();
        for cut in cuts.iter().cycle() {
            if rest.is_empty() {
                break;
            }
            let (chunk, after) = rest.split_at((*cut).min(rest.len()));
            chunks.push(chunk);
            rest = after;
        }
        let (whole, cut) = (parse([&stream[..]]), parse(chunks));
        prop_assert_eq!(whole.0, cut.0);
        prop_assert_eq!(whole.1.last_id(), cut.1.last_id());
        prop_assert_eq!(whole.1.retry(), cut.1.retry());
    }
}
