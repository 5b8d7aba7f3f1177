//! `report` of a run repeats what the run itself printed, however it ended; of a killed run it says what is missing.

use std::time::Duration;

use super::support::{Bench, practice, refusing_url, signal, url};

/// Compares `report` with the run's own summary, as text and as values.
fn repeats(bench: &Bench, printed: &str) {
    let written = printed.rfind("  written to").unwrap();
    let again = bench.run(&["report", "run"]);
    assert_eq!(again.stdout.trim_end(), printed[..written].trim_end());
    let summary = bench.summary();
    for (path, value) in [
        ("loadagent.exit_code", &summary["loadagent"]["exit_code"]),
        (
            "loadagent.validity.generator.rss_peak_bytes",
            &summary["loadagent"]["validity"]["generator"]["rss_peak_bytes"],
        ),
        ("state.testRunDurationMs", &summary["state"]["testRunDurationMs"]),
    ] {
        assert_eq!(bench.run(&["report", "run", "--get", path]).stdout.trim(), value.to_string(), "{path}");
    }
}

#[test]
fn a_run_with_every_kind_of_reason() {
    let (bench, target) = (Bench::new(), practice(&[("latency", "300ms")]));
    let out = format!("prometheus={}api/v1/write", refusing_url());
    let thresholds = ["--threshold", "http_req_duration=p(95)<1", "--threshold", "checks=rate>0.5 over 1s"];
    let load = ["--rate", "40", "-d", "1s", "--max-vus", "2", "--out", &out, "--drain", "100ms", "--run-dir", "run"];
    let ran =
        bench.run(&[&["run", &url(&target), "--summary-trend-stats", "avg,p(75)"][..], &load, &thresholds].concat());
    assert_eq!(ran.code, 109, "{}{}", ran.stdout, ran.stderr);
    for reason in ["no user was free", "p(95)<1 on http_req_duration: failed", "no data", "were not acknowledged"] {
        assert!(ran.stdout.contains(reason), "{reason}: {}", ran.stdout);
    }
    repeats(&bench, &ran.stdout);
}

#[test]
fn a_stopped_run() {
    let (bench, target) = (Bench::new(), practice(&[("latency", "2ms")]));
    let flags = ["-u", "2", "-d", "60s", "--threshold", "http_req_failed=rate<0.5", "--run-dir", "run"];
    let child = bench.start(&[&["run", &url(&target)][..], &flags].concat());
    while target.report().total < 20 {
        std::thread::sleep(Duration::from_millis(20));
    }
    signal(&child, "INT");
    let ended = child.wait_with_output().unwrap();
    assert_eq!(ended.status.code(), Some(105));
    let printed = String::from_utf8(ended.stdout).unwrap();
    assert!(printed.contains("STOPPED (thresholds passing)"), "{printed}");
    repeats(&bench, &printed);
}

#[test]
fn an_aborted_run() {
    let (bench, target) = (Bench::new(), practice(&[("errors", "100%")]));
    let profile = format!(
        "base_url: {}\nscenarios:\n  s: {{executor: constant-vus, vus: 1, duration: 60s, flow: [{{get: /}}]}}\n\
         thresholds:\n  http_req_failed: {{threshold: rate<0.1, abortOnFail: true}}\n",
        url(&target)
    );
    bench.write("p.yaml", &profile);
    let ran = bench.run(&["p.yaml", "--run-dir", "run"]);
    assert_eq!(ran.code, 108, "{}{}", ran.stdout, ran.stderr);
    repeats(&bench, &ran.stdout);
}

