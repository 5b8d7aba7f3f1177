//! WebSockets against the practice target, whose query plans them, and against servers that answer frames by a script.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

use base64::Engine as _;
use serde_json::Value as Json;

use super::support::{Bench, Ran, practice, url, value};

/// What the server does with an open socket.
type Script = fn(&mut TcpStream);

/// Accepts one socket, and runs a script on it.
fn server(script: Script) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut head = Vec::new();
        let mut byte = [0];
        while !head.ends_with(b"\r\n\r\n") {
            stream.read_exact(&mut byte).unwrap();
            head.push(byte[0]);
        }
        let head = String::from_utf8(head).unwrap();
        let key = head.lines().find_map(|line| line.strip_prefix("Sec-WebSocket-Key: ")).unwrap();
        let accept = format!("{key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11");
        let accept = ring::digest::digest(&ring::digest::SHA1_FOR_LEGACY_USE_ONLY, accept.as_bytes());
        let accept = base64::engine::general_purpose::STANDARD.encode(accept);
        let response = format!(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n\r\n"
        );
        stream.write_all(response.as_bytes()).unwrap();
        script(&mut stream);
    });
    port
}

/// Reads a frame of at most 65,535 bytes; None at the end.
fn frame(stream: &mut TcpStream) -> Option<(u8, Vec<u8>)> {
    let mut head = [0; 2];
    stream.read_exact(&mut head).ok()?;
    assert_eq!(head[1] & 0x80, 0x80, "a client masks");
    let mut length = usize::from(head[1] & 0x7f);
    if length == 126 {
        let mut long = [0; 2];
        stream.read_exact(&mut long).ok()?;
        length = usize::from(u16::from_be_bytes(long));
    }
    let mut key = [0; 4];
    stream.read_exact(&mut key).ok()?;
    let mut payload = vec![0; length];
    stream.read_exact(&mut payload).ok()?;
    payload.iter_mut().zip(key.into_iter().cycle()).for_each(|(byte, key)| *byte ^= key);
    Some((head[0] & 0x0f, payload))
}

fn put(stream: &mut TcpStream, opcode: u8, payload: &[u8]) {
    let length = u16::try_from(payload.len()).unwrap();
    let mut bytes = vec![0x80 | opcode];
    if let Ok(length @ 0..=125) = u8::try_from(length) {
        bytes.push(length);
    } else {
        bytes.push(126);
        bytes.extend_from_slice(&length.to_be_bytes());
    }
    bytes.extend_from_slice(payload);
    stream.write_all(&bytes).unwrap();
}

/// Sends everything back, the close frame too.
fn echo(stream: &mut TcpStream) {
    while let Some((opcode, payload)) = frame(stream) {
        put(stream, opcode, &payload);
        if opcode == 8 {
            return;
        }
    }
}

fn run(script: Script, flow: &str) -> (Bench, Ran) {
    let port = server(script);
    let bench = Bench::new();
    bench.write("p.yaml", &format!("base_url: http://127.0.0.1:{port}\nvus: 1\niterations: 1\nflow:\n{flow}"));
    let ran = bench.run(&["p.yaml", "--run-dir", "run"]);
    (bench, ran)
}

fn count(summary: &Json, metric: &str) -> u64 {
    summary["metrics"][metric]["values"]["count"].as_u64().unwrap_or_default()
}

#[test]
fn messages_are_sent_expected_and_counted() {
    let flow = "  - websocket: /ws?token=a\n    steps:\n      - send: {n: 1}\n      - expect: json.n == 1\n      - check: {that: json.n == 1}\n      - send: plain\n      - send: more\n        binary: true\n      - expect: body == 'more'\n      - hold: 50ms\n      - close: 4000\n  - check: {that: \"error == '' && status == 101\"}\n";
    let (bench, ran) = run(echo, flow);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    let summary = bench.summary();
    for (metric, expected) in
        [("ws_sessions", 1), ("ws_msgs_sent", 3), ("ws_msgs_received", 3), ("ws_closes", 1), ("ws_errors", 0)]
    {
        assert_eq!(count(&summary, metric), expected, "{metric}: {summary}");
    }
    assert_eq!(summary["metrics"]["checks"]["values"]["passes"], 2);
}

