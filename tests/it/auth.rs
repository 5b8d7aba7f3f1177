//! Users with tokens, against a server that writes down who showed what.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::atomic::{AtomicUsize, Ordering},
};

use super::support::{Asked, Bench, Ran, reply, serve};

/// A server that issues a new token to each login; requests that match `refuse` are answered with 401.
fn login_server(expires_in: u32, refuse: fn(&str) -> bool) -> (String, Asked) {
    let given = AtomicUsize::new(0);
    let (address, asked) = serve(move |request| {
        if request.starts_with("POST /auth/") {
            let number = given.fetch_add(1, Ordering::Relaxed);
            let answer = format!(
                "{{\"access_token\":\"t{number}\",\"expires_in\":{expires_in},\"refresh_token\":\"r{number}\"}}"
            );
            return reply(200, "", answer.as_bytes());
        }
        reply(if refuse(request) { 401 } else { 200 }, "", b"{}")
    });
    (format!("http://{address}"), asked)
}

fn profile(base_url: &str, load: &str, flow: &str) -> String {
    format!(
        "base_url: {base_url}\nauth:\n  login:\n    token:\n      post: /auth/login\n      form: {{username: '${{user.name}}', password: hunter2}}\n      \
         refresh: {{post: /auth/refresh, json: {{refresh_token: '${{refresh_token}}'}}}}\nhttp: {{auth: login}}\n\
         scenarios:\n  s:\n    {load}\n    user: {{user: {{name: 'u'}}}}\n    on_start: [{{set: {{user: \"${{{{name: 'u' + vu}}}}\"}}}}]\n    flow: {flow}\n"
    )
}

fn run(profile: &str) -> (Bench, Ran) {
    let bench = Bench::new();
    bench.write("p.yaml", profile);
    let ran = bench.run(&["p.yaml", "--run-dir", "run", "--workers", "2"]);
    (bench, ran)
}

fn first_lines(asked: &Asked) -> Vec<String> {
    let requests = asked.requests.lock().unwrap();
    requests.iter().map(|request| request.lines().next().unwrap().replace(" HTTP/1.1", "")).collect()
}

#[test]
fn each_user_has_a_token_of_its_own_and_keeps_it() {
    let (base_url, asked) = login_server(3_600, |_| false);
    let load = "{executor: per-vu-iterations, vus: 5, iterations: 4}".trim_matches(['{', '}']).replace(", ", "\n    ");
    let flow = "[{get: '/of/${vu}'}, {parallel: [[{get: '/of/${vu}'}]]}]";
    let (bench, ran) = run(&profile(&base_url, &load, flow));
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    let requests = asked.requests.lock().unwrap().clone();
    let logins: BTreeSet<_> =
        requests.iter().filter(|it| it.starts_with("POST /auth/login")).filter_map(|it| it.lines().last()).collect();
    let expected: Vec<String> = (1..=5).map(|vu| format!("username=u{vu}&password=hunter2")).collect();
    assert_eq!(logins.into_iter().collect::<Vec<_>>(), expected);
    let mut tokens: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for request in requests.iter().filter(|request| request.starts_with("GET /of/")) {
        let token = request.lines().find_map(|line| line.strip_prefix("Authorization: Bearer ")).unwrap();
        tokens.entry(request.split(' ').nth(1).unwrap()).or_default().insert(token);
    }
    assert!(tokens.len() == 5 && tokens.values().all(|own| own.len() == 1), "{tokens:?}");
    assert_eq!(tokens.values().flatten().collect::<BTreeSet<_>>().len(), 5, "shared: {tokens:?}");
    // 5 logins, and twice 4 requests of each.
    assert_eq!(requests.len(), 45);
    let summary = bench.summary();
    assert_eq!(summary["metrics"]["http_reqs"]["values"]["count"], 45);
    for file in ["summary.json", "intervals.log"] {
        let written = std::fs::read(bench.path().join("run").join(file)).unwrap();
        let text = String::from_utf8_lossy(&written);
        assert!(!text.contains("hunter2") && !text.contains("Bearer"), "{file}");
    }
    assert!(
        String::from_utf8_lossy(&std::fs::read(bench.path().join("run/intervals.log")).unwrap()).contains("auth login")
    );
    let check = bench.run(&["check", "p.yaml"]).stdout;
    assert!(check.contains("auth login (when needed)") && !check.contains("hunter2"), "{check}");
    assert!(!(ran.stdout + &ran.stderr).contains("hunter2"));
}

#[test]
fn a_token_whose_time_is_over_is_renewed_before_each_request() {
    let (base_url, asked) = login_server(0, |_| false);
    let load = "executor: per-vu-iterations\n    vus: 1\n    iterations: 1";
    let (_bench, ran) = run(&profile(&base_url, load, "[{get: /a}, {get: /b}, {get: /c, auth: none}]"));
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    assert_eq!(first_lines(&asked), ["POST /auth/login", "GET /a", "POST /auth/refresh", "GET /b", "GET /c"]);
    let requests = asked.requests.lock().unwrap();
    assert!(requests[2].ends_with("{\"refresh_token\":\"r0\"}"), "{}", requests[2]);
    assert!(requests[3].contains("Authorization: Bearer t1\r\n"));
    assert!(!requests[4].contains("Authorization"), "{}", requests[4]);
}

#[test]
fn a_refused_token_is_renewed_once_and_both_tries_count() {
    let (base_url, asked) =
        login_server(3_600, |request| request.contains("Bearer t0\r\n") || request.starts_with("GET /never"));
    let load = "executor: per-vu-iterations\n    vus: 1\n    iterations: 1";
    let (bench, ran) = run(&profile(&base_url, load, "[{get: /a}, {get: /never}, {get: /b}, {get: /c, expect: 401}]"));
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    let refresh = "POST /auth/refresh";
    let expected =
        ["POST /auth/login", "GET /a", refresh, "GET /a", "GET /never", refresh, "GET /never", "GET /b", "GET /c"];
    assert_eq!(first_lines(&asked), expected);
    assert_eq!(bench.summary()["metrics"]["http_reqs"]["values"]["count"], 9);
}

#[test]
fn without_a_token_the_iteration_fails_and_says_so() {
    let (address, asked) = serve(|_| reply(403, "", b"{}"));
    let load = "executor: per-vu-iterations\n    vus: 1\n    iterations: 2";
    let (_bench, ran) = run(&profile(&format!("http://{address}"), load, "[{get: /a}]"));
    assert_eq!(first_lines(&asked), ["POST /auth/login", "POST /auth/login"]);
    assert!(ran.stdout.contains("auth login: no token received"), "{}", ran.stdout);
}
