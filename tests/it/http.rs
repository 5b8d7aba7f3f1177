//! What goes with requests and follows from responses, against servers that write down what they were asked.

use std::{io::Write, net::TcpListener, sync::atomic::Ordering};

use serde_json::Value as Json;

use super::support::{Asked, Bench, Ran, reply, serve};

/// Runs a flow of one user, twice over; `http` is the inside of the section.
fn run(bench: &Bench, http: &str, flow: &str, flags: &[&str]) -> Ran {
    let profile = format!(
        "http: {{{http}}}\nscenarios:\n  s:\n    executor: shared-iterations\n    vus: 1\n    iterations: 2\n    flow:\n{flow}"
    );
    bench.write("p.yaml", &profile);
    let ran = bench.run(&[&["p.yaml", "--run-dir", "run"], flags].concat());
    assert!([0, 109].contains(&ran.code), "109 where every request failed: {}{}", ran.stdout, ran.stderr);
    ran
}

fn count<'a>(summary: &'a Json, metric: &str) -> &'a Json {
    &summary["metrics"][metric]["values"]["count"]
}

/// First line and value of header `line`, of all requests.
fn lines(asked: &Asked, line: &str) -> Vec<String> {
    let requests = asked.requests.lock().unwrap();
    let shown = |request: &String| {
        let first = request.lines().next().unwrap().replace(" HTTP/1.1", "");
        let found = request.lines().find_map(|known| known.strip_prefix(&format!("{line}: ")));
        found.map_or(first.clone(), |value| format!("{first} {value}"))
    };
    requests.iter().map(shown).collect()
}

#[test]
fn cookies_go_back_and_live_as_long_as_the_profile_says() {
    let login = |request: &str| {
        let line = if request.starts_with("GET /login") { "Set-Cookie: id=7; Path=/\r\n" } else { "" };
        reply(200, line, b"")
    };
    for (http, again) in [("", "GET /login"), ("cookies: user", "GET /login id=7"), ("cookies: off", "GET /login")] {
        let ((address, asked), bench) = (serve(login), Bench::new());
        let flow = format!(
            "      - get: http://{address}/login\n      - get: http://{address}/a\n        headers: {{cookie: x=y}}\n      - get: http://{address}/b\n"
        );
        run(&bench, http, &flow, &[]);
        let (a, b) = if http == "cookies: off" { ("GET /a", "GET /b") } else { ("GET /a", "GET /b id=7") };
        assert_eq!(lines(&asked, "Cookie"), ["GET /login", a, b, again, a, b], "{http}");
        let merged = if http == "cookies: off" { "GET /a x=y" } else { "GET /a x=y; id=7" };
        assert_eq!(lines(&asked, "cookie")[1], merged);
    }
}

#[test]
fn redirects_are_attempts_of_their_own() {
    let (other, seen) = serve(|_| reply(200, "", b"there"));
    let answer = move |request: &str| match request.split(' ').nth(1) {
        Some("/start") => reply(303, "Location: /next?x=1\r\n", b"moved"),
        _ => reply(307, &format!("Location: http://{other}/end\r\n"), b""),
    };
    let ((address, asked), bench) = (serve(answer), Bench::new());
    let flow = format!(
        "      - post: http://{address}/start\n        name: go\n        body: ok\n        headers: {{Authorization: secret, X: \"y\"}}\n        check: [{{status: 200}}, {{equals: there}}]\n"
    );
    run(&bench, "", &flow, &[]);
    assert_eq!(lines(&asked, "X")[..2], ["POST /start y", "GET /next?x=1 y"]);
    assert_eq!(lines(&seen, "Authorization"), ["GET /end", "GET /end"], "secrets stay with their origin");
    assert_eq!(lines(&asked, "Authorization")[1], "GET /next?x=1 secret");
    let summary = bench.summary();
    assert_eq!(count(&summary, "http_reqs"), 6, "{summary}");
    assert_eq!(summary["metrics"]["http_req_failed"]["values"]["passes"], 0);
    assert_eq!(summary["metrics"]["checks"]["values"]["fails"], 0);

    let ((address, asked), bench) = (serve(|_| reply(302, "Location: /\r\n", b"")), Bench::new());
    let flow = format!("      - get: http://{address}/\n        check: [{{status: 302}}]\n");
    run(&bench, "", &flow, &["--max-redirects", "0"]);
    assert_eq!(asked.requests.lock().unwrap().len(), 2);
    assert_eq!((bench.errors().as_str(), &bench.summary()["metrics"]["checks"]["values"]["fails"]), ("", &0.into()));

    let bench = Bench::new();
    let flow = format!("      - get: http://{address}/\n        redirects: 4\n");
    run(&bench, "", &flow, &["--max-redirects", "2"]);
    assert_eq!((count(&bench.summary(), "http_reqs"), bench.errors()), (&10.into(), "redirect ".to_owned()));
}

#[test]
fn compressed_bodies_are_unpacked_for_checks() {
    let answer = |request: &str| {
        assert!(request.contains("\r\nAccept-Encoding: gzip, deflate, br, zstd\r\n"), "{request}");
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all("packed ".repeat(1_000).as_bytes()).unwrap();
        reply(200, "Content-Encoding: gzip\r\n", &encoder.finish().unwrap())
    };
    let ((address, _), bench) = (serve(answer), Bench::new());
    let flow = format!("      - get: http://{address}/\n        check: [{{contains: packed packed}}]\n");
    run(&bench, "compression: true", &flow, &[]);
    let summary = bench.summary();
    assert_eq!(summary["metrics"]["checks"]["values"]["passes"], 2);
    assert!(count(&summary, "data_received").as_u64().unwrap() < 1_000, "bytes are those of the wire");
}