#[test]
fn the_reason_of_an_abort_names_what_aborted() {
    let target = practice(&[("errors", "100%")]);
    for (flow, thresholds, reason) in [
        ("[{abort: enough of it}]", "checks: rate>0", "by an `abort` step of s: enough of it"),
        (
            "[{get: /}]",
            "http_req_failed: {threshold: rate<0.1, abortOnFail: true}",
            "by threshold rate<0.1 on http_req_failed (abortOnFail)",
        ),
    ] {
        let bench = Bench::new();
        let profile = format!(
            "base_url: {}\nscenarios: {{s: {{vus: 1, duration: 60s, flow: {flow}}}}}\nthresholds:\n  {thresholds}\n",
            url(&target)
        );
        bench.write("p.yaml", &profile);
        let ran = bench.run(&["p.yaml", "--run-dir", "run"]);
        assert_eq!(ran.code, 108, "{}{}", ran.stdout, ran.stderr);
        assert!(ran.stdout.contains("aborted after ") && ran.stdout.contains(reason), "{reason}: {}", ran.stdout);
        assert_eq!(bench.summary()["loadagent"]["verdict"], "fail");
    }
}

#[test]
fn a_run_without_a_load() {
    let bench = Bench::new();
    let profile = format!(
        "base_url: {}\nsetup: [{{fail: no}}]\nscenarios: {{s: {{vus: 1, duration: 1s, flow: [{{get: /}}]}}}}\n\
         thresholds: {{checks: rate>0.5}}\n",
        refusing_url()
    );
    bench.write("p.yaml", &profile);
    let ran = bench.run(&["p.yaml", "--run-dir", "run"]);
    assert_eq!(ran.code, 108, "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stdout.contains("not run"), "{}", ran.stdout);
    repeats(&bench, &ran.stdout);
}

#[test]
fn a_killed_run_says_what_is_missing() {
    let (bench, target) = (Bench::new(), practice(&[("latency", "2ms")]));
    let flags = ["-u", "2", "-d", "60s", "--threshold", "http_req_failed=rate<0.5", "--run-dir", "run"];
    let child = bench.start(&[&["run", &url(&target)][..], &flags].concat());
    let log = bench.path().join("run/intervals.log");
    let ended = |text: &str| text.lines().last().is_some_and(|line| line.contains("\"intervals\":0"));
    while !log.exists() || ended(&bench.run(&["report", "run", "--intervals"]).stdout) {
        std::thread::sleep(Duration::from_millis(50));
    }
    signal(&child, "KILL");
    child.wait_with_output().unwrap();
    let report = bench.run(&["report", "run"]).stdout;
    assert!(report.contains("INCOMPLETE (thresholds passing)") && report.contains("(exit code 105)"), "{report}");
    assert!(report.contains("the log has no end entry"), "{report}");
    assert!(report.contains("workers and peak memory are unknown"), "{report}");
    assert!(!report.contains(" workers,"), "{report}");
}

#[test]
fn what_is_folded_is_reported_and_thresholds_count_their_own() {
    let (bench, target) = (Bench::new(), practice(&[("latency", "0ms")]));
    let profile = format!(
        "base_url: {}\nvus: 4\niterations: 1600\nflow:\n  - get: /\n    name: n${{scenario_iteration}}\n\
         thresholds:\n  'http_reqs{{name:n1550}}': count==1\n  'http_reqs{{name:n5}}': count==1\n",
        url(&target)
    );
    bench.write("p.yaml", &profile);
    for workers in ["1", "2", "4"] {
        let folder = format!("run{workers}");
        let ran = bench.run(&["run", "p.yaml", "--workers", workers, "--run-dir", &folder]);
        assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
        let value = |path: &str| bench.run(&["report", &folder, "--get", path]).stdout.trim().to_owned();
        let steps: serde_json::Value = serde_json::from_str(&value("loadagent.steps")).unwrap();
        let other = steps.as_array().unwrap().iter().find(|step| step["name"] == "other").unwrap();
        let (all, own) = (other["requests"].as_u64().unwrap(), steps.as_array().unwrap().len() as u64 - 1);
        assert_eq!(all + own, 1_600, "{workers}");
        assert!((1_000..=1_001).contains(&own), "{workers}: {own}");
        let line = format!("more than 1,000 label sets: {all} of 1,600 requests are counted under `name: other`");
        assert!(ran.stdout.contains(&line), "{line}: {}", ran.stdout);
        assert!(bench.run(&["report", &folder]).stdout.contains(&line));
    }
}
