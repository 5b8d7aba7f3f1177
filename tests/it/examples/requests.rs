//! Requests as they reach the target: values, bodies, names, and what counts as failed.

use std::collections::BTreeSet;

use serde_json::json;

use super::Example;

#[test]
fn values_reach_the_target_with_their_types() {
    let ran = Example::run("expressions");
    let numbers: BTreeSet<_> = ran.seen.iter().map(|seen| seen.json()["number"].as_u64().unwrap()).collect();
    let keys: BTreeSet<_> = ran.seen.iter().map(|seen| seen.header("idempotency-key")).collect();
    assert_eq!((numbers.len(), keys.len(), keys.iter().next().unwrap().len()), (10, 10, 36));
    for seen in &ran.seen {
        let (body, number) = (seen.json(), seen.json()["number"].as_u64().unwrap());
        assert_eq!(seen.path, format!("/tenants/blue%20%26%20white/orders?n={number}"));
        assert_eq!(body["express"], number % 2 == 0);
        let user = body["customer"]["id"].as_u64().unwrap();
        assert_eq!(
            (&body["user"], &body["customer"]["labels"]),
            (&json!(format!("user-{user}")), &json!(["load", format!("n{number}")]))
        );
        let lines = body["lines"].as_array().unwrap();
        assert_eq!(lines.iter().map(|line| line["sku"].as_str().unwrap()).collect::<Vec<_>>(), ["A0", "A1", "A2"]);
        assert!(lines.iter().all(|line| (1..=9).contains(&line["count"].as_u64().unwrap())));
    }
    // HMAC-SHA256 of "1" with "secret", computed elsewhere.
    let first = ran.seen.iter().find(|seen| seen.json()["number"] == 1).unwrap();
    assert_eq!(first.header("x-signature"), "bd28ee142ca5b46259f6e27fc3a4216f447bd5843c406e63219cff30e73b135b");
}

