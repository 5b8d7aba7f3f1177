//! Requests of A2A against the practice target, whose tasks go through planned states, and against agents that are wrong.

use serde_json::{Value as Json, json};

use super::support::{Bench, practice, reply, serve, url, value_or_zero};

const BOTH: [&str; 2] = ["1.0", "0.3"];

#[test]
fn each_end_of_a_task_has_its_class_in_both_versions() {
    for version in BOTH {
        for (query, step, class) in [
            ("", "send: hi", ""),
            ("", "stream: hi", ""),
            ("", "send: hi, poll: 5ms", ""),
            ("message=true", "send: hi", ""),
            ("end=failed", "send: hi", "a2a_task_failed "),
            ("end=failed", "stream: hi", "a2a_task_failed "),
            ("end=failed", "send: hi, poll: 5ms", "a2a_task_failed "),
            ("end=failed", "send: hi, states: [failed, completed]", ""),
            ("end=rejected", "send: hi", "a2a_task_failed "),
            ("end=canceled", "stream: hi", "a2a_task_failed "),
            ("end=input_required", "stream: hi", "a2a_input_required "),
            ("end=auth_required", "send: hi, poll: 5ms", "a2a_input_required "),
            ("end=input_required", "send: hi, states: input_required", ""),
            ("end=working", "send: hi", "a2a_task_open "),
            ("end=working", "send: hi, poll: 10ms, max_time: 50ms", "a2a_task_open "),
            ("working=10s", "send: hi, poll: 10ms, states: working", ""),
            ("cut=1", "stream: hi", "stream_incomplete "),
            ("cut=0", "stream: hi", "rpc_no_answer "),
            ("error=2", "stream: hi", "rpc_error "),
            ("error=2", "stream: hi, allowed: -32603", ""),
            ("id=wrong", "send: hi", "rpc_id "),
            ("", "get: none", "rpc_error "),
            ("", "get: none, allowed: -32001", ""),
            ("", "cancel: none, limited: -32001", "limited "),
            ("working=5s", "send: hi, timeout: 200ms", "timeout_wait "),
            ("working=5s", "stream: hi, timeout: 200ms", "timeout_body "),
        ] {
            let (bench, target) = (Bench::new(), practice(&[]));
            let steps = format!("  - {{a2a: '/a2a?version={version}&{query}', {step}}}\n");
            let (ran, summary) = bench.run_steps(&url(&target), "vus: 1\niterations: 1", &steps);
            let errors = if class == "limited " { String::new() } else { class.to_owned() };
            assert_eq!(bench.errors(), errors, "{version} {query} {step}: {}{}", ran.stdout, ran.stderr);
            let failed = f64::from(u8::from(!errors.is_empty()));
            assert_eq!(value_or_zero(&summary, "a2a_req_failed", "passes"), failed, "{version} {query} {step}");
            let seen = target.report().a2a.unwrap();
            assert_eq!(seen.cards, 1, "{version} {query} {step}");
            assert!(seen.refused.keys().all(|why| why == "task"), "{version} {query} {step}: {:?}", seen.refused);
        }
    }
}

