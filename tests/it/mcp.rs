//! Requests of MCP against the practice target, whose tools say how they answer, and against servers that are wrong.

use serde_json::{Value as Json, json};

use super::support::{Bench, practice, refusing_url, reply, serve, url};

const ALL: [&str; 3] = ["2025-06-18", "2025-11-25", "2026-07-28"];

fn value(summary: &Json, metric: &str, which: &str) -> u64 {
    let value = &summary["metrics"][metric]["values"][which];
    value.as_f64().map_or(0, |value| format!("{value:.0}").parse().unwrap())
}

#[test]
fn each_wrong_answer_has_its_class_in_each_revision() {
    for revision in ALL {
        for (asked, class) in [
            (
                "call: {tool: sum, arguments: {a: 1, b: 2}}\n    check: {that: json.result.structuredContent.sum == 3}",
                "",
            ),
            ("call: {tool: fail, arguments: {message: no disk}}", "mcp_tool_error "),
            ("call: {tool: error, arguments: {code: -32050}}", "rpc_error "),
            ("call: {tool: error, arguments: {code: -32005}}\n    allowed: -32005", ""),
            ("call: no_such_tool", "rpc_error "),
            ("call: silent", "rpc_no_answer "),
            ("call: wrong_id", "rpc_id "),
            ("call: unavailable", "status_5xx "),
            ("call: input", "mcp_input_required "),
            ("call: {tool: slow, arguments: {time: 5s}}\n    timeout: 200ms", "timeout_body "),
            ("list: tools\n    check: {that: length(json.result.tools) == 11}", ""),
            ("list: resource_templates", ""),
            ("read: target://text/1\n    check: {that: \"json.result.contents[0].text == 'hello'\"}", ""),
            ("read: target://text/99", "rpc_error "),
            ("prompt: {name: greet, arguments: {name: Ada}}", ""),
            ("prompt: greet", "rpc_error "),
        ] {
            let (bench, target) = (Bench::new(), practice(&[]));
            let steps = format!("  - mcp: /mcp?revision={revision}\n    {asked}\n");
            let (ran, summary) = bench.run_steps(&url(&target), "vus: 1\niterations: 1", &steps);
            assert_eq!(bench.errors(), class, "{revision} {asked}: {}{}", ran.stdout, ran.stderr);
            assert_eq!(value(&summary, "mcp_req_failed", "passes"), u64::from(!class.is_empty()), "{asked}");
            assert_eq!(value(&summary, "checks", "fails"), 0, "{asked}");
            let seen = target.report().mcp.unwrap();
            let has_sessions = revision != "2026-07-28";
            let sessions = (seen.sessions_opened, seen.sessions_ended, seen.sessions_open);
            assert_eq!(sessions, if has_sessions { (1, 1, 0) } else { (0, 0, 0) }, "{asked}");
            let is_cancelled = has_sessions && class == "timeout_body ";
            assert_eq!(seen.methods.contains_key("notifications/cancelled"), is_cancelled, "{asked}");
        }
    }
}

#[test]
fn what_the_server_counts_is_what_the_summary_says() {
    for (query, wanted) in [
        ("", (0, 0)),
        ("?answer=sse", (0, 0)),
        ("?revision=2025-11-25", (5, 5)),
        ("?revision=2025-06-18&answer=sse", (5, 5)),
    ] {
        let (bench, target) = (Bench::new(), practice(&[]));
        let steps = format!(
            "  - {{mcp: '/mcp{query}', call: {{tool: slow, arguments: {{time: 10ms, steps: 3}}}}, progress: true}}\n  \
             - {{mcp: '/mcp{query}', call: {{tool: ask, arguments: {{method: ping}}}}}}\n  \
             - {{mcp: '/mcp{query}', call: {{tool: ask, arguments: {{method: roots/list}}}}}}\n"
        );
        let (ran, summary) = bench.run_steps(&url(&target), "vus: 5\niterations: 20", &steps);
        assert_eq!(bench.errors(), "", "{query}: {}", ran.stdout);
        let seen = target.report().mcp.unwrap();
        assert_eq!((seen.sessions_opened, seen.sessions_ended), wanted, "{query}");
        assert_eq!(value(&summary, "mcp_sessions", "count"), wanted.0, "{query}");
        assert_eq!((seen.tools["slow"], seen.tools["ask"]), (20, 40), "{query}");
        assert_eq!(value(&summary, "mcp_progress", "count"), 60, "{query}");
        assert_eq!((value(&summary, "mcp_server_calls", "count"), seen.replies), (40, (20, 20)), "{query}");
        assert_eq!((seen.duplicate_ids, seen.sessions_open), (0, 0), "{query}");
        assert!(seen.refused.keys().all(|why| why == "revision"), "{query}: {:?}", seen.refused);
    }
}