#[test]
fn a_message_can_be_answered_as_it_comes() {
    let flow = "  - websocket: /ws\n    on_message:\n      - if: json.ping\n        then: [{send: {pong: \"${json.ping}\"}}]\n    steps:\n      - expect: json.done\n";
    let (bench, ran) = run(
        |stream| {
            for number in 1..=3 {
                put(stream, 1, format!("{{\"ping\":{number}}}").as_bytes());
                assert_eq!(frame(stream), Some((1, format!("{{\"pong\":{number}}}").into_bytes())));
            }
            put(stream, 9, b"are you there");
            assert_eq!(frame(stream), Some((10, b"are you there".to_vec())));
            put(stream, 1, b"{\"done\":true}");
            echo(stream);
        },
        flow,
    );
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    assert_eq!(count(&bench.summary(), "ws_msgs_sent"), 3);
    assert_eq!(count(&bench.summary(), "ws_msgs_received"), 4);
}

#[test]
fn what_goes_wrong_has_a_class_of_its_own() {
    let cases: [(Script, &str); 8] = [
        (|_| {}, "ws_dropped"),
        (|stream| put(stream, 8, b"\x03\xe9bye"), "ws_closed"),
        (|stream| put(stream, 8, b""), "ws_closed"),
        (|stream| put(stream, 8, b"\x03"), "ws_protocol"),
        (|stream| stream.write_all(&[0x82, 127, 0, 0, 0, 0, 64, 0, 0, 0]).unwrap(), "ws_size"),
        (|stream| put(stream, 1, b"\xff"), "ws_text"),
        (|stream| stream.write_all(&[0x09, 0]).unwrap(), "ws_protocol"),
        (|stream| drop(frame(stream)), "ws_timeout"),
    ];
    for (script, class) in cases {
        let flow = format!(
            "  - websocket: /ws\n    steps:\n      - expect: 'true'\n        timeout: 300ms\n  - check: {{that: error == '{class}'}}\n"
        );
        let (bench, ran) = run(script, &flow);
        let summary = bench.summary();
        assert_eq!(summary["metrics"]["checks"]["values"]["passes"], 1, "{class}: {}{}", ran.stdout, ran.stderr);
        assert_eq!(count(&summary, "ws_errors"), 1, "{class}");
    }
}

#[test]
fn a_server_may_close_with_the_codes_that_the_step_names() {
    let flow = "  - websocket: /ws\n    may_close: [1001]\n    steps: [{hold: 10s}]\n  - check: {that: error == ''}\n";
    let (bench, ran) = run(|stream| put(stream, 8, b"\x03\xe9"), flow);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    assert_eq!(count(&bench.summary(), "ws_errors"), 0);
}

/// Runs a flow against a practice target; returns what each of the two saw.
fn practise(flow: &str, load: &str) -> (Ran, Json, Json) {
    let (bench, target) = (Bench::new(), practice(&[]));
    bench.write("p.yaml", &format!("base_url: {}\n{load}\nflow:\n{flow}", url(&target)));
    let ran = bench.run(&["p.yaml", "--run-dir", "run"]);
    let seen = serde_json::to_value(target.report()).unwrap();
    (ran, bench.summary(), seen["websockets"].clone())
}

const ONCE: &str = "vus: 1\niterations: 1";

#[test]
fn both_ends_count_the_same() {
    let flow = "  - websocket: /ws?delay=uniform(1ms,5ms)&ping=10ms\n    subprotocols: [b, a]\n    steps:\n      - repeat: 5\n        steps:\n          - send: \"${iteration}\"\n          - expect: 'true'\n      - hold: 50ms\n      - close: 4001\n";
    let (ran, summary, seen) = practise(flow, "vus: 4\niterations: 12");
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    for (metric, counter, expected) in [
        ("ws_sessions", "opened", 12),
        ("ws_msgs_sent", "messages_received", 60),
        ("ws_msgs_received", "messages_sent", 60),
    ] {
        assert_eq!((count(&summary, metric), seen[counter].as_u64()), (expected, Some(expected)), "{metric}: {seen}");
    }
    assert_eq!((&seen["closes_received"]["4001"], &seen["open"]), (&12.into(), &0.into()), "{seen}");
    assert!(seen["pongs_received"].as_u64() >= Some(12), "{seen}");
}