#[test]
fn what_the_agent_counts_is_what_the_summary_says() {
    for version in BOTH {
        let (bench, target) = (Bench::new(), practice(&[]));
        let agent = format!("a2a: '/a2a?version={version}&submitted=10ms&working=30ms&artifacts=2'");
        let steps = format!(
            "  - {{{agent}, send: hi, as: sent, check: {{that: \"sent.text == 'piece0 piece1 '\"}}}}\n  \
             - {{{agent}, stream: {{text: hi, data: {{n: 1}}}}, as: streamed, check: {{that: \"streamed.state == 'completed'\"}}}}\n  \
             - {{{agent}, send: hi, poll: 15ms, as: polled, check: {{that: polled.polls > 0}}}}\n  \
             - {{{agent}, get: \"${{polled.id}}\", check: {{that: status == 200}}}}\n"
        );
        let (ran, summary) = bench.run_steps(&url(&target), "vus: 2\niterations: 10", &steps);
        assert_eq!(bench.errors(), "", "{version}: {}", ran.stdout);
        assert_eq!(
            (value_or_zero(&summary, "checks", "passes"), value_or_zero(&summary, "checks", "fails")),
            (40.0, 0.0)
        );
        let seen = target.report().a2a.unwrap();
        let methods = |name: &str| seen.methods.get(name).copied().unwrap_or_default();
        assert_eq!((methods("SendMessage"), methods("SendStreamingMessage"), seen.tasks["completed"]), (20, 10, 30));
        let all: u64 = seen.methods.values().sum();
        assert_eq!(value_or_zero(&summary, "a2a_reqs", "count"), (all + seen.cards) as f64, "{version}");
        assert_eq!(value_or_zero(&summary, "a2a_events", "count"), seen.events as f64, "{version}");
        assert_eq!(seen.events, 50, "a task, working, two pieces, completed");
        assert_eq!(value_or_zero(&summary, "a2a_tasks", "count"), 30.0, "{version}");
        assert!((1..=2).contains(&seen.cards), "each worker asks once: {}", seen.cards);
        assert!(seen.refused.is_empty(), "{version}: {:?}", seen.refused);
        assert_eq!(value_or_zero(&summary, "a2a_polls", "count"), 10.0, "{version}");
        assert_eq!(
            methods("GetTask") as f64 - 10.0,
            (value_or_zero(&summary, "a2a_polls", "avg") * 10.0).round(),
            "{version}"
        );
    }
}

#[test]
fn times_are_those_that_the_agent_plans() {
    let (bench, target) = (Bench::new(), practice(&[]));
    let steps = "  - {a2a: '/a2a?version=1.0&submitted=50ms&working=150ms', stream: hi}\n";
    let load = "vus: 1\niterations: 10\nthresholds:\n  'a2a_time_in_state{reason:submitted}': max>45\n  \
                'a2a_time_in_state{reason:working}': max>140";
    let (ran, summary) = bench.run_steps(&url(&target), load, steps);
    assert_eq!((bench.errors().as_str(), ran.code), ("", 0), "{}{}", ran.stdout, ran.stderr);
    // None is early; histograms have a resolution of 0.3 %.
    assert!(value_or_zero(&summary, "a2a_task_duration", "min") > 198.0, "{summary}");
    assert_eq!(value_or_zero(&summary, "a2a_task_duration", "count"), 10.0);
    assert_eq!(value_or_zero(&summary, "a2a_time_in_state", "count"), 20.0, "{summary}");
    assert_eq!(value_or_zero(&summary, "a2a_time_to_first_event", "count"), 10.0);
    for state in ["submitted", "working"] {
        assert!(ran.stdout.contains(&format!("a2a_time_in_state{{reason:{state}}}")), "{state}: {}", ran.stdout);
    }
}

#[test]
fn a_task_is_cancelled_and_subscribed_to_by_its_id() {
    for version in BOTH {
        let (bench, target) = (Bench::new(), practice(&[]));
        let agent = format!("a2a: '/a2a?version={version}&submitted=10ms&working=400ms'");
        let steps = format!(
            "  - {{{agent}, send: hi, poll: 1ms, states: [submitted, working], as: task}}\n  \
             - {{{agent}, subscribe: \"${{task.id}}\", as: read, check: {{that: \"read.state == 'completed'\"}}}}\n  \
             - {{{agent}, subscribe: \"${{task.id}}\", allowed: -32004}}\n  \
             - {{{agent}, send: hi, poll: 1ms, states: [submitted, working], context: \"${{task.context}}\", as: other}}\n  \
             - {{{agent}, cancel: \"${{other.id}}\", as: gone, check: {{that: \"gone.state == 'canceled' && gone.context == task.context\"}}}}\n  \
             - {{{agent}, cancel: \"${{other.id}}\"}}\n"
        );
        let (ran, summary) = bench.run_steps(&url(&target), "vus: 1\niterations: 2", &steps);
        assert_eq!(bench.errors(), "rpc_error ", "{version}: {}", ran.stdout);
        assert!(ran.stdout.contains("-32002"), "{}", ran.stdout);
        assert_eq!(
            (value_or_zero(&summary, "checks", "passes"), value_or_zero(&summary, "checks", "fails")),
            (4.0, 0.0),
            "{version}"
        );
        let seen = target.report().a2a.unwrap();
        assert_eq!(
            (seen.canceled, seen.methods["CancelTask"], seen.methods["SubscribeToTask"]),
            (2, 4, 4),
            "{version}"
        );
    }
}

