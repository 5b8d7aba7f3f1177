//! Options, and frames in both directions.

use std::time::Duration;

use super::frame::{self, BINARY, CLOSE, Frame, FrameError, LAST, PING, Reader, TEXT};
use super::options::{Event, SocketOptions, When};
use super::violation::Violation;

#[test]
fn a_query_plans_a_socket() {
    let parse = |query| SocketOptions::parse(query).unwrap();
    assert_eq!(parse(""), SocketOptions::default());
    assert_eq!(parse("channel=1"), SocketOptions::default(), "the parameters of an application");
    assert_eq!(parse("cut=3").event, Some((When::Messages(3), Event::Cut)));
    assert_eq!(parse("close=2s:1011").event, Some((When::Time(Duration::from_secs(2)), Event::Close(1011))));
    assert_eq!(parse("violation=0:huge&nth=3").event, Some((When::Messages(0), Event::Violation(Violation::Huge))));
    assert!(parse("token=token-7").is_authorized() && !parse("token=other").is_authorized());
}

#[test]
fn wrong_options_are_refused() {
    for query in
        ["cut=", "cut=x", "close=3", "close=3:999", "violation=1:none", "echo=no", "nth=0", "gap=0", "size=9999999"]
    {
        assert!(SocketOptions::parse(query).is_err(), "{query}");
    }
}

/// A frame of a client.
fn masked(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    frame::put(first, payload, &mut bytes);
    let head = bytes.len() - payload.len();
    bytes[1] |= 0x80;
    let key = [9, 8, 7, 6];
    bytes[head..].iter_mut().zip(key.iter().cycle()).for_each(|(byte, key)| *byte ^= key);
    bytes.splice(head..head, key);
    bytes
}

async fn read(bytes: &[u8]) -> Result<Frame, FrameError> {
    let (begin, mut rest) = bytes.split_at(bytes.len() / 2);
    Reader::new(begin).next(&mut rest).await
}

#[tokio::test(flavor = "current_thread")]
async fn frames_of_clients_are_unmasked_whatever_their_length() {
    for size in [0, 1, 125, 126, 65_535, 65_536] {
        let payload = vec![7; size];
        let frame = read(&masked(LAST | BINARY, &payload)).await.unwrap();
        assert_eq!(frame, Frame { is_last: true, opcode: BINARY, payload });
    }
    let (mut reader, two) = (Reader::default(), [masked(TEXT, b"a"), masked(LAST | PING, b"b")].concat());
    let mut stream = &two[..];
    assert_eq!(reader.next(&mut stream).await.unwrap().payload, b"a");
    assert_eq!(reader.next(&mut stream).await.unwrap().opcode, PING);
    assert!(matches!(reader.next(&mut stream).await, Err(FrameError::End)));
}

#[tokio::test(flavor = "current_thread")]
async fn violations_of_clients_are_found() {
    let long = masked(LAST | PING, &[0; 126]);
    let mut unmasked = Vec::new();
    frame::put(LAST | TEXT, b"a", &mut unmasked);
    let huge = [&[LAST | BINARY, 0xff][..], &(1_u64 << 30).to_be_bytes(), &[0; 4]].concat();
    let short = [LAST | BINARY, 0xfe, 0, 1, 0, 0, 0, 0, 0];
    for (bytes, code) in [
        (&long[..], 1002),
        (&unmasked, 1002),
        (&short, 1002),
        (&masked(0xa1, b"a"), 1002),
        (&masked(LAST | 3, b""), 1002),
        (&masked(CLOSE, b""), 1002),
        (&huge, 1009),
    ] {
        let found = read(bytes).await;
        assert!(matches!(found, Err(FrameError::Violation(found, _)) if found == code), "{bytes:?}: {found:?}");
    }
}

#[test]
fn a_message_is_cut_into_fragments_with_a_ping_between() {
    let mut bytes = Vec::new();
    frame::put_message(TEXT, b"abcde", Some(2), &mut bytes);
    let ping = [&[0x89, 17][..], b"between fragments"].concat();
    assert_eq!(bytes, [&[0x01, 2][..], b"ab", &ping, &[0x00, 2], b"cd", &[0x80, 1], b"e"].concat());
}