#[test]
fn challenges_are_answered_by_another_attempt() {
    let answer = |request: &str| {
        let challenge = "WWW-Authenticate: Digest realm=\"r\", nonce=\"n\", qop=\"auth\", algorithm=SHA-256\r\n";
        let answered = request.contains("\r\nAuthorization: Digest username=\"jane\"");
        if answered { reply(200, "", b"welcome") } else { reply(401, challenge, b"") }
    };
    let ((address, _), bench) = (serve(answer), Bench::new());
    let flow = format!(
        "      - get: http://{address}/\n        auth: {{digest: {{username: jane, password: p}}}}\n        check: [{{equals: welcome}}]\n"
    );
    run(&bench, "", &flow, &[]);
    let summary = bench.summary();
    assert_eq!((count(&summary, "http_reqs"), bench.errors().as_str()), (&4.into(), ""));
    assert_eq!(summary["metrics"]["checks"]["values"]["fails"], 0);
}

#[test]
fn connections_live_as_long_as_the_profile_says() {
    for (http, connections) in
        [("", 1), ("connections: per_iteration", 2), ("noVUConnectionReuse: true", 2), ("noConnectionReuse: true", 4)]
    {
        let ((address, asked), bench) = (serve(|_| reply(200, "", b"")), Bench::new());
        run(&bench, http, &format!("      - get: http://{address}/\n      - get: http://{address}/\n"), &[]);
        assert_eq!(asked.connections.load(Ordering::Relaxed), connections, "{http}");
        let closing = asked.requests.lock().unwrap().iter().filter(|r| r.contains("\r\nConnection: close\r\n")).count();
        assert_eq!(closing, if connections == 4 { 4 } else { 0 });
    }
}

#[test]
fn names_lead_where_the_profile_says_and_nowhere_else() {
    let ((address, asked), bench) = (serve(|_| reply(200, "", b"")), Bench::new());
    let flow =
        "      - get: http://shop.example:81/\n      - get: http://ads.example/\n      - get: http://10.1.2.3/\n";
    let http = format!(
        "hosts: {{shop.example: \"{address}\"}}, blockHostnames: ads.example, blacklistIPs: [10.0.0.0/8], local_ips: 127.0.0.9"
    );
    run(&bench, &http, flow, &[]);
    assert_eq!(lines(&asked, "Host"), ["GET / shop.example:81"; 2]);
    assert_eq!((count(&bench.summary(), "http_errors"), bench.errors()), (&4.into(), "blocked ".to_owned()));
}

#[test]
fn proxies_stand_between() {
    let ((proxy, asked), bench) = (serve(|_| reply(200, "", b"from afar")), Bench::new());
    bench.write(
        "p.yaml",
        "scenarios: {s: {executor: shared-iterations, vus: 1, iterations: 2, flow: [{get: \"http://shop.example/a?b\", check: [{equals: from afar}]}]}}",
    );
    let mut command = bench.command(&["p.yaml", "--run-dir", "run"]);
    let ran: Ran = command.env("HTTP_PROXY", format!("http://u:p@{proxy}")).output().unwrap().into();
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(lines(&asked, "Host"), ["GET http://shop.example:80/a?b shop.example"; 2]);
    assert!(lines(&asked, "Proxy-Authorization")[0].ends_with(" Basic dTpw"));
    assert_eq!(
        (bench.summary()["metrics"]["checks"]["values"]["passes"].clone(), bench.errors()),
        (2.into(), String::new())
    );

    let ((refusing, asked), bench) = (serve(|_| reply(407, "", b"")), Bench::new());
    run(&bench, &format!("proxy: \"{refusing}\""), "      - get: https://shop.example/\n", &[]);
    assert_eq!(
        (bench.errors(), lines(&asked, "Host")[0].as_str()),
        ("proxy ".to_owned(), "CONNECT shop.example:443 shop.example:443")
    );
}

#[test]
fn requests_are_shown_without_their_secrets() {
    let ((address, _), bench) = (serve(|_| reply(200, "Set-Cookie: id=s3cret\r\n", b"the body")), Bench::new());
    let flow = format!("      - get: http://{address}/a\n        headers: {{Authorization: Bearer s3cret}}\n");
    let ran = run(&bench, "", &flow, &["--http-debug", "--no-progress"]);
    assert!(!ran.stderr.contains("s3cret") && !ran.stderr.contains("the body"), "{}", ran.stderr);
    assert!(ran.stderr.contains("> GET /a HTTP/1.1\n"), "{}", ran.stderr);
    assert!(ran.stderr.contains("< HTTP/1.1 200 X\n< Set-Cookie: ***\n"), "{}", ran.stderr);
    let bench = Bench::new();
    assert!(run(&bench, "", &flow, &["--http-debug=full"]).stderr.contains("<\n< the body\n"));
    let bench = Bench::new();
    assert!(!run(&bench, "", &flow, &[]).stderr.contains("GET /a"));
}

#[test]
fn a_redirect_may_lead_to_an_origin_without_a_listener() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let answer = move |_: &str| reply(302, &format!("Location: http://{closed}/\r\n"), b"");
    let ((address, _), bench) = (serve(answer), Bench::new());
    run(&bench, "", &format!("      - get: http://{address}/\n        check: [{{status: 302}}]\n"), &[]);
    let summary = bench.summary();
    assert_eq!((count(&summary, "http_reqs"), bench.errors()), (&2.into(), "connect_refused ".to_owned()));
    assert_eq!(summary["metrics"]["checks"]["values"]["passes"], 0, "the last attempt decides");
}
