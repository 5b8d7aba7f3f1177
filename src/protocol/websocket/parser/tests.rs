//! What a server sends, cut at every byte and in every way, and each violation.

use proptest::prelude::*;

use super::*;
use crate::protocol::websocket::frame;

/// What was handed over, owned.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Taken {
    Text(String),
    Binary(Vec<u8>),
    Ping(Vec<u8>),
    Pong(Vec<u8>),
    Close(Option<u16>, String),
}

fn taken(incoming: Incoming<'_>) -> Taken {
    match incoming {
        Incoming::Text(text) => Taken::Text(text.into()),
        Incoming::Binary(bytes) => Taken::Binary(bytes.into()),
        Incoming::Ping(bytes) => Taken::Ping(bytes.into()),
        Incoming::Pong(bytes) => Taken::Pong(bytes.into()),
        Incoming::Close(code, reason) => Taken::Close(code, reason.into()),
    }
}

/// Parses chunks, and returns what came and the first violation.
fn parse<'a>(chunks: impl IntoIterator<Item = &'a [u8]>) -> (Vec<Taken>, Option<Violation>) {
    let (mut parser, mut all) = (Parser::default(), Vec::new());
    for chunk in chunks {
        let fed = parser.feed(chunk, |incoming| {
            all.push(taken(incoming));
            ControlFlow::Continue(())
        });
        match fed {
            Ok(used) => assert_eq!(used, chunk.len()),
            Err(violation) => return (all, Some(violation)),
        }
    }
    (all, None)
}

/// A frame of a server.
fn server(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![first];
    match payload.len() {
        length @ 0..=125 => bytes.push(u8::try_from(length).unwrap()),
        length @ 126..=65_535 => {
            bytes.push(126);
            bytes.extend_from_slice(&u16::try_from(length).unwrap().to_be_bytes());
        }
        length => {
            bytes.push(127);
            bytes.extend_from_slice(&(length as u64).to_be_bytes());
        }
    }
    bytes.extend_from_slice(payload);
    bytes
}

fn conversation() -> Vec<u8> {
    [
        server(0x81, "héllo €".as_bytes()),
        server(0x01, &"€".as_bytes()[..1]),
        server(0x89, b"p"),
        server(0x00, &"€".as_bytes()[1..2]),
        server(0x8a, b""),
        server(0x80, &"€".as_bytes()[2..]),
        server(0x82, &[7; 126]),
        server(0x81, b""),
        server(0x88, b"\x03\xe8bye"),
    ]
    .concat()
}

#[test]
fn a_conversation_cut_at_every_byte_says_the_same() {
    let bytes = conversation();
    let expected = vec![
        Taken::Text("héllo €".into()),
        Taken::Ping(b"p".into()),
        Taken::Pong(Vec::new()),
        Taken::Text("€".into()),
        Taken::Binary(vec![7; 126]),
        Taken::Text(String::new()),
        Taken::Close(Some(1000), "bye".into()),
    ];
    for cut in 0..=bytes.len() {
        let (begin, rest) = bytes.split_at(cut);
        assert_eq!(parse([begin, rest]), (expected.clone(), None), "{cut}");
    }
    assert_eq!(parse(bytes.chunks(1)), (expected, None));
}

#[test]
fn each_violation_is_found_with_its_close_code() {
    let long = |length: u64| [&[0x82, 127][..], &length.to_be_bytes()].concat();
    for (bytes, violation, code) in [
        (server(0xc1, b"a"), Violation::ReservedBits, 1002),
        (server(0xa1, b"a"), Violation::ReservedBits, 1002),
        (server(0x91, b"a"), Violation::ReservedBits, 1002),
        (server(0x83, b""), Violation::ReservedOpcode(3), 1002),
        (server(0x8f, b""), Violation::ReservedOpcode(15), 1002),
        (vec![0x81, 0x81, 1, 2, 3, 4, 5], Violation::Masked, 1002),
        (vec![0x89, 0x80, 1, 2, 3, 4], Violation::Masked, 1002),
        (server(0x09, b""), Violation::FragmentedControl, 1002),
        (server(0x89, &[0; 126]), Violation::LongControl, 1002),
        (server(0x80, b"a"), Violation::NothingToContinue, 1002),
        ([server(0x01, b"a"), server(0x81, b"b")].concat(), Violation::Interleaved, 1002),
        (vec![0x82, 126, 0, 125], Violation::LongForm, 1002),
        (long(65_535), Violation::LongForm, 1002),
        (long(1 << 63), Violation::LengthBit, 1002),
        (long(1 << 30), Violation::TooLong, 1009),
        (long((1 << 63) - 1), Violation::TooLong, 1009),
        (
            [server(0x02, b"a"), vec![0x80, 127], (MAX_MESSAGE as u64).to_be_bytes().into()].concat(),
            Violation::TooLong,
            1009,
        ),
        (server(0x81, b"\xff"), Violation::NotUtf8, 1007),
        ([server(0x01, b"\xe2"), server(0x80, b"a")].concat(), Violation::NotUtf8, 1007),
        (server(0x88, b"\x03"), Violation::CloseLength, 1002),
        (server(0x88, &999_u16.to_be_bytes()), Violation::CloseCode(999), 1002),
        (server(0x88, &1005_u16.to_be_bytes()), Violation::CloseCode(1005), 1002),
        (server(0x88, &5000_u16.to_be_bytes()), Violation::CloseCode(5000), 1002),
        (server(0x88, b"\x03\xe8\xff"), Violation::CloseReason, 1007),
    ] {
        for size in 1..=bytes.len() {
            let (_, found) = parse(bytes.chunks(size));
            assert_eq!(found, Some(violation), "{bytes:?} by {size}");
        }
        assert_eq!(violation.code(), code, "{violation}");
    }
}

