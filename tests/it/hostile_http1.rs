//! Servers of HTTP/1.1 that misbehave on purpose: each failure has its class, memory stays bounded, the run goes on.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

use serde_json::Value as Json;

use super::{
    http2,
    support::{Bench, hostile, reply, send, serve},
};

/// Runs three iterations of a request to a hostile server and one to a good one; returns the error classes and the summary.
pub(crate) fn run_against(scheme: &str, hostile: SocketAddr, http: &str, step: &str) -> (String, Json) {
    // The same version for both.
    let good = if http.contains("version: 2") { http2::server(None).0 } else { serve(|_| reply(200, "", b"good")).0 };
    let timeout = if http.contains("timeout:") { "" } else { "timeout: 400ms, " };
    let bench = Bench::new();
    let profile = format!(
        "http: {{{timeout}insecureSkipTLSVerify: true, {http}}}\nscenarios:\n  s:\n    executor: shared-iterations\n    \
         iterations: 3\n    flow:\n      - get: \"{scheme}://{hostile}/\"\n        {step}\n      - get: http://{good}/\n"
    );
    bench.write("p.yaml", &profile);
    let ran = bench.run(&["p.yaml", "--run-dir", "run", "--workers", "1"]);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    let summary = bench.summary();
    let well = summary["metrics"]["http_req_failed"]["values"]["fails"].as_u64().unwrap();
    assert!(well >= 3, "the run goes on: {summary}");
    let peak = summary["loadagent"]["validity"]["generator"]["rss_peak_bytes"].as_u64().unwrap();
    assert!(peak > 1_000_000 && peak < 150_000_000, "{peak} bytes at the peak");
    (bench.errors(), summary)
}

/// Writes the same again and again, until the client has had enough.
fn forever(stream: &mut TcpStream, begin: &[u8], piece: &[u8], pause: Duration) {
    let mut bytes = begin;
    while stream.write_all(bytes).is_ok() {
        bytes = piece;
        std::thread::sleep(pause);
    }
}

fn flood(mut stream: TcpStream, begin: &[u8], piece: &[u8]) {
    forever(&mut stream, begin, &piece.repeat(1_000), Duration::ZERO);
}

fn drip(mut stream: TcpStream, begin: &[u8]) {
    forever(&mut stream, begin, b"a", Duration::from_millis(20));
}

const OK: &[u8] = b"HTTP/1.1 200 OK\r\n";
const CHUNKED: &[u8] = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

type Case = (&'static str, fn(TcpStream), &'static str);

fn all_are(cases: &[Case]) {
    for (what, misbehave, class) in cases {
        let (errors, summary) = run_against("http", hostile(*misbehave), "version: 1.1", "");
        assert_eq!(errors, *class, "{what}");
        assert_eq!(summary["metrics"]["http_errors"]["values"]["count"], 3, "{what}");
    }
}

#[test]
fn heads_that_never_end_are_cut() {
    all_are(&[
        ("no HTTP", |stream| send(stream, b"this is not HTTP\r\n\r\n"), "protocol "),
        ("endless lines", |stream| flood(stream, OK, b"X: y\r\n"), "protocol "),
        ("one endless line", |stream| flood(stream, b"HTTP/1.1 200 OK\r\nX: ", b"aaaaaaaa"), "protocol "),
        ("endless promises", |stream| flood(stream, b"", b"HTTP/1.1 103 Early Hints\r\n\r\n"), "protocol "),
        ("a dripping head", |stream| drip(stream, b"HTTP/1.1 200 OK\r\nX: "), "timeout_body "),
        ("silence", |stream| send(stream, b""), "timeout_wait "),
        ("a closed door", drop, "closed "),
    ]);
}

