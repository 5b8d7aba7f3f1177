//! Calls of JSON-RPC against the practice target, whose methods say how they answer.

use super::support::{Bench, practice, reply, serve, url};

#[test]
fn each_wrong_answer_has_its_class_and_each_call_is_counted() {
    for (step, class, code, calls, failed) in [
        ("method: sum\n    params: [1, 2]", "", 0, 1, 0),
        ("method: error\n    params: {code: -32050}", "rpc_error ", 109, 1, 1),
        ("method: limited", "rpc_error ", 109, 1, 1),
        ("method: limited\n    limited: [-32005]", "", 109, 1, 0),
        ("method: other\n    allowed: -32601", "", 0, 1, 0),
        ("method: wrong_id", "rpc_id ", 109, 1, 1),
        ("method: missing", "rpc_no_answer ", 109, 1, 1),
        ("method: invalid", "rpc_invalid ", 109, 1, 1),
        ("method: unavailable", "status_5xx ", 109, 1, 1),
        ("method: log\n    notify: true", "", 0, 1, 0),
        ("batch: [{method: echo, params: [1]}, {method: twice}, {method: missing}]", "rpc_id ", 109, 3, 2),
        ("batch: [{method: echo, params: [1]}, {method: log, notify: true}]", "", 0, 2, 0),
    ] {
        let (bench, target) = (Bench::new(), practice(&[]));
        let profile =
            format!("base_url: {}\nvus: 1\niterations: 1\nflow:\n  - jsonrpc: /rpc\n    {step}\n", url(&target));
        bench.write("p.yaml", &profile);
        let ran = bench.run(&["p.yaml", "--run-dir", "run"]);
        assert_eq!(ran.code, code, "{step}: {}{}", ran.stdout, ran.stderr);
        assert_eq!(bench.errors(), class, "{step}: {}", ran.stdout);
        let summary = bench.summary();
        let values = |metric: &str| summary["metrics"][metric]["values"].clone();
        assert_eq!(values("rpc_reqs")["count"], calls, "{step}");
        assert_eq!(values("rpc_req_failed")["passes"], failed, "{step}");
        assert_eq!(values("http_reqs")["count"], 1, "{step}");
    }
}

#[test]
fn answers_may_come_in_an_event_stream() {
    for (params, class, notifications) in [
        ("{notifications: 3}", "", 3),
        ("{notifications: 0}", "", 0),
        ("{notifications: 2, answer: false}", "rpc_no_answer ", 2),
    ] {
        let (bench, target) = (Bench::new(), practice(&[]));
        let flow = format!(
            "  - jsonrpc: /rpc\n    method: stream\n    params: {params}\n    check: {{that: json.result != null}}\n"
        );
        bench.write("p.yaml", &format!("base_url: {}\nvus: 1\niterations: 2\nflow:\n{flow}", url(&target)));
        let ran = bench.run(&["p.yaml", "--run-dir", "run"]);
        assert_eq!(bench.errors(), class, "{params}: {}{}", ran.stdout, ran.stderr);
        let summary = bench.summary();
        let values = |metric: &str| summary["metrics"][metric]["values"].clone();
        assert_eq!(values("rpc_reqs")["count"], 2, "{params}");
        assert_eq!(values("rpc_notifications")["count"].as_u64().unwrap_or_default(), 2 * notifications, "{params}");
        assert_eq!(values("checks")["passes"], if class.is_empty() { 2 } else { 0 }, "{params}");
        // The connection is used again after the answer.
        assert_eq!(target.report().connections_accepted, 1, "{params}");
    }
}

#[test]
fn the_rest_of_a_stream_after_its_answer_is_in_no_response_time() {
    let (address, _) = serve(|request| {
        let id = request.split("\"id\":").nth(1).and_then(|rest| rest.split([',', '}']).next()).unwrap_or("0");
        let answer = format!("{{\"jsonrpc\":\"2.0\",\"id\":{id},\"result\":{{}}}}");
        if request.contains("plain") {
            return reply(200, "", answer.as_bytes());
        }
        // Its stream stays open.
        let event = format!("data: {answer}\n\n");
        let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
        format!("{head}{:x}\r\n{event}\r\n", event.len()).into_bytes()
    });
    let bench = Bench::new();
    let steps = "  - {jsonrpc: /rpc, method: stream}\n  - {get: /plain, name: plain}\n";
    // Each waits for 100 ms after the answer; only a machine that is busy ten times in a row could be as slow.
    let thresholds = "{'http_req_response_time{name:plain}': 'min<90', \
                      'rpc_req_response_time{rpc_method:stream}': 'min<90'}";
    let profile =
        format!("base_url: http://{address}\nvus: 1\niterations: 10\nthresholds: {thresholds}\nflow:\n{steps}");
    bench.write("p.yaml", &profile);
    let ran = bench.run(&["p.yaml", "--run-dir", "run"]);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
}
