//! Runs of agents by AG-UI against the practice target, whose runs are in order or have one violation, and against servers that
//! are wrong.

use serde_json::Value as Json;

use super::support::{Bench, practice, reply, serve, url, value_or_zero};

#[test]
fn each_violation_in_a_run_is_an_error_with_its_reason() {
    for (query, class, reason) in [
        ("", "", ""),
        ("split=1", "", ""),
        ("split=3&line_end=cr", "", ""),
        ("tool=false&count=0", "", ""),
        ("outcome=interrupt", "", ""),
        ("outcome=error", "stream_error ", ""),
        ("violation=before", "agui_order ", "TEXT_MESSAGE_START came before RUN_STARTED"),
        ("violation=unopened", "agui_order ", "TEXT_MESSAGE_CONTENT is of `m1`, which is not open"),
        ("violation=twice", "agui_order ", "TEXT_MESSAGE_START is of `m1`, which is open already"),
        ("violation=open", "agui_order ", "RUN_FINISHED came while a message, a tool call or a step was open"),
        ("violation=after", "agui_order ", "STEP_STARTED came after RUN_FINISHED"),
        ("violation=second", "agui_order ", "RUN_STARTED came within a run"),
        ("violation=unfinished", "stream_incomplete ", "before RUN_FINISHED"),
        ("violation=field", "stream_event ", ""),
        ("cut=3", "body ", ""),
        ("end=silent", "", ""),
    ] {
        let (bench, target) = (Bench::new(), practice(&[]));
        let steps = format!("  - {{agui: '/agui?gap=1ms&{query}', message: hello}}\n");
        let (ran, summary) = bench.run_steps(&url(&target), "vus: 1\niterations: 2", &steps);
        assert_eq!(bench.errors(), class, "{query}: {}{}", ran.stdout, ran.stderr);
        assert!(ran.stdout.contains(reason), "{query}: {}", ran.stdout);
        let disorder = if class == "agui_order " { 2.0 } else { 0.0 };
        assert_eq!(value_or_zero(&summary, "agui_order_errors", "count"), disorder, "{query}");
    }
}