#[test]
fn a_message_is_whole_however_it_comes() {
    for query in ["fragment=1", "fragment=7&split=1", "split=3", "size=200000&fragment=999"] {
        let flow = format!(
            "  - websocket: /ws?gap=1ms&count=3&{query}\n    steps:\n      - expect: json.n == 3\n      - send: \"plain ${{'€'}}\"\n      - expect: body == 'plain €'\n"
        );
        let (ran, summary, seen) = practise(&flow, ONCE);
        assert_eq!((ran.code, count(&summary, "ws_msgs_received")), (0, 4), "{query}: {}{}", ran.stdout, ran.stderr);
        assert_eq!(seen["messages_sent"], 4, "{query}");
    }
}

#[test]
fn planned_ends_are_counted_exactly() {
    for (query, end, class, code) in [
        ("cut=2&nth=3", "cut", "ws_dropped", "1006"),
        ("close=1:1011&nth=3", "closed by the target: 1011", "ws_closed", "1011"),
        ("close=1:1005&nth=3", "closed by the target: 1005", "ws_closed", "1005"),
    ] {
        let flow = format!(
            "  - websocket: /ws?{query}\n    steps:\n      - repeat: 3\n        steps: [{{send: a}}, {{expect: 'true'}}]\n"
        );
        let (ran, summary, seen) = practise(&flow, "vus: 5\niterations: 30");
        assert_eq!(seen["ends"][end], 10, "{query}: {seen} {}", ran.stderr);
        assert_eq!(seen["ends"]["closed by the client: 1000"], 20, "{query}: {seen}");
        assert_eq!(count(&summary, "ws_errors"), 10, "{query}: {summary}");
        assert!(ran.stdout.contains(&format!("ws_errors {class} 10")), "{query}: {}", ran.stdout);
        assert!(ran.stdout.contains(&format!("ws_closes 1000 20, {code} 10")), "{query}: {}", ran.stdout);
        let flow =
            format!("  - websocket: /ws?{query}\n    may_close: {code}\n    steps: [{{send: a}}, {{hold: 1s}}]\n");
        let (ran, summary, _) = practise(&flow.replace("cut=2", "cut=1"), "vus: 3\niterations: 3");
        assert_eq!((ran.code, count(&summary, "ws_errors")), (0, 0), "{code}: {}", ran.stdout);
    }
}

/// A socket that fails stands under ERRORS with its step, and a run whose every socket failed is invalid. So for jobs.
#[test]
fn failed_sockets_and_jobs_are_listed_as_errors() {
    let socket = |query: &str| {
        format!(
            "  - websocket: /ws?{query}\n    name: s\n    steps: [{{send: a}}, {{expect: 'true', timeout: 50ms}}]\n"
        )
    };
    let job = |query: &str| {
        format!(
            "  - job: {{post: '/jobs?{query}', name: s}}\n    done: json.state == 'done'\n    failed: json.state == 'failed'\n    every: 10ms\n    timeout: 30ms\n"
        )
    };
    let (no_socket, no_job) = ("no WebSocket succeeded; most often: ", "no job was done; most often: ");
    for (flow, class, why) in [
        (socket("echo=false"), "ws_timeout", format!("{no_socket}ws_timeout")),
        (socket("echo=false&cut=10ms"), "ws_dropped", format!("{no_socket}ws_dropped")),
        (socket("echo=false&close=10ms:1011"), "ws_closed", format!("{no_socket}ws_closed")),
        (socket("echo=false&violation=10ms:utf8"), "ws_text", format!("{no_socket}ws_text")),
        (job("takes=1ms&outcome=failed"), "job_failure", format!("{no_job}failed")),
        (job("takes=1h"), "job_timeout", format!("{no_job}timed_out")),
    ] {
        let (ran, summary, _) = practise(&flow, "vus: 2\niterations: 4");
        assert_eq!(ran.code, if class.starts_with("ws_") { 109 } else { 0 }, "{class}: {}", ran.stdout);
        assert!(ran.stdout.contains(&why), "{class}: {}", ran.stdout);
        let errors = summary["loadagent"]["errors"].as_array().unwrap();
        let [error] = &errors[..] else { panic!("{class}: {errors:?}") };
        assert_eq!(
            (&error["class"], &error["name"], &error["count"]),
            (&class.into(), &"s".into(), &4.into()),
            "{class}"
        );
        assert_ne!(error["meaning"], "", "{class}");
        let row = ran.stdout.lines().find(|line| line.trim_start().starts_with(class));
        assert!(row.is_some_and(|row| row.contains(" s ")), "{class}: {}", ran.stdout);
    }
}

