//! Profiles of the documents against the practice target, to which their URLs point.

use std::{fs, path::Path};

use super::support::{Bench, practice, url};

/// The first block of YAML in a document.
fn first_block(document: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(document);
    let text = fs::read_to_string(path).unwrap();
    text.split("```yaml").nth(1).and_then(|rest| rest.split_once('\n')?.1.split("```").next()).unwrap().to_owned()
}

#[test]
fn the_profile_of_the_readme_runs_against_the_practice_target() {
    let (bench, target) = (Bench::new(), practice(&[]));
    let mut profile = first_block("README.md");
    for (long, short) in [
        ("duration: 1m", "duration: 1s"),
        ("think: 1s..3s", "think: 10ms"),
        (
            "[{duration: 20s, target: 50}, {duration: 30s, target: 50}]",
            "[{duration: 1s, target: 3}, {duration: 2s, target: 3}]",
        ),
        ("[p(95)<500, p(99)<1500]", "p(95)<100000"),
    ] {
        assert!(profile.contains(long), "{long}: {profile}");
        profile = profile.replace(long, short);
    }
    bench.write("p.yaml", &profile);
    let base = format!("BASE={}", url(&target));
    let ran = bench.run(&["p.yaml", "--run-dir", "run", "-e", &base, "-e", "RATE=20"]);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    let summary = bench.summary();
    let value = |metric: &str, key: &str| summary["metrics"][metric]["values"][key].as_f64().unwrap_or_default();
    assert_eq!((value("checks", "rate"), value("http_req_failed", "rate")), (1.0, 0.0), "{}", ran.stdout);
    assert!(summary["metrics"].get("iteration_failures").is_none(), "{}", ran.stdout);
    assert!(ran.stdout.contains("order status"), "{}", ran.stdout);
    assert!(target.report().routes.keys().any(|route| route.contains("/orders/order-")), "orders are polled");
}

#[test]
fn the_profiles_of_websockets_and_tokens_run_against_the_practice_target() {
    for (document, long, short) in
        [("docs/websocket.md", "hold: 5m", "hold: 50ms"), ("docs/auth.md", "duration: 1m", "duration: 200ms")]
    {
        let (bench, target) = (Bench::new(), practice(&[]));
        let profile = first_block(document);
        assert!(profile.contains(long), "{document}");
        let profile = profile.replace(long, short).replace("http://127.0.0.1:8080", &url(&target));
        let server = if profile.contains("base_url") { String::new() } else { format!("base_url: {}\n", url(&target)) };
        let load = if profile.contains("duration:") { "" } else { "vus: 2\niterations: 2\n" };
        bench.write("p.yaml", &format!("{server}{load}{profile}"));
        let ran = bench.run(&["p.yaml", "--run-dir", "run"]);
        assert_eq!(ran.code, 0, "{document}: {}{}", ran.stdout, ran.stderr);
        let summary = bench.summary();
        let errors = summary["loadagent"]["errors"].as_array().unwrap();
        assert!(errors.is_empty(), "{document}: {}", ran.stdout);
        assert!(summary["metrics"].get("iteration_failures").is_none(), "{document}: {}", ran.stdout);
    }
}
