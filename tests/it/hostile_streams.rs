//! Streams that never end, never end a line or are no text: each has a class, and no more of them is read than one event may
//! have.

use std::{
    io::Write,
    net::{SocketAddr, TcpListener},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use super::support::Bench;

/// What a server sends at most: more than can be read in a second.
const MOST: usize = 1 << 30;
/// What is read of it at most: an event of 1 MiB, and what the sockets of both sides hold.
const READ: u64 = 24 << 20;

/// A server that answers each request with a head, a beginning, and then the same bytes until the client leaves; and how many
/// it could send.
fn endless(content_type: &'static str, begin: &'static [u8], more: &'static [u8]) -> (SocketAddr, Arc<AtomicU64>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (address, sent) = (listener.local_addr().unwrap(), Arc::new(AtomicU64::new(0)));
    let count = sent.clone();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let count = count.clone();
            std::thread::spawn(move || {
                let mut request = [0; 4096];
                if std::io::Read::read(&mut stream, &mut request).is_ok_and(|read| read > 0) {
                    let head = format!("HTTP/1.1 200 OK\r\nContent-Type: {content_type}\r\nConnection: close\r\n\r\n");
                    let block = more.repeat((64 << 10) / more.len() + 1);
                    let first = [head.as_bytes(), begin].concat();
                    let blocks = std::iter::once(&first).chain(std::iter::repeat_n(&block, MOST / block.len()));
                    for block in blocks {
                        if stream.write_all(block).is_err() {
                            return;
                        }
                        count.fetch_add(block.len() as u64, Ordering::Relaxed);
                    }
                }
            });
        }
    });
    (address, sent)
}

const EVENTS: &str = "text/event-stream";

#[test]
fn no_endless_stream_is_read_without_end() {
    let sse = "sse: /";
    let chat = "sse: /\n    json: {stream: true}\n    layout: openai_chat";
    let rpc = "jsonrpc: /\n    method: a\n    id: \"1\"";
    let mcp = "mcp: /\n    call: a\n    revision: 2026-07-28";
    let a2a = "a2a: /\n    stream: a\n    version: \"1.0\"";
    let agui = "agui: /\n    message: a";
    let started: &[u8] = b"data: {\"type\":\"RUN_STARTED\",\"threadId\":\"t\",\"runId\":\"r\"}\n\n";
    for (what, begin, more, steps) in [
        ("a line without an end", &b"data: "[..], &b"xxxxxxxx"[..], &[sse, chat, rpc, mcp, a2a, agui][..]),
        ("a field name without an end", b"", b"x", &[sse, rpc, agui]),
        ("lines without an event", b"", b"data: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n", &[sse, chat, rpc, mcp, a2a, agui]),
        ("an id without an end", b"id: ", b"x", &[sse, a2a]),
        ("bytes that are no text", b"data: ", b"\xff\xfe\x80", &[sse, chat, mcp, a2a]),
        ("a number without an end", b"data: {\"id\":", b"1", &[rpc, a2a, chat]),
        ("an array in arrays", b"data: ", b"[", &[rpc, a2a, agui]),
        ("a text after a beginning", started, b"x", &[agui]),
    ] {
        for step in steps {
            let (address, sent) = endless(EVENTS, begin, more);
            let bench = Bench::new();
            let profile =
                format!("base_url: http://{address}\nvus: 1\niterations: 1\nflow:\n  - {step}\n    timeout: 30s\n");
            bench.write("p.yaml", &profile);
            let ran = bench.run(&["p.yaml", "--run-dir", "run"]);
            assert_eq!(bench.errors(), "stream_event ", "{what}: {step}: {}{}", ran.stdout, ran.stderr);
            let read = sent.load(Ordering::Relaxed);
            assert!(read < READ, "{what}: {step}: {read} bytes were taken");
        }
    }
}

/// What repeats for ever ends with the time-out, or with the first thing that is wrong; its memory is that of one event.
#[test]
fn endless_events_end_with_a_class_of_their_own() {
    let agui = "agui: /\n    message: a";
    for (what, begin, more, step, class) in [
        ("comments", &b""[..], &b": still there\n\n"[..], "sse: /", "timeout_body "),
        ("comments", b"", b": still there\n\n", "jsonrpc: /\n    method: a", "timeout_body "),
        ("no message", b"", b"data: x\n\n", "jsonrpc: /\n    method: a", "rpc_invalid "),
        (
            "notifications",
            b"",
            b"data: {\"jsonrpc\":\"2.0\",\"method\":\"a\"}\n\n",
            "mcp: /\n    call: a\n    revision: 2026-07-28",
            "timeout_body ",
        ),
        (
            "another answer",
            b"",
            b"data: {\"jsonrpc\":\"2.0\",\"id\":-1,\"result\":{}}\n\n",
            "a2a: /\n    stream: a\n    version: \"1.0\"",
            "rpc_id ",
        ),
        ("no event of a run", b"", b"data: {}\n\n", agui, "stream_event "),
        (
            "texts before a run",
            b"",
            b"data: {\"type\":\"TEXT_MESSAGE_START\",\"messageId\":\"m\"}\n\n",
            agui,
            "agui_order ",
        ),
        (
            "errors of a language model",
            b"",
            b"data: {\"error\":{\"message\":\"no\"}}\n\n",
            "sse: /\n    json: {stream: true}\n    layout: openai_chat",
            "stream_error ",
        ),
        (
            "a run that goes on",
            b"data: {\"type\":\"RUN_STARTED\",\"threadId\":\"t\",\"runId\":\"r\"}\n\n",
            b"data: {\"type\":\"CUSTOM\",\"name\":\"a\"}\n\n",
            agui,
            "timeout_body ",
        ),
    ] {
        let (address, _) = endless(EVENTS, begin, more);
        let bench = Bench::new();
        let profile =
            format!("base_url: http://{address}\nvus: 1\niterations: 1\nflow:\n  - {step}\n    timeout: 1s\n");
        bench.write("p.yaml", &profile);
        let ran = bench.run(&["p.yaml", "--run-dir", "run"]);
        assert_eq!(bench.errors(), class, "{what}: {step}: {}{}", ran.stdout, ran.stderr);
    }
}