#[test]
fn thresholds_on_what_a_socket_records_raise_no_warning() {
    let metrics =
        ["sessions", "session_duration", "failed", "msgs_sent", "msgs_received", "connecting", "round_trip", "ping"];
    let thresholds: String = metrics
        .iter()
        .map(|metric| match *metric {
            "failed" => "  'ws_failed{name:s}': rate<1\n".to_owned(),
            "sessions" | "msgs_sent" | "msgs_received" => format!("  'ws_{metric}{{name:s}}': count>0\n"),
            _ => format!("  'ws_{metric}{{name:s}}': p(95)<10000\n"),
        })
        .collect();
    let flow = "  - websocket: /ws\n    name: s\n    ping: 1ms\n    round_trip: order\n    steps: [{send: a}, {expect: 'true'}, {hold: 50ms}]\n";
    let (ran, summary, _) = practise(flow, &format!("{ONCE}\nthresholds:\n{thresholds}"));
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    for metric in metrics {
        assert!(summary["metrics"].get(format!("ws_{metric}")).is_some(), "{metric}: {summary}");
    }
    let bench = Bench::new();
    bench.write("p.yaml", &format!("practice_target: {{}}\n{ONCE}\nthresholds:\n{thresholds}flow:\n{flow}"));
    let ran = bench.run(&["check", "p.yaml"]);
    assert!(!format!("{}{}", ran.stdout, ran.stderr).contains("matches no series"), "{}{}", ran.stdout, ran.stderr);
    // What this socket does not record is still said.
    let flow = "  - websocket: /ws\n    steps: [{send: a}]\n";
    for metric in ["ws_round_trip", "ws_ping", "sse_stream_duration", "job_duration"] {
        let bench = Bench::new();
        let profile = format!("practice_target: {{}}\n{ONCE}\nthresholds: {{{metric}: 'p(95)<1'}}\nflow:\n{flow}");
        bench.write("p.yaml", &profile);
        let ran = bench.run(&["check", "p.yaml"]);
        let printed = format!("{}{}", ran.stdout, ran.stderr);
        assert!(printed.contains("no step records this metric"), "{metric}: {printed}");
    }
}

