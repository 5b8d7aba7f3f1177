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

/// A run whose receiver is away, once its load is over: killed by `name`, and what it then said.
fn while_outputs_drain(name: &str) -> (Bench, std::process::Output) {
    let (bench, target) = (Bench::new(), practice(&[]));
    let out = format!("prometheus={}api/v1/write", refusing_url());
    let files = ["--summary-export", "export/s.json", "--csv", "csv/l", "--run-dir", "run"];
    let flags = ["-i", "10", "--threshold", "http_req_failed=rate<0.5", "--out", &out, "--drain", "10m"];
    let child = bench.start(&[&["run", &url(&target)][..], &flags, &files].concat());
    while !bench.path().join("run/summary.json").exists() {
        std::thread::sleep(Duration::from_millis(20));
    }
    let export = std::fs::read_to_string(bench.path().join("export/s.json")).unwrap();
    assert_eq!(bench.summary().to_string(), export.parse::<serde_json::Value>().unwrap().to_string());
    let (pending, summary) = (bench.summary()["loadagent"]["outputs_pending"].clone(), bench.summary());
    assert_eq!((pending, &summary["loadagent"]["verdict"]), (true.into(), &"pass".into()), "{summary}");
    assert_eq!(summary["metrics"]["http_reqs"]["values"]["count"], 10);
    assert!(bench.path().join("csv/l_stats.csv").exists());
    signal(&child, name);
    let ended = child.wait_with_output().unwrap();
    (bench, ended)
}

#[test]
fn a_kill_while_the_outputs_drain_leaves_the_verdict() {
    let (bench, _) = while_outputs_drain("KILL");
    let report = bench.run(&["report", "run"]).stdout;
    assert!(report.contains("  PASS, TELEMETRY INCOMPLETE") && report.contains("(exit code 110)"), "{report}");
    assert!(report.contains("the run did not come to its end; once it is over, `loadagent replay`"), "{report}");
    assert_eq!(bench.run(&["report", "run", "--get", "loadagent.outputs_pending"]).stdout.trim(), "true");
}

#[test]
fn the_files_of_a_run_are_completed_when_the_outputs_have_drained() {
    let (bench, ended) = while_outputs_drain("INT");
    assert_eq!(ended.status.code(), Some(110));
    repeats(&bench, &String::from_utf8(ended.stdout).unwrap());
    for file in ["run/summary.json", "export/s.json"] {
        let text = std::fs::read_to_string(bench.path().join(file)).unwrap();
        let summary: serde_json::Value = text.parse().unwrap();
        let loadagent = &summary["loadagent"];
        assert_eq!((&loadagent["outputs_pending"], &loadagent["exit_code"]), (&false.into(), &110.into()), "{file}");
        assert_eq!(loadagent["outputs"][0]["complete"], false);
    }
}

#[test]
fn a_pipe_gets_one_summary() {
    let (bench, target) = (Bench::new(), practice(&[]));
    let out = format!("prometheus={}api/v1/write", refusing_url());
    let flags = ["-i", "1", "-q", "--out", &out, "--drain", "100ms", "--summary-export", "/dev/stdout"];
    let printed = bench.run(&[&["run", &url(&target)][..], &flags].concat()).stdout;
    let summary: serde_json::Value = printed.parse().unwrap();
    assert_eq!(summary["loadagent"]["outputs_pending"], false);
}
