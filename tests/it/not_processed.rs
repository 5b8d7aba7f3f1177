//! What a server of HTTP/2 did not process, by its own word (RFC 9113, sections 6.8, 7 and 8.7), is sent again and counted,
//! and is no failure.

use std::{
    io::{Read, Write},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::Duration,
};

use super::{
    hostile_http2::{END_HEADERS, END_STREAM, GOAWAY, HEADERS, RST_STREAM, SETTINGS, STATUS_200, frame, next},
    support::Bench,
};

/// Requests that each connection answers before its signal.
const SERVED: u32 = 5;
const REFUSED_STREAM: u32 = 7;
const ENHANCE_YOUR_CALM: u32 = 11;
const HTTP_1_1_REQUIRED: u32 = 13;

/// What a connection does with a request; false ends it.
type Serve = fn(&mut TcpStream, Request) -> bool;

/// A request of HTTP/2: its stream, its number on the connection from 1, and the count of answers.
struct Request<'a> {
    stream: u32,
    number: u32,
    answered: &'a AtomicU64,
}

impl Request<'_> {
    fn answer(&self) -> Vec<u8> {
        self.answered.fetch_add(1, Ordering::Relaxed);
        frame(HEADERS, END_HEADERS | END_STREAM, self.stream, STATUS_200)
    }
}

fn reset(stream: u32, code: u32) -> Vec<u8> {
    frame(RST_STREAM, 0, stream, &code.to_be_bytes())
}

fn goaway(last: u32, code: u32) -> Vec<u8> {
    frame(GOAWAY, 0, 0, &[last.to_be_bytes(), code.to_be_bytes()].concat())
}

fn write(stream: &mut TcpStream, frames: &[Vec<u8>]) -> bool {
    stream.write_all(&frames.concat()).is_ok()
}

/// A server of HTTP/2, and of HTTP/1.1 for who asks in that; returns the count of its answers.
fn server(serve: Serve) -> (SocketAddr, Arc<AtomicU64>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (address, answered) = (listener.local_addr().unwrap(), Arc::new(AtomicU64::new(0)));
    let counted = answered.clone();
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let answered = counted.clone();
            thread::spawn(move || connection(&mut stream, serve, &answered));
        }
    });
    (address, answered)
}

fn connection(stream: &mut TcpStream, serve: Serve, answered: &AtomicU64) {
    // What waits in the buffer is lost when a connection is closed with unread bytes.
    stream.set_nodelay(true).unwrap();
    let mut preface = [0; 24];
    if stream.read_exact(&mut preface).is_err() {
        return;
    }
    if !preface.starts_with(b"PRI * HTTP/2") {
        return http1(stream, answered);
    }
    let mut number = 0;
    if !write(stream, &[frame(SETTINGS, 0, 0, b"")]) {
        return;
    }
    while let Some((kind, id)) = next(stream) {
        if kind == HEADERS {
            number += 1;
            if !serve(stream, Request { stream: id, number, answered }) {
                return;
            }
        }
    }
}

/// Answers requests without a body, of which 24 bytes were read.
fn http1(stream: &mut TcpStream, answered: &AtomicU64) {
    let mut seen = Vec::new();
    let mut byte = [0];
    while stream.read_exact(&mut byte).is_ok() {
        seen.push(byte[0]);
        if seen.ends_with(b"\r\n\r\n") {
            seen.clear();
            answered.fetch_add(1, Ordering::Relaxed);
            drop(stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
        }
    }
}

/// Answers the first requests of a connection and says goodbye with the last of them.
fn goodbye(stream: &mut TcpStream, request: &Request, code: u32) -> bool {
    match request.number {
        ..SERVED => write(stream, &[request.answer()]),
        SERVED => write(stream, &[request.answer(), goaway(request.stream, code)]),
        _ => true,
    }
}

const SIGNALS: [(&str, &str, Serve); 8] = [
    ("GOAWAY without an error", "goaway", |stream, request| goodbye(stream, &request, 0)),
    ("GOAWAY with an error", "goaway", |stream, request| goodbye(stream, &request, ENHANCE_YOUR_CALM)),
    ("a graceful end in two steps", "goaway", |stream, request| match request.number {
        SERVED => write(stream, &[request.answer(), goaway(0x7fff_ffff, 0), goaway(request.stream, 0)]),
        ..SERVED => write(stream, &[request.answer()]),
        _ => true,
    }),
    ("an end that closes soon and reads no more", "goaway", |stream, request| {
        goodbye(stream, &request, 0);
        if request.number == SERVED {
            thread::sleep(Duration::from_millis(20));
        }
        request.number < SERVED
    }),
    ("an end that closes at once", "goaway", |stream, request| {
        goodbye(stream, &request, 0);
        request.number < SERVED || stream.shutdown(Shutdown::Write).is_err()
    }),
    ("one request a connection", "goaway", |stream, request| {
        request.number > 1 || write(stream, &[request.answer(), goaway(request.stream, 0)])
    }),
    ("refused streams", "refused_stream", |stream, request| {
        let refuses = request.number % 3 == 1;
        write(stream, &[if refuses { reset(request.stream, REFUSED_STREAM) } else { request.answer() }])
    }),
    ("HTTP/1.1 required", "http_1_1_required", |stream, request| {
        write(stream, &[reset(request.stream, HTTP_1_1_REQUIRED)])
    }),
];

fn run(address: SocketAddr, parallel: u32) -> (Bench, String, i32) {
    let bench = Bench::new();
    let flow = format!("[{{parallel: {parallel}, steps: [{{get: /}}]}}]");
    bench.write(
        "p.yaml",
        &format!(
            "base_url: http://{address}\nhttp: {{version: 2, timeout: 5s}}\nvus: 2\niterations: 40\nflow: {flow}\n"
        ),
    );
    let ran = bench.run(&["p.yaml", "--run-dir", "run"]);
    (bench, ran.stdout + &ran.stderr, ran.code)
}

#[test]
fn what_was_not_processed_is_sent_again_and_is_no_failure() {
    for (what, reason, serve) in SIGNALS {
        for parallel in [1, 8] {
            let (address, answered) = server(serve);
            let (bench, text, code) = run(address, parallel);
            assert_eq!((code, bench.errors()), (0, String::new()), "{what}, {parallel}: {text}");
            let summary = bench.summary();
            let requests = summary["metrics"]["http_reqs"]["values"]["count"].as_u64().unwrap();
            assert!(requests >= 40 && answered.load(Ordering::Relaxed) == requests, "{what}, {parallel}: {text}");
            // One request at a time may find each goodbye before it sends.
            if parallel > 1 || reason != "goaway" {
                assert!(summary["metrics"]["resent_requests"]["values"]["count"].as_u64().unwrap() > 0, "{what}");
                assert!(text.contains(&format!("(not processed by the server: {reason})")), "{what}: {text}");
            }
        }
    }
}

#[test]
fn sending_again_has_an_end() {
    for (serve, class) in [
        ((|stream, request| write(stream, &[reset(request.stream, REFUSED_STREAM)])) as Serve, "reset "),
        (|stream, _| write(stream, &[goaway(0, 0)]), "closed "),
    ] {
        let (bench, text, _) = run(server(serve).0, 1);
        assert_eq!(bench.errors(), class, "{text}");
        let metrics = &bench.summary()["metrics"];
        assert_eq!(metrics["http_errors"]["values"]["count"], 40, "{text}");
        assert_eq!(metrics["resent_requests"]["values"]["count"], 40 * 8, "{text}");
    }
}