/// Each violation of the target: its class, and the close code with which the server hears of it.
#[test]
fn each_violation_of_a_server_has_its_class_and_code() {
    let protocol = [
        "mask",
        "rsv1",
        "rsv2",
        "rsv3",
        "opcode",
        "fragmented_ping",
        "long_ping",
        "continuation",
        "interleaved",
        "long_form",
        "length",
        "close_length",
        "close_code",
    ];
    let violations = protocol.map(|violation| (violation, "ws_protocol", "1002"));
    let others = [("utf8", "ws_text", "1007"), ("close_text", "ws_text", "1007"), ("huge", "ws_size", "1009")];
    for (violation, class, code) in violations.into_iter().chain(others) {
        let flow = format!(
            "  - websocket: /ws?violation=1:{violation}\n    steps: [{{send: a}}, {{expect: 'true'}}, {{hold: 20s}}]\n  - check: {{that: error == '{class}'}}\n"
        );
        let (ran, summary, seen) = practise(&flow, ONCE);
        assert_eq!(summary["metrics"]["checks"]["values"]["passes"], 1, "{violation}: {}", ran.stdout);
        assert_eq!(count(&summary, "ws_errors"), 1, "{violation}");
        // What follows the head of the long frame hides the client's close frame behind a reset.
        if violation != "huge" {
            assert_eq!(seen["closes_received"][code], 1, "{violation}: {seen}");
        }
    }
    for (query, class) in [("violation=1:silence", "ws_timeout"), ("violation=1:stop", "ws_timeout")] {
        let flow = format!(
            "  - websocket: /ws?{query}\n    steps: [{{send: a}}, {{expect: 'true'}}, {{send: b}}, {{expect: 'true', timeout: 300ms}}]\n  - check: {{that: error == '{class}'}}\n"
        );
        let (ran, summary, _) = practise(&flow, ONCE);
        assert_eq!(summary["metrics"]["checks"]["values"]["passes"], 1, "{query}: {}", ran.stdout);
    }
}

#[test]
fn a_handshake_that_accepts_something_else_is_a_failure() {
    for (query, class) in [
        ("handshake=accept", "ws_handshake"),
        ("handshake=upgrade", "ws_handshake"),
        ("handshake=subprotocol", "ws_handshake"),
        ("handshake=extension", "ws_handshake"),
        ("token=none", "status_4xx"),
    ] {
        let flow =
            format!("  - websocket: /ws?{query}\n    steps: [{{send: a}}]\n  - check: {{that: error == '{class}'}}\n");
        let (ran, summary, _) = practise(&flow, ONCE);
        assert_eq!(summary["metrics"]["checks"]["values"]["passes"], 1, "{query}: {}", ran.stdout);
        assert_eq!((count(&summary, "ws_sessions"), count(&summary, "http_reqs")), (0, 1), "{query}");
    }
}

#[test]
fn answers_are_found_by_their_order() {
    let flow = "  - websocket: /ws?delay=30ms\n    round_trip: order\n    steps:\n      - repeat: 4\n        steps: [{send: a}]\n      - {send: quiet, answered: false}\n      - {hold: 300ms}\n";
    let (ran, summary, seen) = practise(flow, ONCE);
    assert_eq!((ran.code, &seen["messages_received"]), (0, &5.into()), "{}{}", ran.stdout, ran.stderr);
    assert!(value(&summary, "ws_round_trip", "min") >= 29.0, "{summary}");
    assert_eq!(count(&summary, "ws_unanswered"), 0);
}

#[test]
fn answers_are_found_by_a_value_they_share_with_the_message() {
    let flow = "  - websocket: /ws\n    round_trip: json.id\n    steps:\n      - send: {id: 1}\n      - send: {id: \"2\"}\n      - send: {no: id}\n      - send: {id: 3}\n      - expect: json.id == 1\n      - hold: 100ms\n";
    let answers: Script = |stream| {
        (0..4).for_each(|_| drop(frame(stream)));
        thread::sleep(std::time::Duration::from_millis(150));
        put(stream, 1, b"{\"id\":99}");
        put(stream, 1, b"{\"id\":2}");
        thread::sleep(std::time::Duration::from_millis(150));
        put(stream, 1, b"{\"id\":1}");
        echo(stream);
    };
    let (bench, ran) = run(answers, flow);
    let summary = bench.summary();
    assert_eq!((ran.code, count(&summary, "ws_unanswered")), (0, 1), "{}{}", ran.stdout, ran.stderr);
    assert!(value(&summary, "ws_round_trip", "min") >= 149.0, "{summary}");
    // Of the one without an answer, the age.
    assert!(value(&summary, "ws_round_trip", "max") >= 399.0, "{summary}");
}

