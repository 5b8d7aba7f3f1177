//! `campaign`: what it runs, resumes and leaves.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use loadagent::testing::practice_target::Target;
use serde_json::Value as Json;

use super::support::{Bench, Ran, practice, signal, url};

/// Six runs of a profile, of which each request has the name of its run.
const SIX: &str = "name: six\nruns:\n  - {name: a, profile: p.yaml, env: {RUN: a}}\n  - {name: b, profile: p.yaml, env: {RUN: b}}\n  \
                   - {name: c, profile: p.yaml, env: {RUN: c, TIME: 30s}}\n  - {name: d, profile: p.yaml, env: {RUN: d}}\n  \
                   - {name: e, profile: p.yaml, env: {RUN: e}}\n  - {name: f, profile: p.yaml, env: {RUN: f}}\n";

fn bench(base: &str) -> Bench {
    let bench = Bench::new();
    let text = format!(
        "base_url: {base}\nvars: {{RUN: x, TIME: 1s}}\nrate: 10\nduration: ${{TIME}}\nflow: [{{get: '/run/${{RUN}}'}}]\nthresholds: {{http_req_failed: rate<0.01}}\n"
    );
    bench.write("p.yaml", &text);
    bench
}

fn state(folder: &Path) -> Json {
    serde_json::from_str(&std::fs::read_to_string(folder.join("campaign.json")).unwrap()).unwrap()
}

fn states(folder: &Path) -> Vec<String> {
    let runs = state(folder)["runs"].as_array().unwrap().clone();
    runs.iter().map(|run| run["state"].as_str().unwrap().to_owned()).collect()
}

/// Words of each line, so that columns don't matter.
fn lines(text: &str) -> Vec<String> {
    text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
}

