//! Servers of HTTP/2 that misbehave on purpose, frame by frame (RFC 9113, section 4.1).

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    time::Duration,
};

use super::hostile_http1::run_against;

pub(crate) const DATA: u8 = 0;
pub(crate) const HEADERS: u8 = 1;
pub(crate) const RST_STREAM: u8 = 3;
pub(crate) const SETTINGS: u8 = 4;
const PING: u8 = 6;
pub(crate) const GOAWAY: u8 = 7;
const WINDOW_UPDATE: u8 = 8;
const CONTINUATION: u8 = 9;
pub(crate) const END_STREAM: u8 = 1;
pub(crate) const END_HEADERS: u8 = 4;
/// `:status: 200` in HPACK's static table.
pub(crate) const STATUS_200: &[u8] = &[0x88];

pub(crate) fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

/// A server that sends its settings, passes the stream's number of each request to `misbehave`, and goes on reading.
fn server(greeting: &'static [u8], misbehave: fn(TcpStream, u32)) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            std::thread::spawn(move || {
                let mut preface = [0; 24];
                let settings = frame(SETTINGS, 0, 0, greeting);
                if stream.read_exact(&mut preface).is_err() || stream.write_all(&settings).is_err() {
                    return;
                }
                while let Some((kind, number)) = next(&mut stream) {
                    if kind == HEADERS {
                        let writer = stream.try_clone().unwrap();
                        std::thread::spawn(move || misbehave(writer, number));
                    }
                }
            });
        }
    });
    address
}

/// Kind and stream of the next frame.
pub(crate) fn next(stream: &mut TcpStream) -> Option<(u8, u32)> {
    let mut head = [0; 9];
    stream.read_exact(&mut head).ok()?;
    let length = usize::from(head[0]) << 16 | usize::from(head[1]) << 8 | usize::from(head[2]);
    stream.read_exact(&mut vec![0; length]).ok()?;
    Some((head[3], u32::from_be_bytes([head[5], head[6], head[7], head[8]])))
}

/// Writes. The connection stays open until the client leaves: the thread that reads from it holds it.
fn write(mut stream: TcpStream, frames: &[Vec<u8>]) {
    drop(stream.write_all(&frames.concat()));
}

fn flood(mut stream: TcpStream, begin: &[u8], piece: &[u8]) {
    drop(stream.write_all(begin));
    let pieces = piece.repeat(500);
    while stream.write_all(&pieces).is_ok() {}
}

fn answer(number: u32) -> Vec<u8> {
    frame(HEADERS, END_HEADERS, number, STATUS_200)
}

fn class_of(misbehave: fn(TcpStream, u32)) -> String {
    run_against("http", server(b"", misbehave), "version: 2-prior-knowledge", "").0
}

/// Each on a connection of its own, so that two floods do not mix.
fn class_of_flood(misbehave: fn(TcpStream, u32)) -> String {
    run_against("http", server(b"", misbehave), "version: 2, connections: per_request", "").0
}

#[test]
fn resets_and_goaways_have_their_classes() {
    let refused: fn(TcpStream, u32) = |stream, n| write(stream, &[frame(RST_STREAM, 0, n, &[0, 0, 0, 7])]);
    assert_eq!(class_of(refused), "reset ");
    assert_eq!(class_of(|stream, n| write(stream, &[answer(n), frame(RST_STREAM, 0, n, &[0, 0, 0, 2])])), "body ");
    for code in [0, 2, 11] {
        let goaway: fn(TcpStream, u32) = match code {
            0 => |stream, _| write(stream, &[frame(GOAWAY, 0, 0, &[0; 8])]),
            2 => |stream, _| write(stream, &[frame(GOAWAY, 0, 0, &[0, 0, 0, 0, 0, 0, 0, 2])]),
            _ => |stream, _| write(stream, &[frame(GOAWAY, 0, 0, &[0, 0, 0, 0, 0, 0, 0, 11])]),
        };
        assert_eq!(class_of(goaway), "closed ", "code {code}");
    }
    assert_eq!(class_of(|stream, _| drop(stream.shutdown(std::net::Shutdown::Both))), "closed ");
    let half: fn(TcpStream, u32) = |mut stream, n| {
        drop(stream.write_all(&[answer(n), frame(DATA, 0, n, b"half")].concat()));
        drop(stream.shutdown(std::net::Shutdown::Both));
    };
    assert_eq!(class_of(half), "body ");
}