#[test]
fn the_version_is_that_of_the_card_or_of_the_profile() {
    for (query, key, old) in [
        ("", "", false),
        ("version=0.3", "", true),
        ("", ", version: \"0.3\"", true),
        ("", ", version: \"1.0\"", false),
    ] {
        let (bench, target) = (Bench::new(), practice(&[("journal", "20")]));
        let steps = format!("  - {{a2a: '/a2a?{query}', send: hi{key}}}\n");
        let (ran, _) = bench.run_steps(&url(&target), "vus: 1\niterations: 3", &steps);
        assert_eq!(bench.errors(), "", "{query}{key}: {}", ran.stdout);
        let report = target.report();
        assert_eq!(report.a2a.as_ref().unwrap().cards, u64::from(key.is_empty()), "{query}{key}");
        let posts: Vec<_> = report.requests.iter().filter(|seen| seen.method == "POST").collect();
        assert_eq!(posts.len(), 3);
        for seen in posts {
            assert_eq!(seen.headers.contains_key("a2a-version"), !old, "{query}{key}");
            let method = if old { "message/send" } else { "SendMessage" };
            assert_eq!(serde_json::from_str::<Json>(&seen.body).unwrap()["method"], method);
        }
    }
}

#[test]
fn cards_and_agents_that_are_wrong_end_with_a_class() {
    let card = |url: &str| {
        let interface = json!({ "url": url, "protocolBinding": "JSONRPC", "protocolVersion": "1.0" });
        json!({ "supportedInterfaces": [interface] }).to_string()
    };
    let task = |state: &str| json!({ "task": { "id": "t", "contextId": "c", "status": { "state": state } } });
    for (what, card, status, result, class) in [
        ("no card", None, 200, json!({}), "status_4xx "),
        ("no JSON", Some("<html>".to_owned()), 200, json!({}), "a2a_card "),
        ("another scheme", Some(card("ftp://h/")), 200, json!({}), "a2a_card "),
        ("another server", Some(card("http://127.0.0.1:1/")), 200, json!({}), "connect_refused "),
        ("no task", Some(card("/agent")), 200, json!({ "other": 1 }), "rpc_invalid "),
        ("an unknown state", Some(card("/agent")), 200, task("TASK_STATE_NEW"), "a2a_task_open "),
        ("no such page", Some(card("/agent")), 404, json!({}), "status_4xx "),
        ("a task", Some(card("/agent")), 200, task("TASK_STATE_COMPLETED"), ""),
    ] {
        let (address, asked) = serve(move |request| match &card {
            None => reply(404, "", b""),
            Some(card) if request.starts_with("GET /base/.well-known/agent-card.json ") => {
                reply(200, "", card.as_bytes())
            }
            Some(_) if request.starts_with("POST /agent ") => {
                let sent: Json = serde_json::from_str(request.split_once("\r\n\r\n").unwrap().1).unwrap();
                let answer = json!({ "jsonrpc": "2.0", "id": sent["id"], "result": result });
                let body = if status == 200 { answer.to_string() } else { String::new() };
                reply(status, "", body.as_bytes())
            }
            Some(_) => reply(500, "", b""),
        });
        let bench = Bench::new();
        let (ran, summary) =
            bench.run_steps(&format!("http://{address}"), "vus: 1\niterations: 1", "  - {a2a: /base, send: hi}\n");
        assert_eq!(bench.errors(), class, "{what}: {}{}", ran.stdout, ran.stderr);
        let failed = value_or_zero(&summary, "a2a_req_failed", "passes");
        assert_eq!(failed > 0.0, !class.is_empty(), "{what}: {failed}");
        drop(asked);
    }
}