#[test]
fn a_session_that_expires_is_an_error_and_the_next_request_opens_another() {
    let (bench, target) = (Bench::new(), practice(&[]));
    let steps = "  - {mcp: '/mcp?revision=2025-11-25&expire=4', call: {tool: echo, arguments: {message: a}}}\n";
    let (ran, summary) = bench.run_steps(&url(&target), "vus: 1\niterations: 12", steps);
    // The fifth request of a session finds it gone: four calls, then one that fails, and so on.
    assert_eq!(bench.errors(), "mcp_session_expired ", "{}", ran.stdout);
    assert_eq!(value(&summary, "mcp_req_failed", "passes"), 2);
    assert_eq!((value(&summary, "mcp_sessions", "count"), target.report().mcp.unwrap().sessions_opened), (3, 3));

    let (bench, target) = (Bench::new(), practice(&[]));
    let steps = steps.replace("call:", "retry: 1, call:");
    let (_, summary) = bench.run_steps(&url(&target), "vus: 1\niterations: 12", &steps);
    assert_eq!(value(&summary, "iterations", "count"), 12);
    assert_eq!(target.report().mcp.unwrap().tools["echo"], 12, "each call was answered in the end");
}

#[test]
fn a_step_can_end_its_session_and_branches_share_one() {
    let (bench, target) = (Bench::new(), practice(&[]));
    let mcp = "mcp: '/mcp?revision=2025-11-25'";
    let steps = format!(
        "  - parallel:\n      - [{{{mcp}, call: echo}}]\n      - [{{{mcp}, call: sum}}]\n      - [{{{mcp}, list: prompts}}]\n  \
         - {{{mcp}, end: true}}\n  - {{{mcp}, end: true}}\n"
    );
    let (ran, summary) = bench.run_steps(&url(&target), "vus: 2\niterations: 10", &steps);
    assert_eq!(bench.errors(), "", "{}", ran.stdout);
    let seen = target.report().mcp.unwrap();
    assert_eq!((seen.sessions_opened, seen.sessions_ended, seen.duplicate_ids), (10, 10, 0));
    assert_eq!(value(&summary, "mcp_sessions", "count"), 10);
}

#[test]
fn the_trace_context_is_in_the_message_as_well() {
    let (bench, target) = (Bench::new(), practice(&[]));
    let profile = format!("base_url: {}\nvus: 1\niterations: 3\nflow:\n  - {{mcp: /mcp, call: echo}}\n", url(&target));
    bench.write("p.yaml", &profile);
    let collector = practice(&[]);
    let traces = format!("traces={}/v1/traces", url(&collector));
    bench.run(&["p.yaml", "--out", &traces, "--drain", "2s"]);
    // The question for the revision, and three calls.
    assert_eq!(target.report().mcp.unwrap().traces, 4);
}

