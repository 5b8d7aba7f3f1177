//! Why requests failed: a first example with its reason, in the summary, in `summary.json` and in `report`.

use super::support::{Bench, hostile, practice, refusing_url, reply, send, serve, url};

/// Runs a profile, and compares class and reason of its errors in all places; `#` stands for a port or a time.
fn reasons(bench: &Bench, profile: &str, flags: &[&str]) -> Vec<(String, String)> {
    bench.write("p.yaml", profile);
    let ran = bench.run(&[&["p.yaml", "--run-dir", "run"], flags].concat());
    let report = bench.run(&["report", "run"]).stdout;
    let summary = bench.summary();
    let errors = summary["loadagent"]["errors"].as_array().unwrap().clone();
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    errors
        .iter()
        .map(|error| {
            let (class, reason) = (text(&error["class"]), text(&error["first"]["reason"]));
            assert!(!reason.chars().any(char::is_control), "{reason:?}");
            assert!(reason.chars().count() <= 300, "{reason}");
            if !class.starts_with("status") && reason != text(&error["meaning"]) {
                for shown in [&ran.stdout, &report] {
                    assert!(shown.contains(&format!(": {reason}")), "{reason}: {shown}");
                }
            }
            (class, reason)
        })
        .collect()
}

/// A profile of a request that is sent three times.
fn one(step: &str) -> String {
    format!("vus: 1\niterations: 3\nflow: [{{{step}}}]\n")
}

#[test]
fn each_class_has_a_first_example_with_its_reason() {
    let refused = refusing_url();
    let target = practice(&[]);
    let plain = url(&target).replace("http", "https");
    let answers = |bytes: &'static [u8]| {
        let (address, _) = serve(move |_| bytes.to_vec());
        format!("get: 'http://{address}/'")
    };
    let silent = hostile(|stream| {
        std::thread::sleep(std::time::Duration::from_secs(2));
        drop(stream);
    });
    let closing = hostile(drop);
    let (proxy, _) = serve(|_| reply(407, "", b""));
    let older = answers(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
    let newer = answers(b"\0\0\x06\x04\0\0\0\0\0\0\x03\0\0\0\x80");
    let alert = answers(b"\x15\x03\x01\0\x02\x02\x0a");
    let html = answers(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 2\r\n\r\nok");
    for (profile, class, reason) in [
        (one(&format!("get: '{refused}'")), "connect_refused", "Connection refused"),
        (one("get: 'http://no-such-name.invalid/'"), "dns", "`no-such-name.invalid`: "),
        (
            one(&format!("get: '{plain}'")),
            "tls",
            "the server's answer is not TLS; it may speak plain HTTP on this port",
        ),
        (one(&format!("get: 'http://{closing}/'")), "closed", "the server closed the connection before it responded ("),
        (one(&format!("get: 'http://{silent}/', timeout: 100ms")), "timeout_wait", "without a byte of the response"),
        (
            one(&answers(b"SSH-2.0-\x1b[2J\r\n\r\n")),
            "protocol",
            "does not begin with `HTTP/1.`; it begins with `SSH-2.0-\\u{1b}[2J",
        ),
        (
            one(&answers(b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n")),
            "protocol",
            "`Content-Length` is not a number",
        ),
        (one(&answers(b"HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n")), "status_5xx", "the server answered 503"),
        (one(&html.replace("get", "sse")), "stream_type", "the content type is text/html"),
        (
            format!("http: {{proxy: 'http://{proxy}'}}\n{}", one("get: 'https://elsewhere.invalid/'")),
            "proxy",
            "answered CONNECT with 407",
        ),
        (
            format!("http: {{proxy: 'http://{proxy}'}}\n{}", one("get: 'http://elsewhere.invalid/'")),
            "status_4xx",
            "the proxy answered 407: write its user and password",
        ),
        (
            format!("http: {{proxy: '{refused}'}}\n{}", one("get: 'http://elsewhere.invalid/'")),
            "connect_refused",
            "the proxy 127.0.0.1:",
        ),
        (
            format!("http: {{proxy: 'http://no-such-name.invalid:8080'}}\n{}", one("get: 'http://elsewhere.invalid/'")),
            "dns",
            "the proxy no-such-name.invalid:8080: `no-such-name.invalid`: ",
        ),
        // Another protocol than the one that was expected.
        (one(&newer), "protocol", "the response is no HTTP/1.1: this port speaks HTTP/2 only"),
        (one(&alert), "protocol", "the response is no HTTP/1.1: this port speaks TLS"),
        (format!("http: {{version: 2}}\n{}", one(&older)), "protocol", "; it may speak HTTP/1.1 only on this port"),
        (
            one(&format!("{older}, expect: {{status: 400, that: 'json.a == 3'}}")),
            "content",
            "`json.a == 3` in `expect` does not hold",
        ),
    ] {
        for workers in ["1", "2"] {
            let found = reasons(&Bench::new(), &profile, &["--workers", workers]);
            assert!(
                matches!(found.as_slice(), [(known, words)] if known == class && words.contains(reason)),
                "{profile}: {found:?}, expected {class} with {reason}"
            );
        }
    }
}

/// However many steps and classes there are, examples are bounded; counts are not.
#[test]
fn examples_are_bounded() {
    let bench = Bench::new();
    let target = refusing_url();
    let profile = format!("vus: 2\niterations: 500\nflow: [{{get: '{target}', name: 'n${{scenario_iteration}}'}}]\n");
    bench.write("p.yaml", &profile);
    bench.run(&["p.yaml", "--run-dir", "run", "--workers", "2"]);
    let summary = bench.summary();
    let errors = summary["loadagent"]["errors"].as_array().unwrap();
    let counted: u64 = errors.iter().map(|error| error["count"].as_u64().unwrap()).sum();
    let examples = errors.iter().filter(|error| !error["first"].is_null()).count();
    assert_eq!((counted, examples), (500, 200));
}

#[test]
fn an_answer_that_breaks_off_says_so() {
    let address = hostile(|stream| send(stream, b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok"));
    let profile = one(&format!("get: 'http://{address}/', timeout: 200ms"));
    let found = reasons(&Bench::new(), &profile, &[]);
    assert!(
        matches!(found.as_slice(), [(class, words)] if class == "timeout_body" && words.contains("before the end of the response; 40 B received")),
        "{found:?}"
    );
}
