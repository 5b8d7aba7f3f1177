//! Event streams against the practice target, whose query plans every event, and against servers that break them.

use std::{thread, time::Duration};

use serde_json::Value as Json;

use super::support::{Bench, Ran, practice, reply, serve, url, value};

/// Runs a flow once with one user against a practice target.
fn run(bench: &Bench, flow: &str, flags: &[&str]) -> Ran {
    let target = practice(&[]);
    bench.write("p.yaml", &format!("base_url: {}\nvus: 1\niterations: 1\nflow:\n{flow}", url(&target)));
    bench.run(&[&["p.yaml", "--run-dir", "run"], flags].concat())
}

/// A whole number.
fn count(summary: &Json, metric: &str, stat: &str) -> u64 {
    summary["metrics"][metric]["values"][stat].as_u64().unwrap_or_default()
}

#[test]
fn every_event_is_read_however_the_stream_is_cut() {
    for query in ["", "&split=1", "&split=3&line_end=crlf", "&line_end=cr&split=2", "&per_write=7"] {
        let bench = Bench::new();
        let flow = format!(
            "  - sse: /events?count=20&gap=2ms{query}\n    on_event:\n      - check: {{that: json.n > 0}}\n      - extract: {{last: $.n}}\n  - check: {{that: last == 20 && stream.events == 20 && json.n == 20}}\n"
        );
        let ran = run(&bench, &flow, &[]);
        assert_eq!(ran.code, 0, "{query}: {}{}", ran.stdout, ran.stderr);
        let summary = bench.summary();
        assert_eq!(count(&summary, "sse_events", "count"), 20, "{query}");
        assert_eq!(count(&summary, "checks", "passes"), 41, "{query}");
        assert_eq!(count(&summary, "http_reqs", "count"), 1, "{query}");
    }
}

#[test]
fn times_are_those_that_the_target_plans() {
    let bench = Bench::new();
    let ran = run(&bench, "  - sse: /events?count=30&first=200ms&gap=20ms&stall=10:500ms\n", &[]);
    assert_eq!(ran.code, 0, "{}", ran.stdout);
    let summary = bench.summary();
    // A loaded machine delays events; nothing makes them early.
    assert!(value(&summary, "sse_time_to_first_event", "min") >= 199.0);
    assert!(value(&summary, "sse_longest_gap", "max") >= 400.0);
    assert!(value(&summary, "sse_stream_duration", "min") >= 1_279.0);
    assert!(ran.stdout.contains("EVENT STREAMS"), "{}", ran.stdout);
}

#[test]
fn a_step_ends_its_stream_by_condition_count_and_time() {
    for (keys, events) in [
        ("until: json.n == 3", 3),
        ("until: event == 'tick' && body == '{\"n\":4}'", 4),
        ("max_events: 5", 5),
        ("max_time: 1s", 0),
    ] {
        let bench = Bench::new();
        let query = if events == 0 { "first=1h" } else { "gap=1ms" };
        let ran = run(&bench, &format!("  - sse: /events?name=tick&{query}\n    {keys}\n"), &[]);
        let summary = bench.summary();
        assert_eq!((ran.code, count(&summary, "http_req_failed", "passes")), (0, 0), "{keys}: {}", ran.stdout);
        assert_eq!(count(&summary, "sse_events", "count"), events, "{keys}");
    }
}

#[test]
fn events_before_a_planned_cut_arrive() {
    for gap in ["0s", "1ms", "20ms"] {
        let bench = Bench::new();
        run(&bench, &format!("  - sse: /events?count=9&gap={gap}&cut=3\n"), &[]);
        assert_eq!(count(&bench.summary(), "sse_events", "count"), 3, "{gap}");
    }
}