#[test]
fn a_length_that_is_only_announced_costs_no_memory() {
    let mut parser = Parser::default();
    let head = [&[0x82, 127][..], &(MAX_MESSAGE as u64).to_be_bytes(), &[1; 10]].concat();
    assert_eq!(parser.feed(&head, |_| ControlFlow::Continue(())), Ok(head.len()));
    assert!(parser.capacity() <= 2 * SPARE_CAPACITY, "{}", parser.capacity());
}

#[test]
fn a_buffer_is_given_back_after_a_long_message() {
    let (mut parser, frame) = (Parser::default(), server(0x82, &vec![1; 70_000]));
    for chunk in frame.chunks(1000) {
        parser.feed(chunk, |_| ControlFlow::Continue(())).unwrap();
    }
    assert!(parser.capacity() <= 2 * KEPT, "{}", parser.capacity());
}

#[test]
fn a_break_leaves_the_rest() {
    let bytes = [server(0x81, b"one"), server(0x81, b"two")].concat();
    let mut parser = Parser::default();
    assert_eq!(parser.feed(&bytes, |_| ControlFlow::Break(())), Ok(5));
}

proptest! {
    #[test]
    fn any_bytes_are_parsed_alike_however_they_are_cut(
        bytes in proptest::collection::vec(any::<u8>(), 0..200), size in 1..20_usize,
    ) {
        prop_assert_eq!(parse([&bytes[..]]), parse(bytes.chunks(size)));
    }

    #[test]
    fn messages_arrive_whole_in_fragments_and_chunks(
        payload in proptest::collection::vec(any::<u8>(), 0..70_000), fragment in 1..9_000_usize, size in 1..9_000_usize,
    ) {
        let parts: Vec<&[u8]> = payload.chunks(fragment).collect();
        let mut bytes = Vec::new();
        for (number, part) in parts.iter().enumerate() {
            let last = if number + 1 == parts.len() { 0x80 } else { 0 };
            bytes.extend(server(last | if number == 0 { 2 } else { 0 }, part));
            bytes.extend(server(0x89, b"ping"));
        }
        let (all, violation) = parse(bytes.chunks(size));
        prop_assert_eq!(violation, None);
        let messages: Vec<_> = all.into_iter().filter(|taken| matches!(taken, Taken::Binary(_))).collect();
        prop_assert_eq!(messages, if parts.is_empty() { Vec::new() } else { vec![Taken::Binary(payload)] });
    }

    #[test]
    fn a_client_frame_is_the_frame_of_a_server_once_it_is_unmasked(
        payload in proptest::collection::vec(any::<u8>(), 0..70_000), key in any::<[u8; 4]>(),
    ) {
        let mut bytes = Vec::new();
        frame::put(Opcode::Binary, &payload, key, &mut bytes);
        let expected = server(0x82, &payload);
        let head = expected.len() - payload.len();
        prop_assert_eq!(bytes[1] & 0x80, 0x80);
        bytes[1] &= 0x7f;
        prop_assert_eq!(&bytes[..head], &expected[..head]);
        prop_assert_eq!(&bytes[head..head + 4], &key[..]);
        frame::mask(&mut bytes[head + 4..], key);
        prop_assert_eq!(&bytes[head + 4..], &payload[..]);
    }
}
