//! The bundled suites of AutoGPT, the agent service and AgentCore: what their READMEs promise is kept, or refused with a number.

use std::{fmt::Write as _, thread};

use serde_json::Value as Json;

use super::support::{Bench, practice, url};

/// Each profile with variables that make it short; the words of Locust and k6 are variables of the profiles.
const AUTOGPT: [&str; 10] = [
    "basic-connectivity",
    "core-api",
    "graph-execution",
    "single-endpoint",
    "comprehensive",
    "api-stress",
    "websocket",
    "marketplace",
    "library",
    "proxy-comparison",
];
const AGENT_SERVICE: [&str; 6] = ["user-classes", "baseline", "stress", "endurance", "spike", "production"];
const AGENTCORE: [&str; 13] = [
    "http",
    "websocket",
    "sustained",
    "burst",
    "failure",
    "tools",
    "concurrent-tools",
    "modular",
    "integration",
    "a2a",
    "gateway",
    "workflows",
    "training",
];

fn profiles() -> Vec<String> {
    let named = |suite: &'static str, names: &[&str]| {
        names.iter().map(|name| format!("suites/{suite}/{name}")).collect::<Vec<_>>()
    };
    [named("autogpt", &AUTOGPT), named("agent-service", &AGENT_SERVICE), named("agentcore", &AGENTCORE)].concat()
}

/// The words that point a profile at a target.
fn at(profile: &str, url: &str) -> Vec<String> {
    let url = url.trim_end_matches('/');
    let mut words = if profile.contains("autogpt") {
        vec!["--environment".to_owned(), "PRACTICE".to_owned(), "-e".to_owned(), format!("PRACTICE_URL={url}")]
    } else {
        vec!["-e".to_owned(), format!("HOST={url}")]
    };
    if profile.ends_with("production") {
        words.extend(["--confirm".to_owned(), "production".to_owned()]);
    }
    words
}

fn warnings(profile: &str, words: &[&str]) -> Vec<String> {
    let bench = Bench::new();
    let ran = bench.run(&[&["check", profile, "--json"], words].concat());
    assert_eq!(ran.code, 0, "{profile}: {}{}", ran.stdout, ran.stderr);
    let plan: Json = serde_json::from_str(&ran.stdout).unwrap();
    plan["warnings"].as_array().unwrap().iter().map(|one| one.as_str().unwrap().to_owned()).collect()
}

#[test]
fn every_profile_passes_check_at_its_full_length() {
    for profile in profiles() {
        let target = at(&profile, "http://127.0.0.1:9");
        let words: Vec<&str> = target.iter().map(String::as_str).collect();
        let bench = Bench::new();
        let ran = bench.run(&[&["check", &profile], &words[..]].concat());
        assert_eq!(ran.code, 0, "{profile}: {}{}", ran.stdout, ran.stderr);
    }
}

#[test]
fn a_promise_that_the_settings_cannot_keep_is_named_with_the_load_that_would() {
    let without_load = ["-e", "HOST=http://127.0.0.1:9"];
    let of = |profile: &str, words: &[&str]| warnings(profile, &[&without_load, words].concat()).join("\n");
    let http = of("suites/agentcore/http", &[]);
    assert!(
        http.contains(
            "threshold rate>=60000 on http_reqs is out of reach: without redirects the run makes 32,784/s on average"
        ) && http.contains("1,840 users would (`--vus-factor 1.84`)"),
        "{http}"
    );
    assert_eq!(of("suites/agentcore/http", &["-e", "USERS=2200", "-e", "SPAWN_RATE=220"]), "");
    let both = of("suites/agentcore/integration", &[]);
    assert!(both.contains("threshold rate>=10000 on http_reqs leaves responses hardly any time"), "{both}");
    let one = of("suites/agentcore/integration", &["--scenarios", "IntegrationLayerUser"]);
    assert!(one.contains("3,050 users would (`--vus-factor 6.1`)"), "{one}");
    assert_eq!(of("suites/agentcore/websocket", &["-e", "SPAWN_RATE=100"]).matches("WebSockets").count(), 0);
    let short = of("suites/agentcore/websocket", &["-e", "RUN_TIME=60s"]);
    assert!(short.contains("at most 6,000 WebSockets at a time"), "{short}");
    let narrow = of("suites/agentcore/concurrent-tools", &["--threshold", "parallel_width=max>=2000"]);
    assert!(narrow.contains("the widest parallel block has 1,000 requests in flight"), "{narrow}");
    let quick = of("suites/agentcore/modular", &["--preset", "quick", "-e", "RPS=15"]);
    assert!(quick.contains("threshold rate>=15 on http_reqs"), "{quick}");
}