#[test]
fn what_ends_too_early_is_a_failure_of_its_class() {
    for (step, class) in [
        ("sse: /events?count=9&gap=1ms&cut=3", "body "),
        ("sse: /events?count=3&gap=1ms\n    until: json.n == 9", "stream_incomplete "),
        ("sse: /events?count=3&gap=1ms&end=silent\n    idle_timeout: 200ms", "timeout_idle "),
        ("sse: /events?count=3&gap=1ms&end=silent\n    timeout: 300ms", "timeout_body "),
        ("sse: /status/200", "stream_type "),
        ("sse: /status/503", "status_5xx "),
        ("sse: /v1/messages?gap=1ms&error=2\n    json: {stream: true}\n    layout: anthropic", "stream_error "),
        ("sse: /v1/messages?gap=1ms&cut=2\n    json: {stream: true}\n    layout: anthropic", "body "),
        ("sse: /v1/messages?gap=1ms\n    json: {stream: true}\n    layout: openai_chat", "stream_incomplete "),
        ("sse: /events?count=1\n    layout: anthropic", "stream_event "),
    ] {
        let bench = Bench::new();
        let ran = run(&bench, &format!("  - {step}\n"), &[]);
        assert_eq!(ran.code, 109, "nothing succeeded: {}{}", ran.stdout, ran.stderr);
        assert_eq!(bench.errors(), class, "{step}: {}", ran.stdout);
    }
}

#[test]
fn answers_are_measured_in_tokens_of_their_usage() {
    for (path, layout) in
        [("/v1/chat/completions", "openai_chat"), ("/v1/responses", "openai_responses"), ("/v1/messages", "anthropic")]
    {
        let bench = Bench::new();
        let flow = format!(
            "  - sse: {path}?tokens=40&tokens_per_event=4&first=50ms&gap=10ms\n    json: {{stream: true, stream_options: {{include_usage: true}}, messages: [hello there]}}\n    layout: {layout}\n    goodput: {{time_to_first_token: 1m}}\n    check:\n      - contains: word word\n      - that: stream.output_tokens == 40 && stream.chunks == 10\n"
        );
        let ran = run(&bench, &flow, &[]);
        assert_eq!(ran.code, 0, "{layout}: {}{}", ran.stdout, ran.stderr);
        let summary = bench.summary();
        assert_eq!(count(&summary, "checks", "fails"), 0, "{layout}: {}", ran.stdout);
        assert_eq!(count(&summary, "llm_output_tokens", "count"), 40, "{layout}");
        assert_eq!(count(&summary, "llm_goodput", "passes"), 1, "{layout}");
        assert!(value(&summary, "llm_time_to_first_token", "min") >= 49.0, "{layout}");
        // 90 ms between the first and the last of 40 tokens; a loaded machine delays the first.
        assert!(value(&summary, "llm_inter_token_latency", "min") >= 45.0 / 39.0, "{layout}");
    }
}

#[test]
fn without_usage_chunks_are_counted_and_reported() {
    let bench = Bench::new();
    let flow = "  - sse: /v1/chat/completions?tokens=12&gap=1ms\n    json: {stream: true}\n    layout: openai_chat\n";
    let ran = run(&bench, flow, &[]);
    let summary = bench.summary();
    assert_eq!(count(&summary, "llm_output_tokens", "count"), 12);
    assert_eq!(count(&summary, "llm_usage_missing", "count"), 1);
    assert!(ran.stdout.contains("their tokens are chunks"), "{}", ran.stdout);
}

#[test]
fn a_stream_is_opened_again_after_the_last_event() {
    let (address, asked) = serve(|request| {
        let first = if request.contains("Last-Event-ID: 2") { 3 } else { 1 };
        let events = format!("retry: 10\n\nid: {first}\ndata: x\n\nid: {}\ndata: x\n\n", first + 1);
        reply(200, "Content-Type: text/event-stream\r\n", events.as_bytes())
    });
    let bench = Bench::new();
    let flow = format!("flow: [{{sse: 'http://{address}/', max_events: 4, reconnect: 3}}]");
    bench.write("p.yaml", &format!("vus: 1\niterations: 1\n{flow}"));
    let ran = bench.run(&["p.yaml", "--run-dir", "run"]);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    let summary = bench.summary();
    assert_eq!((count(&summary, "sse_events", "count"), count(&summary, "sse_reconnects", "count")), (4, 1));
    assert_eq!(asked.requests.lock().unwrap().len(), 2);
}