#[test]
fn servers_that_lie_about_sessions_end_with_a_class() {
    let initialized = |result: Json| json!({"jsonrpc": "2.0", "id": 2, "result": result}).to_string();
    for (what, status, answer, class) in [
        ("another revision", 200, initialized(json!({"protocolVersion": "2024-11-05"})), "mcp_revision "),
        ("no revision", 200, initialized(json!({})), "mcp_revision "),
        (
            "an error",
            200,
            r#"{"jsonrpc":"2.0","id":2,"error":{"code":-32602,"message":"no"}}"#.to_owned(),
            "rpc_error ",
        ),
        ("another id", 200, r#"{"jsonrpc":"2.0","id":9,"result":{}}"#.to_owned(), "rpc_id "),
        ("no message", 200, "<html>".to_owned(), "rpc_invalid "),
        ("nothing", 200, String::new(), "rpc_no_answer "),
        ("no such page", 404, String::new(), "status_4xx "),
    ] {
        let (address, asked) = serve(move |request| {
            if request.contains("server/discover") { reply(404, "", b"") } else { reply(status, "", answer.as_bytes()) }
        });
        let (bench, steps) = (Bench::new(), "  - {mcp: /mcp, call: echo}\n");
        let (ran, summary) = bench.run_steps(&format!("http://{address}"), "vus: 1\niterations: 1", steps);
        assert_eq!(bench.errors(), class, "{what}: {}{}", ran.stdout, ran.stderr);
        assert_eq!(value(&summary, "mcp_sessions", "count"), 0, "{what}");
        // The call itself was not sent, and yet it failed.
        assert_eq!(value(&summary, "mcp_req_failed", "passes"), 2, "{what}");
        drop(asked);
    }
}

#[test]
fn a_server_that_takes_no_answers_to_its_calls_does_not_hold_the_user() {
    let initialized = r#"{"jsonrpc":"2.0","id":2,"result":{"protocolVersion":"2025-11-25"}}"#;
    let ping = "data: {\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"ping\"}\n\n".repeat(20);
    let streamed = format!("{ping}data: {{\"jsonrpc\":\"2.0\",\"id\":3,\"result\":{{}}}}\n\n");
    let (address, asked) = serve(move |request| match request {
        request if request.contains("server/discover") => reply(404, "", b""),
        request if request.contains("\"initialize\"") => reply(200, "", initialized.as_bytes()),
        request if request.contains("tools/call") => {
            reply(200, "Content-Type: text/event-stream\r\n", streamed.as_bytes())
        }
        request if request.contains("notifications/initialized") => reply(202, "", b""),
        _ => reply(500, "", b""),
    });
    let (bench, steps) = (Bench::new(), "  - {mcp: /mcp, call: echo}\n");
    let (ran, summary) = bench.run_steps(&format!("http://{address}"), "vus: 1\niterations: 1", steps);
    assert_eq!(value(&summary, "mcp_req_failed", "passes"), 0, "{}", ran.stdout);
    assert_eq!(value(&summary, "mcp_server_calls", "count"), 20);
    let replies = asked.requests.lock().unwrap().iter().filter(|request| request.contains("\"result\":{}")).count();
    assert!((1..20).contains(&replies), "{replies}");
}

#[test]
fn waiting_beside_a_request_is_in_no_response_time() {
    let initialized = r#"{"jsonrpc":"2.0","id":2,"result":{"protocolVersion":"2025-11-25"}}"#;
    let long = std::time::Duration::from_millis(1_500);
    let (address, _) = serve(move |request| match request {
        request if request.contains("server/discover") => reply(404, "", b""),
        request if request.contains("\"initialize\"") => reply(200, "", initialized.as_bytes()),
        request if request.contains("\"slow\"") || request.contains("notifications/cancelled") => {
            std::thread::sleep(long);
            reply(202, "", b"")
        }
        request if request.contains("\"fast\"") => reply(200, "", br#"{"jsonrpc":"2.0","id":4,"result":{}}"#),
        _ => reply(202, "", b""),
    });
    let (bench, steps) = (Bench::new(), "  - {mcp: /mcp, call: slow, timeout: 1s}\n  - {mcp: /mcp, call: fast}\n");
    let load = "vus: 1\niterations: 1\nthresholds: {'mcp_req_response_time{tool:fast}': 'max<900'}";
    let (ran, _) = bench.run_steps(&format!("http://{address}"), load, steps);
    assert_eq!(bench.errors(), "timeout_wait timeout_wait ", "{}", ran.stdout);
    assert_ne!(ran.code, 99, "{}", ran.stdout);
}

#[test]
fn requests_beside_a_step_have_its_limits_and_not_those_of_the_first_step() {
    let initialized = r#"{"jsonrpc":"2.0","id":2,"result":{"protocolVersion":"2025-11-25"}}"#;
    for (timeout, class) in [("300ms", "timeout_wait "), ("20s", "")] {
        let (address, _) = serve(move |request| match request {
            request if request.contains("server/discover") => reply(404, "", b""),
            request if request.contains("\"initialize\"") => {
                reply(200, "Mcp-Session-Id: a\r\n", initialized.as_bytes())
            }
            request if request.contains("\"one\"") => reply(200, "", br#"{"jsonrpc":"2.0","id":3,"result":{}}"#),
            request if request.contains("\"two\"") => reply(200, "", br#"{"jsonrpc":"2.0","id":4,"result":{}}"#),
            request if request.starts_with("DELETE") => {
                std::thread::sleep(std::time::Duration::from_secs(2));
                reply(200, "", b"")
            }
            _ => reply(202, "", b""),
        });
        let bench = Bench::new();
        let steps =
            format!("  - {{mcp: /mcp, call: one, timeout: 10s}}\n  - {{mcp: /mcp, call: two, timeout: {timeout}}}\n");
        let (ran, _) = bench.run_steps(&format!("http://{address}"), "vus: 1\niterations: 1", &steps);
        assert_eq!(bench.errors(), class, "{timeout}: {}{}", ran.stdout, ran.stderr);
    }
}

#[test]
fn the_end_of_a_session_is_a_request_of_its_step() {
    let (bench, target) = (Bench::new(), practice(&[]));
    let mcp = "mcp: '/mcp?revision=2025-11-25'";
    let steps = format!("  - {{{mcp}, call: echo}}\n  - {{{mcp}, end: true, name: bye, expect: {{that: 1 == 2}}}}\n");
    let load = "vus: 1\niterations: 1\nthresholds: {'http_reqs{name:bye}': 'count==1'}";
    let (ran, _) = bench.run_steps(&url(&target), load, &steps);
    assert_eq!(bench.errors(), "content ", "{}", ran.stdout);
    assert_ne!(ran.code, 99, "{}", ran.stdout);
    assert_eq!(target.report().mcp.unwrap().sessions_ended, 1);
}

#[test]
fn conditions_of_a_list_hold_for_all_its_pages() {
    for (length, class) in [(11, ""), (10, "content ")] {
        let (bench, target) = (Bench::new(), practice(&[]));
        let steps =
            format!("  - {{mcp: /mcp, list: tools, expect: {{that: length(json.result.tools) == {length}}}}}\n");
        let (ran, summary) = bench.run_steps(&url(&target), "vus: 1\niterations: 1", &steps);
        assert_eq!(bench.errors(), class, "{}", ran.stdout);
        assert!(value(&summary, "mcp_reqs", "count") > 1, "{}", ran.stdout);
        assert_eq!(value(&summary, "mcp_req_failed", "passes"), u64::from(!class.is_empty()));
    }
}

#[test]
fn mistakes_of_a_profile_are_errors() {
    for (step, message) in [
        ("{mcp: /mcp}", "has none of"),
        ("{mcp: /mcp, call: a, list: tools}", "either `call` or `list`"),
        ("{mcp: /mcp, list: all}", "tools"),
        ("{mcp: /mcp, call: {tool: a, arguments: [1]}}", "must be a map"),
        ("{mcp: /mcp, call: {name: a}}", "tool"),
        ("{mcp: /mcp, end: false}", "does nothing"),
        ("{mcp: /mcp, call: a, revision: 2024-11-05}", "2025-11-25"),
        ("{mcp: /mcp, call: a, json: {}}", "json"),
        ("{mcp: /mcp, end: true, revision: 2025-11-25}", "`revision` has no effect on `end`"),
        ("{mcp: /mcp, end: true, progress: true}", "`progress` has no effect on `end`"),
        ("{mcp: /mcp, end: true, allowed: -1}", "`allowed` has no effect on `end`"),
        ("{mcp: /mcp, end: true, limited: -1}", "`limited` has no effect on `end`"),
        ("{mcp: /mcp, call: a}\n  - {mcp: /mcp, call: b, revision: 2025-11-25}", "has another `revision`: none"),
        ("{mcp: /mcp, call: a, revision: 2025-06-18}\n  - {mcp: /mcp, call: b, revision: 2025-11-25}", "2025-06-18"),
    ] {
        let bench = Bench::new();
        bench.write("p.yaml", &format!("base_url: http://127.0.0.1:1\nflow:\n  - {step}\n"));
        let ran = bench.run(&["check", "p.yaml"]);
        assert!(ran.code != 0 && ran.stderr.contains(message), "{step}: {}{}", ran.stdout, ran.stderr);
    }
}

#[test]
fn what_a_server_offers_becomes_a_profile_that_runs() {
    let (bench, target) = (Bench::new(), practice(&[]));
    let url = url(&target).trim_end_matches('/').to_owned();
    for (query, file) in [("", "mcp.yaml"), ("?revision=2025-11-25&answer=sse", "other.yaml")] {
        let ran = bench.run(&["mcp", &format!("{url}/mcp{query}"), file]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        for line in
            ["11 tools\n", "6 resources\n", "1 prompt\n", "  echo ", "  target://text/6 ", &format!("wrote {file}")]
        {
            assert!(ran.stdout.contains(line), "{line}: {}", ran.stdout);
        }
        let check = bench.run(&["check", file]);
        assert_eq!((check.code, check.stderr.as_str()), (0, ""));
        let ran = bench.run(&["run", file, "-d", "1s", "--run-dir", query.get(1..3).unwrap_or("first")]);
        assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    }
    // Listing calls no tool, and the profile none that may change something.
    let seen = target.report().mcp.unwrap();
    assert!(seen.tools.is_empty() && seen.sessions_open == 0, "{seen:?}");
    let again = bench.run(&["mcp", &format!("{url}/mcp"), "mcp.yaml"]);
    assert!(again.code == 104 && again.stderr.contains("exists already"), "{}", again.stderr);
    for (address, why) in [(format!("{url}/status/404"), "status_4xx"), ("nonsense".to_owned(), "URL")] {
        let ran = bench.run(&["mcp", &address, "none.yaml"]);
        assert!(ran.code == 104 && ran.stderr.contains(why), "{}", ran.stderr);
        assert!(!bench.path().join("none.yaml").exists());
    }
}

#[test]
fn what_is_not_sent_has_no_response_time() {
    for (step, metric) in [
        ("mcp: /mcp\n    call: sum", "mcp_req"),
        ("mcp: /mcp?revision=2025-11-25\n    revision: 2025-11-25\n    call: sum", "mcp_req"),
        ("jsonrpc: /rpc\n    method: sum", "rpc_req"),
    ] {
        let bench = Bench::new();
        let (_, summary) = bench.run_steps(&refusing_url(), "vus: 1\niterations: 2", &format!("  - {step}\n"));
        assert!(value(&summary, &format!("{metric}_failed"), "passes") >= 2, "{step}");
        assert_eq!(value(&summary, &format!("{metric}_response_time"), "count"), 0, "{step}: {summary}");
        let times = &summary["metrics"][format!("{metric}_response_time")];
        assert!(times["values"]["max"].as_f64().unwrap_or_default() == 0.0, "{step}: {times}");
    }
}

#[test]
fn a_stream_that_ends_before_its_answer_is_read_on() {
    for revision in ["2025-06-18", "2025-11-25"] {
        let (bench, target) = (Bench::new(), practice(&[]));
        let mcp = format!("mcp: '/mcp?revision={revision}'");
        let steps = format!(
            "  - {{{mcp}, call: {{tool: resume, arguments: {{cuts: 3}}}}, expect: {{that: \"json.result.content[0].text == 'resumed'\"}}}}\n"
        );
        let load = "vus: 2\niterations: 6\nthresholds: {'http_reqs{name:resume}': 'count==18'}";
        let (ran, summary) = bench.run_steps(&url(&target), load, &steps);
        assert_eq!((bench.errors().as_str(), ran.code), ("", 0), "{revision}: {}", ran.stdout);
        let seen = target.report().mcp.unwrap();
        assert_eq!((seen.tools["resume"], seen.resumed), (6, 18), "{revision}");
        let tools = value(&summary, "mcp_reqs", "count") - value(&summary, "mcp_sessions", "count");
        assert_eq!(tools, 6, "{revision}: one request, one answer");
        assert_eq!(value(&summary, "mcp_req_failed", "passes"), 0);
    }
}

#[test]
fn a_stream_that_cannot_be_read_on_has_no_answer() {
    let initialized = r#"{"jsonrpc":"2.0","id":2,"result":{"protocolVersion":"2025-11-25"}}"#;
    for (id, what, class) in [
        ("id: 7\nretry: 1\n", "405", "status_4xx "),
        ("id: 7\nretry: 999999\n", "never", "rpc_no_answer "),
        ("", "not asked", "rpc_no_answer "),
        ("id: 7\nretry: 1\n", "again", "rpc_no_answer "),
    ] {
        let stream = format!("{id}data:\n\n");
        let (address, asked) = serve(move |request| match request {
            request if request.contains("server/discover") => reply(404, "", b""),
            request if request.contains("\"initialize\"") => reply(200, "", initialized.as_bytes()),
            request if request.contains("tools/call") || request.starts_with("GET") && what == "again" => {
                reply(200, "Content-Type: text/event-stream\r\n", stream.as_bytes())
            }
            request if request.starts_with("GET") => reply(405, "", b""),
            _ => reply(202, "", b""),
        });
        let (bench, steps) = (Bench::new(), "  - {mcp: /mcp, call: echo, timeout: 500ms}\n");
        let (ran, summary) = bench.run_steps(&format!("http://{address}"), "vus: 1\niterations: 1", steps);
        assert_eq!(value(&summary, "mcp_req_failed", "passes"), 1, "{what}: {}", ran.stdout);
        assert!(ran.stdout.contains(class.trim()) || what != "405", "{what}: {}", ran.stdout);
        let resumed = asked.requests.lock().unwrap().iter().filter(|request| request.starts_with("GET")).count();
        assert_eq!(resumed > 0, matches!(what, "405" | "again"), "{what}: {resumed}");
    }
}