#[test]
fn times_of_a_run_are_those_that_the_target_plans() {
    // Events are 20 ms apart: RUN_STARTED at 40 ms, the first of three pieces as the fourth event, a tool call after them.
    let (bench, target) = (Bench::new(), practice(&[]));
    let steps = "  - agui: /agui?first=40ms&gap=20ms
    message: hello
    check:
      - {name: text, that: \"body == 'word0 word1 word2 '\"}
      - {name: outcome, that: \"stream.outcome == 'success'\"}
      - {name: events, that: stream.events == 13}
";
    let (ran, summary) = bench.run_steps(&url(&target), "vus: 2\niterations: 10", steps);
    assert_eq!(bench.errors(), "", "{}", ran.stdout);
    assert_eq!((value_or_zero(&summary, "checks", "passes"), value_or_zero(&summary, "checks", "fails")), (30.0, 0.0));
    for (metric, planned) in [
        ("agui_time_to_run_started", 40.0),
        ("agui_time_to_first_text", 100.0),
        ("agui_time_to_first_tool_call", 180.0),
        ("agui_run_duration", 280.0),
    ] {
        assert_eq!(value_or_zero(&summary, metric, "count"), 10.0, "{metric}");
        // A late event delays no other, and none is early: histograms have a resolution of 0.3 %.
        let shortest = value_or_zero(&summary, metric, "min");
        assert!(shortest > planned * 0.9, "{metric}: {shortest} of {planned}");
    }
    assert_eq!(value_or_zero(&summary, "agui_tool_duration", "count"), 10.0);
    assert!(value_or_zero(&summary, "agui_tool_duration", "max") > 50.0, "60 ms as planned");
    assert_eq!(
        (value_or_zero(&summary, "agui_runs", "count"), value_or_zero(&summary, "agui_events", "count")),
        (10.0, 130.0)
    );
    assert_eq!(value_or_zero(&summary, "sse_events", "count"), 130.0);
    assert!(ran.stdout.contains("agui_runs success 10"), "{}", ran.stdout);
}

#[test]
fn the_input_has_what_servers_of_all_versions_want() {
    let started = "data: {\"type\":\"RUN_STARTED\",\"threadId\":\"t\",\"runId\":\"r\"}\n\n";
    let finished = "data: {\"type\":\"RUN_FINISHED\",\"threadId\":\"t\",\"runId\":\"r\"}\n\n";
    let body = format!("{started}{finished}");
    let (address, asked) = serve(move |_| reply(200, "Content-Type: text/event-stream\r\n", body.as_bytes()));
    let (bench, base) = (Bench::new(), format!("http://{address}"));
    let steps = "  - agui: /
    messages: [{id: m1, role: user, content: \"say \\\"hi\\\"\"}]
    thread_id: \"t-${vu}\"
    tools: [{name: a, description: b, parameters: {}}]
    state: {count: 1}
    forwarded_props: {a: true}
  - {agui: /, message: hello}
";
    let (ran, _) = bench.run_steps(&base, "vus: 1\niterations: 1", steps);
    assert_eq!(bench.errors(), "", "{}", ran.stdout);
    let requests = asked.requests.lock().unwrap();
    let sent: Vec<Json> =
        requests.iter().map(|text| serde_json::from_str(text.split_once("\r\n\r\n").unwrap().1).unwrap()).collect();
    assert_eq!((&sent[0]["threadId"], &sent[0]["state"]["count"]), (&Json::from("t-1"), &Json::from(1)));
    assert_eq!(sent[0]["messages"][0]["content"], "say \"hi\"");
    assert_eq!((&sent[0]["forwardedProps"]["a"], &sent[0]["tools"][0]["name"]), (&Json::from(true), &Json::from("a")));
    assert_eq!(
        (&sent[1]["messages"][0]["role"], &sent[1]["messages"][0]["content"]),
        (&"user".into(), &"hello".into())
    );
    for (field, default) in [("tools", "[]"), ("context", "[]"), ("state", "{}"), ("forwardedProps", "{}")] {
        assert_eq!(sent[1][field].to_string(), default);
    }
    assert_ne!(sent[0]["runId"], sent[1]["runId"]);
    assert!(requests[0].contains("accept: text/event-stream") || requests[0].contains("Accept: text/event-stream"));
}

#[test]
fn one_stream_may_have_several_runs() {
    let run_of = |id: &str| {
        format!(
            "data: {{\"type\":\"RUN_STARTED\",\"threadId\":\"t\",\"runId\":\"{id}\"}}\n\n\
             data: {{\"type\":\"RUN_FINISHED\",\"threadId\":\"t\",\"runId\":\"{id}\",\"outcome\":{{\"type\":\"interrupt\"}}}}\n\n"
        )
    };
    let body = run_of("a") + ": still there\n\n" + &run_of("b");
    let (address, _) = serve(move |_| reply(200, "Content-Type: text/event-stream\r\n", body.as_bytes()));
    let bench = Bench::new();
    let steps = "  - {agui: /, message: hello}\n";
    let (ran, summary) = bench.run_steps(&format!("http://{address}"), "vus: 1\niterations: 1", steps);
    assert_eq!(bench.errors(), "", "{}", ran.stdout);
    assert_eq!(
        (value_or_zero(&summary, "agui_runs", "count"), value_or_zero(&summary, "agui_run_duration", "count")),
        (2.0, 2.0)
    );
    assert_eq!(value_or_zero(&summary, "agui_time_to_run_started", "count"), 1.0);
    assert!(ran.stdout.contains("agui_runs interrupt 2"), "{}", ran.stdout);
}

#[test]
fn a_run_that_is_cut_off_counts_with_its_age() {
    let (bench, target) = (Bench::new(), practice(&[]));
    let steps = "flow: [{agui: '/agui?gap=10s', message: hello}]";
    let scenario = format!("{{executor: constant-vus, vus: 2, duration: 1s, gracefulStop: 0, {steps}}}");
    bench.write("p.yaml", &format!("base_url: {}\nscenarios:\n  a: {scenario}\n", url(&target)));
    bench.run(&["p.yaml", "--run-dir", "run"]);
    let summary = bench.summary();
    assert_eq!(value_or_zero(&summary, "agui_run_duration", "count"), 2.0, "{summary}");
    assert!(value_or_zero(&summary, "agui_run_duration", "max") > 500.0, "{summary}");
    assert_eq!(value_or_zero(&summary, "agui_runs", "count"), 0.0, "it did not end");
}

#[test]
fn mistakes_of_a_profile_are_errors() {
    for (step, message) in [
        ("{agui: /}", "has neither `message` nor `messages`"),
        ("{agui: /, message: a, messages: []}", "either `message` or `messages`"),
        ("{agui: /, messages: hello}", "must be a list"),
        ("{agui: /, message: a, tools: {}}", "must be a list"),
        ("{agui: /, message: a, layout: anthropic}", "layout"),
        ("{agui: /, message: a, json: {}}", "json"),
        ("{agui: /, message: a, max_events: 0}", "at least 1"),
    ] {
        let bench = Bench::new();
        bench.write("p.yaml", &format!("base_url: http://127.0.0.1:1\nflow:\n  - {step}\n"));
        let ran = bench.run(&["check", "p.yaml"]);
        assert!(ran.code != 0 && ran.stderr.contains(message), "{step}: {}{}", ran.stdout, ran.stderr);
    }
}