#[test]
fn what_breaks_the_protocol_is_a_protocol_error() {
    assert_eq!(class_of(|mut stream, _| drop(stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n"))), "protocol ");
    let data_first: fn(TcpStream, u32) = |stream, n| write(stream, &[frame(DATA, END_STREAM, n, b"x")]);
    assert_eq!(class_of(data_first), "protocol ");
    let unknown_stream: fn(TcpStream, u32) = |stream, n| write(stream, &[frame(DATA, 0, n + 1_000, b"x")]);
    assert_eq!(class_of(unknown_stream), "protocol ");
    let no_status: fn(TcpStream, u32) = |stream, n| write(stream, &[frame(HEADERS, END_HEADERS | END_STREAM, n, &[])]);
    assert_eq!(class_of(no_status), "protocol ");
    let bad_hpack: fn(TcpStream, u32) = |stream, n| write(stream, &[frame(HEADERS, END_HEADERS, n, &[0xff; 20])]);
    assert_eq!(class_of(bad_hpack), "protocol ");
    // Content-Length: 5 (literal, name 28 of the static table), then one byte.
    let wrong_length: fn(TcpStream, u32) = |stream, n| {
        let head = frame(HEADERS, END_HEADERS, n, &[0x88, 0x0f, 0x0d, 1, b'5']);
        write(stream, &[head, frame(DATA, END_STREAM, n, b"x")]);
    };
    assert_eq!(class_of(wrong_length), "protocol ");
    let overflow: fn(TcpStream, u32) =
        |stream, _| write(stream, &vec![frame(WINDOW_UPDATE, 0, 0, &[0x7f, 0xff, 0xff, 0xff]); 3]);
    assert_eq!(class_of(overflow), "protocol ");
}

#[test]
fn floods_end_in_time_and_within_bounds() {
    assert_eq!(class_of_flood(|stream, _| flood(stream, b"", &frame(SETTINGS, 0, 0, b""))), "timeout_wait ");
    assert_eq!(class_of_flood(|stream, _| flood(stream, b"", &frame(PING, 0, 0, &[0; 8]))), "timeout_wait ");
    let windows: fn(TcpStream, u32) = |stream, n| flood(stream, b"", &frame(WINDOW_UPDATE, 0, n, &[0, 0, 0, 1]));
    assert_eq!(class_of_flood(windows), "timeout_wait ");
    let empty: fn(TcpStream, u32) = |stream, n| flood(stream, &answer(n), &frame(DATA, 0, n, b""));
    assert_eq!(class_of_flood(empty), "protocol ");
    let lines: fn(TcpStream, u32) = |stream, n| {
        flood(stream, &frame(HEADERS, 0, n, STATUS_200), &frame(CONTINUATION, 0, n, &[0x00, 1, b'x', 1, b'y']));
    };
    assert_eq!(class_of_flood(lines), "protocol ");
    let nothing: fn(TcpStream, u32) =
        |stream, n| flood(stream, &frame(HEADERS, 0, n, STATUS_200), &frame(CONTINUATION, 0, n, b""));
    assert_eq!(class_of_flood(nothing), "protocol ");
    let promises: fn(TcpStream, u32) =
        |stream, n| flood(stream, b"", &frame(HEADERS, END_HEADERS, n, &[0x08, 3, b'1', b'0', b'3']));
    assert_eq!(class_of_flood(promises), "protocol ");
}

#[test]
fn slowness_ends_where_it_stands() {
    assert_eq!(class_of(|stream, _| write(stream, &[])), "timeout_wait ");
    let drip: fn(TcpStream, u32) = |mut stream, n| {
        drop(stream.write_all(&answer(n)));
        while stream.write_all(&frame(DATA, 0, n, b"a")).is_ok() {
            std::thread::sleep(Duration::from_millis(20));
        }
    };
    assert_eq!(class_of(drip), "timeout_body ");
    // SETTINGS_INITIAL_WINDOW_SIZE of zero: at most the 64 KiB that were in flight before it came are sent.
    let closed = server(&[0, 4, 0, 0, 0, 0], |stream, _| write(stream, &[]));
    assert_eq!(run_against("http", closed, "version: 2", &format!("body: {}", "x".repeat(100_000))).0, "timeout_send ");
}