#[test]
fn what_is_periodic_is_due_by_the_clock() {
    let flow = "  - websocket: /ws\n    periodic:\n      every: 20ms\n      steps: [{send: tick}]\n    ping: 50ms\n    round_trip: order\n    steps:\n      - expect: body == 'tick'\n      - hold: 300ms\n";
    let (ran, summary, seen) = practise(flow, ONCE);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    let (ticks, pings) = (seen["messages_received"].as_u64().unwrap(), seen["pings_received"].as_u64().unwrap());
    // The hold begins after the first: 15 or 16 more fit, and six or seven pings.
    assert!((16..=30).contains(&ticks) && (6..=12).contains(&pings), "{seen}");
    assert_eq!((count(&summary, "ws_msgs_sent"), count(&summary, "ws_unanswered")), (ticks, 0), "{summary}");
    assert!(value(&summary, "ws_ping", "min") > 0.0);
}

#[test]
fn a_socket_that_the_server_ended_is_opened_again() {
    for (end, class) in [("close=1:1011", "ws_closed"), ("cut=1", "ws_dropped")] {
        let flow = |most: u32| {
            format!(
                "  - websocket: /ws?{end}&nth=2\n    reconnect: {most}\n    steps: [{{send: a}}, {{expect: 'true'}}, {{send: b}}, {{expect: 'true'}}]\n  - check: {{that: error == ''}}\n"
            )
        };
        let (ran, summary, seen) = practise(&flow(1), "vus: 1\niterations: 5");
        assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
        assert_eq!((count(&summary, "ws_reconnects"), seen["opened"].as_u64()), (4, Some(9)), "{end}: {seen}");
        assert_eq!(summary["metrics"]["checks"]["values"]["passes"], 5);
        assert!(ran.stdout.contains(&format!("ws_errors {class} 4")), "{}", ran.stdout);
        let (ran, summary, _) = practise(&flow(0), "vus: 1\niterations: 4");
        assert_eq!((count(&summary, "ws_reconnects"), count(&summary, "ws_errors")), (0, 2), "{}", ran.stdout);
    }
}

#[test]
fn a_server_that_takes_nothing_holds_the_steps_up() {
    let flow = "  - websocket: /ws?violation=1:stop\n    timeout: 300ms\n    steps:\n      - send: a\n      - expect: 'true'\n      - repeat: 1000\n        steps: [{send: \"${repeat('x', 65536)}\"}]\n  - check: {that: error == 'ws_timeout'}\n";
    let (ran, summary, _) = practise(flow, ONCE);
    assert_eq!(summary["metrics"]["checks"]["values"]["passes"], 1, "{}{}", ran.stdout, ran.stderr);
    assert!(count(&summary, "ws_msgs_sent") < 500, "{summary}");
}

#[test]
fn messages_are_compressed_if_both_sides_want_it() {
    let text = "a word ".repeat(1_000);
    for (query, key, is_compressed) in [
        ("compression=true", "true", true),
        ("compression=true&split=1&fragment=10", "true", true),
        ("compression=false", "true", false),
        ("compression=true", "false", false),
    ] {
        let flow = format!(
            "  - websocket: /ws?{query}\n    compression: {key}\n    round_trip: order\n    steps:\n      \
             - send: {{text: \"{text}\"}}\n      - expect: length(json.text) == 7000\n      \
             - send: \"h\u{20ac}llo\"\n        binary: true\n      - expect: 'true'\n"
        );
        let (ran, summary, seen) = practise(&flow, ONCE);
        assert_eq!(
            (count(&summary, "ws_errors"), seen["messages_received"].as_u64()),
            (0, Some(2)),
            "{query}: {}",
            ran.stdout
        );
        assert_eq!(count(&summary, "ws_msgs_received"), 2, "{query}: {}", ran.stdout);
        // The handshake has some hundred bytes.
        let (sent, received) = (value(&summary, "data_sent", "count"), value(&summary, "data_received", "count"));
        assert_eq!((sent < 1_500.0, received < 1_500.0), (is_compressed, is_compressed), "{query}: {sent} {received}");
    }
}