/// The time that a server takes to answer is part of the times of a stream, whether it was opened first or again.
#[test]
fn times_of_a_reopened_stream_count_from_its_request() {
    let (address, asked) = serve(|_| {
        thread::sleep(Duration::from_millis(40));
        reply(200, "Content-Type: text/event-stream\r\n", b"retry: 10\n\ndata: x\n\n")
    });
    let bench = Bench::new();
    let flow = format!("flow: [{{sse: 'http://{address}/', max_events: 3, reconnect: 2}}]");
    bench.write("p.yaml", &format!("vus: 1\niterations: 1\n{flow}"));
    let ran = bench.run(&["p.yaml", "--run-dir", "run"]);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    let summary = bench.summary();
    assert_eq!(asked.requests.lock().unwrap().len(), 3);
    for metric in ["sse_time_to_first_event", "sse_stream_duration"] {
        assert!(value(&summary, metric, "min") >= 39.0, "{metric}: {}", ran.stdout);
    }
}

#[test]
fn a_stream_that_ended_as_it_may_is_not_opened_again() {
    let (address, asked) =
        serve(|_| reply(200, "Content-Type: text/event-stream\r\n", b"retry: 10\n\ndata: x\n\ndata: y\n\n"));
    for (limits, requests) in [("", 1), (", max_time: 1m", 1), (", max_events: 2", 1), (", max_events: 3", 2)] {
        let bench = Bench::new();
        bench.write(
            "p.yaml",
            &format!("vus: 1\niterations: 1\nflow: [{{sse: 'http://{address}/', reconnect: 2{limits}}}]"),
        );
        let ran = bench.run(&["p.yaml", "--run-dir", "run"]);
        assert_eq!(ran.code, 0, "{limits}: {}{}", ran.stdout, ran.stderr);
        assert_eq!(asked.requests.lock().unwrap().drain(..).count(), requests, "{limits}");
        assert_eq!(count(&bench.summary(), "sse_reconnects", "count"), requests as u64 - 1, "{limits}");
    }
}

#[test]
fn a_stream_that_is_cut_off_counts_with_its_age() {
    let bench = Bench::new();
    let target = practice(&[]);
    let flow = "flow: [{sse: '/events?first=1h', timeout: 1h}]";
    let scenario = format!("{{executor: constant-vus, vus: 2, duration: 1s, gracefulStop: 0, {flow}}}");
    bench.write("p.yaml", &format!("base_url: {}\nscenarios: {{s: {scenario}}}", url(&target)));
    let ran = bench.run(&["p.yaml", "--run-dir", "run"]);
    let summary = bench.summary();
    assert_eq!(count(&summary, "interrupted_requests", "count"), 2, "{}{}", ran.stdout, ran.stderr);
    assert!(value(&summary, "sse_stream_duration", "min") >= 900.0, "{}", ran.stdout);
    assert!(value(&summary, "sse_time_to_first_event", "min") >= 900.0);
}

#[test]
fn an_ended_answer_leaves_its_connection_to_the_next() {
    let bench = Bench::new();
    let step = "{sse: '/v1/messages?gap=1ms', json: {stream: true}, layout: anthropic}";
    let target = practice(&[]);
    bench.write("p.yaml", &format!("base_url: {}\nvus: 1\niterations: 5\nflow: [{step}]", url(&target)));
    assert_eq!(bench.run(&["p.yaml", "--run-dir", "run"]).code, 0);
    assert_eq!(target.report().connections_accepted, 1);
}