#[test]
fn bodies_that_lie_are_classed() {
    all_are(&[
        ("too short", |stream| send(stream, b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nx"), "timeout_body "),
        ("broken off", |mut stream| drop(stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx")), "body "),
        (
            "two lengths",
            |stream| send(stream, b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx"),
            "protocol ",
        ),
        (
            "a dripping body",
            |stream| drip(stream, b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n"),
            "timeout_body ",
        ),
        ("garbage for a chunk", |stream| send(stream, &[CHUNKED, b"zz\r\n"].concat()), "protocol "),
        ("a chunk of 2^72 bytes", |stream| send(stream, &[CHUNKED, b"fffffffffffffffff\r\n"].concat()), "protocol "),
        ("endless words about a chunk", |stream| flood(stream, &[CHUNKED, b"5;"].concat(), b"aaaaaaaa"), "protocol "),
        ("endless trailers", |stream| flood(stream, &[CHUNKED, b"0\r\n"].concat(), b"X: y\r\n"), "protocol "),
    ]);
}

#[test]
fn a_response_without_bytes_is_cut_by_the_idle_timeout() {
    let (http, slow) = ("version: 1.1, timeout: 5s, idle_timeout: 300ms", "redirects: 0");
    for (what, misbehave, class) in [
        ("silence", (|stream| send(stream, b"")) as fn(TcpStream), "timeout_idle "),
        ("a body that stops", |stream| send(stream, b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx"), "timeout_idle "),
    ] {
        assert_eq!(run_against("http", hostile(misbehave), http, slow).0, class, "{what}");
    }
    let steady: fn(TcpStream) = |mut stream| {
        drop(stream.write_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 20\r\n\r\n"));
        for _ in 0..20 {
            std::thread::sleep(Duration::from_millis(20));
            drop(stream.write_all(b"a"));
        }
    };
    assert_eq!(run_against("http", hostile(steady), http, slow).0, "", "it takes longer than the idle time as a whole");
    // The head may come in time or not, so that there are one or two series of the class.
    let classes = run_against("http", hostile(steady), "timeout: 5s", "idle_timeout: 1ms").0;
    assert!(!classes.is_empty() && classes.split_whitespace().all(|class| class == "timeout_idle"), "{classes}");
}

#[test]
fn redirects_and_compression_can_t_be_turned_against_us() {
    let (round, _) = serve(|_| reply(302, "Location: /again\r\n", b""));
    assert_eq!(run_against("http", round, "max_redirects: 5", "").0, "redirect ");
    let (damaged, _) = serve(|_| reply(200, "Content-Encoding: gzip\r\n", b"\x1f\x8b\x08 not really"));
    assert_eq!(run_against("http", damaged, "", "check: [{contains: x}]").0, "decompression ");
    assert_eq!(run_against("http", damaged, "", "").0, "", "no check reads the body");
    // 1 GiB of zeros, packed twice.
    let (bomb, _) = serve(|_| {
        let pack = |bytes: &mut dyn Read| {
            let mut packed = Vec::new();
            flate2::read::GzEncoder::new(bytes, flate2::Compression::fast()).read_to_end(&mut packed).unwrap();
            packed
        };
        let once = pack(&mut std::io::repeat(0).take(64 << 20));
        reply(200, "Content-Encoding: gzip, gzip\r\n", &pack(&mut once.as_slice()))
    });
    let (errors, summary) = run_against("http", bomb, "timeout: 60s", "check: [{contains: never}]");
    assert_eq!((errors.as_str(), &summary["metrics"]["checks"]["values"]["fails"]), ("", &3.into()));
}

#[test]
fn large_and_odd_bodies_are_only_that() {
    fn gigabyte(mut stream: TcpStream) {
        let piece = vec![0; 1 << 20];
        drop(stream.write_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1073741824\r\n\r\n"));
        (0..1024).try_for_each(|_| stream.write_all(&piece)).unwrap_or_default();
        drop(stream.read(&mut [0]));
    }
    let (errors, summary) = run_against("http", hostile(gigabyte), "timeout: 60s", "check: [{contains: never}]");
    assert_eq!(errors, "");
    let received = summary["metrics"]["data_received"]["values"]["count"].as_u64().unwrap();
    assert!(received > 3 << 30, "every byte is counted: {received}");
    for (line, class) in [(&b"X-\xc3: y\r\n"[..], "protocol "), (b"X: \xff\r\n", "")] {
        let head = [b"HTTP/1.1 200 \xff\xfe\r\n", line, b"Content-Length: 3\r\n\r\n\xff\xfe\xfd"].concat();
        let (odd, _) = serve(move |_| head.clone());
        assert_eq!(run_against("http", odd, "", "check: [{equals: x}]").0, class, "names are ASCII, values are bytes");
    }
}

#[test]
fn what_is_not_tls_is_no_connection() {
    assert_eq!(run_against("https", hostile(|stream| send(stream, b"HTTP/1.1 200 OK\r\n\r\n")), "", "").0, "tls ");
    assert_eq!(run_against("https", hostile(drop), "", "").0, "tls ");
    assert_eq!(run_against("https", hostile(|stream| send(stream, b"")), "", "").0, "timeout_connect ");
}