fn wait_for(path: &Path) {
    let begin = Instant::now();
    while std::fs::metadata(path).map_or(0, |data| data.len()) == 0 {
        assert!(begin.elapsed() < Duration::from_secs(60), "{} does not come", path.display());
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Requests of a run, as the target saw them.
fn seen(target: &Target, run: &str) -> u64 {
    let report = serde_json::to_value(target.report()).unwrap();
    report["routes"][format!("/run/{run}")]["total"].as_u64().unwrap_or_default()
}

#[test]
fn runs_come_in_order_with_one_table_and_one_exit_code() {
    let target = practice(&[]);
    let bench = bench(&url(&target));
    let text = "name: three\nwarm_up: 0s\nruns:\n  - {name: base, profile: p.yaml, env: {RUN: base}, repeats: 2}\n  \
                - {name: bad, profile: p.yaml, thresholds: {http_reqs: count>1000}}\n  - {name: 'http', profile: \"URL\", iterations: 3}\n";
    bench.write("c.yaml", &text.replace("URL", &url(&target)));
    let check = bench.run(&["check", "c.yaml"]);
    assert_eq!((check.code, check.stderr.as_str()), (0, ""), "{}", check.stdout);
    assert!(check.stdout.starts_with("three: 4 runs, at least"), "{}", check.stdout);
    let ran = bench.run(&["campaign", "c.yaml", "--dir", "out"]);
    assert_eq!(ran.code, 99, "{}{}", ran.stdout, ran.stderr);
    let table = lines(&ran.stdout);
    assert!(table[0].starts_with("run runs verdict reqs rate failed"), "{table:?}");
    assert!(table[1].starts_with("base 2 PASS 10 (10–10)"), "{table:?}");
    assert!(table[2].starts_with("bad 1 FAIL 10 "), "{table:?}");
    assert!(table[3].starts_with("http 1 NO VERDICT 3 "), "{table:?}");
    assert!(table.iter().any(|line| line == "FAIL three, 4 runs (exit code 99)"), "{table:?}");
    let out = bench.path().join("out");
    assert_eq!(state(&out)["exit_code"], 99);
    assert_eq!(state(&out)["rows"][0]["figures"]["requests"]["median"], 10.0);
    assert_eq!(states(&out), ["done"; 4]);
    for folder in ["01-base-1", "02-base-2", "03-bad", "04-http"] {
        let run = bench.run(&["report", &format!("out/{folder}"), "--get", "metrics.http_reqs.count"]);
        assert_eq!(run.stdout.trim(), if folder == "04-http" { "3" } else { "10" }, "{}", run.stderr);
    }
    assert_eq!(target.report().total, 33);
    // It is finished: nothing is run again, and the table is the same.
    let again = bench.run(&["campaign", "c.yaml", "--dir", "out", "--resume"]);
    assert_eq!((again.code, lines(&again.stdout)), (99, table));
    assert_eq!(target.report().total, 33);
    let refused = bench.run(&["campaign", "c.yaml", "--dir", "out"]);
    assert!(refused.code == 104 && refused.stderr.contains("already holds a campaign"), "{}", refused.stderr);
}

#[test]
fn a_failure_ends_it_if_asked() {
    let target = practice(&[]);
    let bench = bench(&url(&target));
    bench.write("c.yaml", "on_failure: stop\nruns:\n  - {name: bad, profile: p.yaml, thresholds: {http_reqs: count>1000}}\n  - {name: next, profile: p.yaml}\n");
    let ran = bench.run(&["campaign", "c.yaml", "--dir", "out", "-q"]);
    assert_eq!(ran.code, 99, "{}{}", ran.stdout, ran.stderr);
    assert!(lines(&ran.stdout).contains(&"next 0 of 1 not run".to_owned()), "{}", ran.stdout);
    assert_eq!(
        (target.report().total, states(&bench.path().join("out"))),
        (10, vec!["done".to_owned(), "not_run".to_owned()])
    );
    // The failure still stands.
    assert_eq!(bench.run(&["campaign", "c.yaml", "--dir", "out", "--resume", "-q"]).code, 99);
    assert_eq!(target.report().total, 10);
}

#[test]
fn the_warm_up_is_in_no_threshold_and_in_no_figure() {
    let target = practice(&[]);
    let bench = bench(&url(&target));
    let run = |warm_up: &str| {
        let text = format!(
            "warm_up: {warm_up}\nruns: [{{profile: p.yaml, duration: 3s, thresholds: {{http_reqs: count<26}}}}]\n"
        );
        bench.write("c.yaml", &text);
        bench.run(&["campaign", "c.yaml", "-q", "--dir", warm_up])
    };
    assert_eq!(run("0s").code, 99);
    let ran = run("1s");
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    assert_eq!(target.report().total, 60);
    let requests = state(&bench.path().join("1s"))["rows"][0]["figures"]["requests"]["median"].as_f64().unwrap();
    assert!((10.0..26.0).contains(&requests), "{requests}");
    // The summary says so, too, also when it is read again.
    let report = bench.run(&["report", "1s/01-p"]);
    assert!(report.stdout.contains("THRESHOLDS  without the first 1s"), "{}", report.stdout);
    let error = bench.run(&["run", "p.yaml", "--warm-up", "5s"]);
    assert!(error.code == 2 && error.stderr.contains("leaves nothing to judge"), "{}", error.stderr);
}

#[test]
fn killed_in_the_third_of_six_and_resumed() {
    let target = practice(&[]);
    let bench = bench(&url(&target));
    bench.write("c.yaml", SIX);
    let mut child = bench.start(&["campaign", "c.yaml", "--no-progress"]);
    let begin = Instant::now();
    let folder = loop {
        let found = std::fs::read_dir(bench.path().join("campaigns")).into_iter().flatten().flatten().next();
        if let Some(found) = found {
            break found.path();
        }
        assert!(begin.elapsed() < Duration::from_secs(60));
        std::thread::sleep(Duration::from_millis(20));
    };
    wait_for(&folder.join("03-c/intervals.log"));
    std::thread::sleep(Duration::from_millis(1_200));
    signal(&child, "KILL");
    drop(child.wait());
    assert_eq!(states(&folder), ["done", "done", "not_run", "not_run", "not_run", "not_run"]);
    let before = target.report().total - 20;
    // The third run is shorter now, by its variable: what is compared is the file.
    let ran: Ran = bench.command(&["campaign", "c.yaml", "--resume", "-e", "TIME=1s"]).output().unwrap().into();
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    assert!(
        ran.stderr.contains("run 1 of 6: a: done already") && ran.stderr.contains("03-c.interrupted-1"),
        "{}",
        ran.stderr
    );
    let table = lines(&ran.stdout);
    for (row, name) in table[1..7].iter().zip(["a", "b", "c", "d", "e", "f"]) {
        assert!(row.starts_with(&format!("{name} 1 PASS 10 ")), "{table:?}");
    }
    assert_eq!(states(&folder), ["done"; 6]);
    assert_eq!(target.report().total, 60 + before, "each run once, and what was interrupted");
    for name in ["a", "b", "d", "e", "f"] {
        assert_eq!(seen(&target, name), 10, "{name}");
    }
    assert!(folder.join("03-c.interrupted-1/intervals.log").exists());
}

#[test]
fn ctrl_c_ends_the_run_and_says_how_to_go_on() {
    let target = practice(&[]);
    let bench = bench(&url(&target));
    bench.write("c.yaml", SIX);
    let child = bench.start(&["campaign", "c.yaml", "--dir", "out", "--no-progress"]);
    wait_for(&bench.path().join("out/03-c/intervals.log"));
    std::thread::sleep(Duration::from_millis(1_200));
    signal(&child, "INT");
    let ran: Ran = child.wait_with_output().unwrap().into();
    assert_eq!(ran.code, 105, "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stderr.contains("go on with: loadagent campaign c.yaml --resume --dir out"), "{}", ran.stderr);
    assert!(lines(&ran.stdout).contains(&"c 0 of 1 STOPPED".to_owned()), "{}", ran.stdout);
    let summary = std::fs::read_to_string(bench.path().join("out/03-c/summary.json")).unwrap();
    assert!(summary.contains("\"exit_code\": 105"));
    let out = bench.path().join("out");
    assert_eq!(states(&out), ["done", "done", "stopped", "not_run", "not_run", "not_run"]);
    // A changed file is another campaign.
    bench.write("c.yaml", &SIX.replace("RUN: f", "RUN: g"));
    let changed = bench.run(&["campaign", "c.yaml", "--dir", "out", "--resume"]);
    assert!(changed.code == 104 && changed.stderr.contains("has changed since"), "{}", changed.stderr);
    bench.write("c.yaml", SIX);
    let ran = bench.run(&["campaign", "c.yaml", "--dir", "out", "--resume", "-e", "TIME=1s", "-q"]);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    assert_eq!(states(&out), ["done"; 6]);
}

#[test]
fn errors_come_before_anything_is_sent() {
    let target = practice(&[]);
    let bench = bench(&url(&target));
    for (text, words) in [
        ("runs: [{profile: p.yaml, rpeats: 2}]", "c.yaml:1:26: unknown key `rpeats`"),
        ("runs: [{profile: p.yaml}, {profile: no.yaml}]", "no file or bundled profile `no.yaml`"),
        ("runs: [{profile: p.yaml, env: {NO: 1}}]", "unknown variable"),
        ("runs: [p.yaml, p.yaml]", "there is a run `p` already"),
        ("flow: [{get: /}]", "is no campaign: it has no `runs`"),
        ("runs: [", "invalid YAML"),
    ] {
        bench.write("c.yaml", text);
        let ran = bench.run(&["campaign", "c.yaml"]);
        assert!(ran.code == 104 && ran.stderr.contains(words), "{text}: {} {}", ran.code, ran.stderr);
    }
    bench.write("c.yaml", "runs: [p.yaml]");
    let ran = bench.run(&["run", "c.yaml"]);
    assert!(ran.code == 104 && ran.stderr.contains("hint: loadagent campaign c.yaml"), "{}", ran.stderr);
    bench.write("file", "");
    let ran = bench.run(&["campaign", "c.yaml", "--dir", "file/x"]);
    assert!(ran.code == 104 && ran.stderr.contains("can't write to file/x"), "{}", ran.stderr);
    let ran = bench.run(&["campaign", "c.yaml", "--resume"]);
    assert!(ran.code == 104 && ran.stderr.contains("no interrupted campaign `c`"), "{}", ran.stderr);
    assert_eq!(target.report().total, 0);
}

#[test]
fn the_campaign_of_the_documentation_passes_check() {
    let bench = Bench::new();
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/campaigns.md")).unwrap();
    let block = text.split("```yaml campaign\n").nth(1).unwrap().split("```").next().unwrap();
    bench.write("c.yaml", block);
    let profile = "base_url: ${BASE_URL}\nvars: {BASE_URL: \"http://h\"}\nenvironments: {staging: {vars: {BASE_URL: \"http://s\"}}}\nvus: 1\nduration: 1m\nflow: [{get: /}]\n";
    bench.write("baseline.yaml", profile);
    bench.write("stress.yaml", profile);
    let check = bench.run(&["check", "c.yaml"]);
    assert_eq!(check.code, 0, "{}", check.stderr);
    assert!(check.stdout.starts_with("nightly: 5 runs, at least"), "{}", check.stdout);
}