#[test]
fn bodies_are_what_was_written() {
    let ran = Example::run("bodies");
    let typed = r#"{"count":3,"text":"3","flag":true,"nothing":null,"number":2,"part":"n2","as_text":"2","list":[1,"two",[3,4]]}"#;
    let line = "--loadagent-0000000000000000";
    let part =
        |name: &str, text: &str| format!("{line}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n");
    let multipart = format!("{}{}{line}--\r\n", part("title", "Ünïcode"), part("note", "user 1"));
    for (method, path, kind, body) in [
        ("POST", "/json", "application/json", typed),
        ("POST", "/form", "application/x-www-form-urlencoded", "q=a+%26+b%3Dc&lang=de&lang=en"),
        ("POST", "/multipart", "multipart/form-data; boundary=loadagent-0000000000000000", &multipart),
        ("POST", "/raw", "text/csv", "id;name\n1;Lamp\n"),
        ("POST", "/broken", "application/json", "{\"message\": \"never ends"),
        ("POST", "/empty", "", ""),
        ("DELETE", "/with-body", "application/json", r#"{"why":"cleanup"}"#),
        ("PURGE", "/cache", "", ""),
    ] {
        let seen = ran.at(path);
        assert_eq!(seen.len(), 5, "{path}");
        for one in seen {
            assert_eq!((&*one.method, one.header("content-type"), &*one.body), (method, kind, body), "{path}");
        }
    }
}

#[test]
fn expected_statuses_pass_and_others_fail() {
    let ran = Example::run("check-and-expect");
    for (path, status) in [("/catalog", 200), ("/missing", 404), ("/billing", 402), ("/quota", 429), ("/echo", 200)] {
        assert_eq!(ran.at(path).iter().filter(|seen| seen.status == status).count(), 20, "{path}");
    }
    let failed = &ran.summary["metrics"]["http_req_failed"]["values"];
    assert_eq!((&failed["passes"], &failed["fails"]), (&20.into(), &80.into()), "only the calls with an error within");
    assert_eq!(ran.summary["metrics"]["checks"]["values"]["passes"], 80);
}

#[test]
fn names_and_tags_come_from_values() {
    let ran = Example::run("names-and-tags");
    let paths: BTreeSet<_> = ran.seen.iter().map(|seen| &seen.path).collect();
    assert_eq!((ran.seen.len(), paths.len()), (200, 200), "an id of its own for each");
    let large = ran.at("/models/large/runs/").len();
    let row = ran.stdout.lines().find(|line| line.trim_start().starts_with("run large ")).unwrap();
    assert!(row.contains(&format!(" {large} ")), "{large} in {row}");
}

#[test]
fn flows_are_used_with_values_of_their_own() {
    let ran = Example::run("reuse");
    assert_eq!(ran.counts(["/ask/small", "/ask/large", "/done"]), [10, 10, 10]);
    for seen in ran.at("/ask/") {
        let (model, text) = if seen.path == "/ask/small" { ("small", "hello") } else { ("large", "and then?") };
        assert_eq!(seen.json(), json!({"model": model, "question": text}));
    }
    assert!(ran.at("/done").iter().all(|seen| seen.json() == json!({"answered": true})));
}

#[test]
fn calls_have_ids_of_their_own_and_notifications_none() {
    let ran = Example::run("jsonrpc");
    let sent: Vec<_> = ran.at("/rpc").iter().map(|seen| seen.json()).collect();
    assert_eq!(sent.len(), 50, "five requests in each of ten iterations");
    let batched = |call: &serde_json::Value| call.as_array().cloned().unwrap_or_else(|| vec![call.clone()]);
    let calls: Vec<_> = sent.iter().flat_map(batched).collect();
    let (answered, notifications): (Vec<_>, Vec<_>) = calls.iter().partition(|call| call.get("id").is_some());
    assert_eq!((answered.len(), notifications.len()), (50, 20));
    let ids: BTreeSet<_> = answered.iter().map(|call| call["id"].to_string()).collect();
    assert_eq!(ids.len(), 50);
    assert!(notifications.iter().all(|call| call["method"] == "log"));
    assert_eq!(ran.summary["metrics"]["rpc_reqs"]["values"]["count"], 70);
    assert_eq!(ran.summary["metrics"]["rpc_req_failed"]["values"]["passes"], 0);
}

#[test]
fn a_user_of_an_mcp_server_has_one_session_and_says_what_it_is() {
    let ran = Example::run("mcp");
    let sent: Vec<_> = ran.at("/mcp").into_iter().filter(|seen| seen.method == "POST").collect();
    let count = |method: &str| sent.iter().filter(|seen| seen.json()["method"] == method).count();
    // Three pages of tools, four calls without a session and one in a session.
    assert_eq!((count("tools/list"), count("tools/call"), count("initialize")), (18, 30, 6));
    for seen in &sent {
        let (message, header) = (seen.json(), |name: &str| seen.header(name).to_owned());
        let is_stateless = header("mcp-protocol-version") == "2026-07-28";
        assert_eq!(is_stateless, message["params"]["_meta"].get("io.modelcontextprotocol/protocolVersion").is_some());
        if is_stateless {
            assert_eq!(header("mcp-method"), message["method"].as_str().unwrap());
        } else if message["method"] != "initialize" {
            assert!(header("mcp-session-id").starts_with("session-"));
        }
    }
    assert_eq!(ran.summary["metrics"]["mcp_progress"]["values"]["count"], 18);
    assert_eq!(ran.summary["metrics"]["mcp_req_failed"]["values"]["passes"], 0);
}

#[test]
fn an_agent_is_found_by_its_card_and_its_tasks_are_followed() {
    let ran = Example::run("a2a");
    let posts: Vec<_> = ran.at("/a2a").into_iter().filter(|seen| seen.method == "POST").collect();
    let count = |method: &str| posts.iter().filter(|seen| seen.json()["method"] == method).count();
    // Four messages and a cancellation in each of six iterations; one message is of version 0.3.
    assert_eq!((count("SendMessage"), count("message/send"), count("SendStreamingMessage")), (18, 6, 6));
    assert_eq!(count("CancelTask"), 6);
    assert!(count("GetTask") >= 12, "each report and each long task is asked for");
    for seen in &posts {
        let is_old = seen.json()["method"].as_str().unwrap().contains('/');
        assert_eq!(seen.header("a2a-version"), if is_old { "" } else { "1.0" });
    }
    let contexts: BTreeSet<_> = posts
        .iter()
        .filter_map(|seen| seen.json()["params"]["message"].get("contextId").cloned())
        .map(|context| context.to_string())
        .collect();
    assert_eq!(contexts.len(), 6, "one conversation an iteration");
    let metrics = &ran.summary["metrics"];
    assert_eq!(metrics["a2a_tasks"]["values"]["count"], 30);
    assert_eq!(metrics["a2a_req_failed"]["values"]["passes"], 0);
    assert_eq!(metrics["checks"]["values"]["fails"], 0);
}

#[test]
fn runs_of_an_agent_share_a_conversation() {
    let ran = Example::run("agui");
    let inputs: Vec<_> = ran.at("/agui").iter().map(|seen| seen.json()).collect();
    assert_eq!(inputs.len(), 24);
    let shared: Vec<_> = inputs.iter().filter(|input| input["messages"].as_array().unwrap().len() == 3).collect();
    assert_eq!(shared.len(), 6);
    for input in shared {
        assert_eq!(input["messages"][1]["content"], "word0 word1 word2 ");
        assert_eq!(inputs.iter().filter(|other| other["threadId"] == input["threadId"]).count(), 2);
    }
    let runs: BTreeSet<_> = inputs.iter().map(|input| input["runId"].to_string()).collect();
    assert_eq!(runs.len(), 24);
    let metrics = &ran.summary["metrics"];
    // The run that its user leaves has no end.
    assert_eq!(metrics["agui_runs"]["values"]["count"], 18);
    assert_eq!(metrics["agui_time_to_first_text"]["values"]["count"], 24);
    assert_eq!(metrics["http_req_failed"]["values"]["passes"], 0);
}