#[test]
fn events_that_are_wrong_end_the_stream_with_a_class() {
    let event = |id: &str, result: &str| format!("data: {{\"jsonrpc\":\"2.0\",\"id\":{id},{result}}}\n\n");
    let working = r#""result":{"statusUpdate":{"taskId":"t","status":{"state":"TASK_STATE_WORKING"}}}"#;
    let done = r#""result":{"statusUpdate":{"taskId":"t","status":{"state":"TASK_STATE_COMPLETED"}}}"#;
    for (what, body, class) in [
        ("in order", event("ID", working) + &event("ID", done), ""),
        ("the end of its own", event("ID", working) + &event("ID", done) + &event("ID", working), ""),
        ("the id of another", event("ID", working) + &event("7", done), "rpc_id "),
        ("an id of another type", event("\"ID\"", done), "rpc_id "),
        ("no JSON", "data: {\n\n".to_owned(), "rpc_invalid "),
        ("no task", event("ID", "\"result\":{}"), "rpc_invalid "),
        ("an error", event("null", r#""error":{"code":-32603,"message":"no"}"#), "rpc_error "),
        ("no end", event("ID", working), "stream_incomplete "),
        ("an endless line", format!("data: {}", "x".repeat(3 << 20)), "stream_event "),
        ("nothing", ": comment\n\n".to_owned(), "rpc_no_answer "),
    ] {
        let (address, _) = serve(move |request| {
            let sent: Json = serde_json::from_str(request.split_once("\r\n\r\n").unwrap().1).unwrap();
            let body = body.replace("ID", &sent["id"].to_string());
            reply(200, "Content-Type: text/event-stream\r\n", body.as_bytes())
        });
        let bench = Bench::new();
        let steps = "  - {a2a: /agent, stream: hi, version: \"1.0\"}\n";
        let (ran, _) = bench.run_steps(&format!("http://{address}"), "vus: 1\niterations: 1", steps);
        assert_eq!(bench.errors(), class, "{what}: {}{}", ran.stdout, ran.stderr);
    }
}

#[test]
fn mistakes_of_a_profile_are_errors() {
    for (step, message) in [
        ("{a2a: /}", "has none of"),
        ("{a2a: /, send: a, stream: b}", "either `send` or `stream`"),
        ("{a2a: /, send: {}}", "neither `text` nor `data`"),
        ("{a2a: /, send: {word: a}}", "word"),
        ("{a2a: /, get: a, context: b}", "`context` has no effect on `get`"),
        ("{a2a: /, stream: a, poll: 1s}", "`poll` has no effect on `stream`"),
        ("{a2a: /, send: a, poll: 0s}", "greater than zero"),
        ("{a2a: /, send: a, max_time: 1s}", "`max_time` has no effect"),
        ("{a2a: /, send: a, states: done}", "completed"),
        ("{a2a: /, send: a, version: \"2.0\"}", "1.0"),
        ("{a2a: /, send: a, json: {}}", "json"),
    ] {
        let bench = Bench::new();
        bench.write("p.yaml", &format!("base_url: http://127.0.0.1:1\nflow:\n  - {step}\n"));
        let ran = bench.run(&["check", "p.yaml"]);
        assert!(ran.code != 0 && ran.stderr.contains(message), "{step}: {}{}", ran.stdout, ran.stderr);
    }
}

#[test]
fn thresholds_can_select_what_a_step_records() {
    let (bench, target) = (Bench::new(), practice(&[]));
    let load = "vus: 1\niterations: 4\nthresholds:\n  \
                'a2a_tasks{reason:completed}': count==2\n  'a2a_tasks{reason:failed}': count==2\n  \
                'a2a_reqs{a2a_method:SendMessage}': count==4\n  'a2a_errors{error_class:a2a_task_failed}': count==2\n  \
                'a2a_time_in_state{reason:working}': p(95)>0";
    let steps = "  - {a2a: '/a2a?end=failed&nth=2&working=50ms', send: hi, poll: 10ms}\n";
    let (ran, _) = bench.run_steps(&url(&target), load, steps);
    assert_eq!(bench.errors(), "a2a_task_failed ", "{}", ran.stdout);
    assert!(ran.code == 0 && !ran.stderr.contains("no series"), "{} {}{}", ran.code, ran.stdout, ran.stderr);
}