#[test]
fn five_users_with_a_hundred_requests_each_have_five_hundred_in_flight() {
    let target = practice(&[("latency", "1s"), ("journal", "2000")]);
    let bench = Bench::new();
    let target_words = at("suites/autogpt/core-api", &url(&target));
    let words: Vec<&str> = target_words.iter().map(String::as_str).collect();
    let load = ["-e", "REQUESTS_PER_VU=100", "-u", "5", "-i", "5", "--run-dir", "run", "--no-thresholds"];
    let ran = bench.run(&[&["run", "suites/autogpt/core-api"], &words[..], &load].concat());
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    let seen = serde_json::to_value(target.report()).unwrap();
    let most = seen["requests"].as_array().unwrap().iter().map(|one| one["in_flight"].as_u64().unwrap()).max();
    assert_eq!(most, Some(500));
    assert_eq!(bench.summary()["metrics"]["parallel_width"]["values"]["max"], 100.0);
    let events = std::fs::read_to_string(bench.path().join("run/events.log")).unwrap();
    assert!(events.contains("Credits: 100/100, Graphs: 100/100, Blocks: 100/100 requests successful"), "{events}");
}

#[test]
fn every_profile_runs_against_the_practice_target_without_a_failure() {
    let target = practice(&[]);
    let url = url(&target);
    let run = |profile: String| {
        let bench = Bench::new();
        let target_words = at(&profile, &url);
        let mut words: Vec<&str> = vec!["run", &profile, "--run-dir", "run", "--no-thresholds"];
        words.extend(target_words.iter().map(String::as_str));
        // All users at once and for a short time, but as many as reach the rare tasks.
        words.extend(["-u", "20", "-d", "2s"]);
        let ran = bench.run(&words);
        let metrics = &bench.summary()["metrics"];
        let share = |metric: &str| metrics[metric]["values"]["rate"].as_f64();
        let mut wrong = String::new();
        if ran.code != 0 {
            write!(wrong, "{profile}: exit code {}: {}{}", ran.code, ran.stdout, ran.stderr).unwrap();
        }
        // Workflows fail what is slower than a limit, and a machine under test is slow; the target fails one block in 25.
        let may_fail = profile.ends_with("workflows") || profile.ends_with("api-stress");
        if !may_fail && share("http_req_failed") != Some(0.0) {
            write!(wrong, "{profile}: failed: {:?}: {}", share("http_req_failed"), ran.stdout).unwrap();
        }
        if share("checks").is_some_and(|rate| rate < if may_fail { 0.9 } else { 1.0 }) {
            write!(wrong, "{profile}: checks: {:?}: {}", share("checks"), ran.stdout).unwrap();
        }
        wrong
    };
    let wrong: Vec<String> = thread::scope(|scope| {
        let all = profiles();
        let runs: Vec<_> = all
            .chunks(4)
            .map(|part| {
                let (part, run) = (part.to_vec(), &run);
                scope.spawn(move || part.into_iter().map(run).collect::<Vec<_>>())
            })
            .collect();
        runs.into_iter().flat_map(|run| run.join().unwrap()).filter(|wrong| !wrong.is_empty()).collect()
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}
