//! Segments of a run, and what they come to together.

use std::{
    process::Child,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use serde_json::Value as Json;

use super::support::{Bench, Ran, practice, signal, url};

/// Starts all segments of a run, each in a folder of its own below `all`.
fn start(bench: &Bench, url: &str, load: &[&str]) -> Vec<Child> {
    let at = (SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() + 3).to_string();
    let segment = |index: usize| {
        let dir = format!("all/{index}");
        let common = ["run", url, "-q", "--run-id", "one", "--segment", "auto/4", "--start-at", &at, "--run-dir", &dir];
        let mut command = bench.command(&[&common[..], load].concat());
        command.env("JOB_COMPLETION_INDEX", index.to_string()).spawn().unwrap()
    };
    (0..4).map(segment).collect()
}

fn merge(bench: &Bench, runs: &[&str]) -> (Ran, Json) {
    let ran = bench.run(&[&["merge", "--run-dir", "run"], runs].concat());
    let text = std::fs::read_to_string(bench.path().join("run/summary.json"));
    (ran, text.ok().and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default())
}

#[test]
fn four_segments_are_one_run_with_one_verdict() {
    let (bench, target) = (Bench::new(), practice(&[]));
    let load = ["--rate", "100", "-d", "3s", "--threshold", "http_reqs=count==300"];
    for mut child in start(&bench, &url(&target), &load) {
        // None of them has all requests.
        assert_eq!(child.wait().unwrap().code(), Some(99));
    }
    let (ran, summary) = merge(&bench, &["all"]);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    let whole = &summary["loadagent"];
    assert_eq!((&summary["metrics"]["http_reqs"]["values"]["count"], target.report().total), (&300.into(), 300));
    assert_eq!(
        (&whole["verdict"], &whole["run_id"], &whole["instance"]),
        (&"pass".into(), &"one".into(), &"merged".into())
    );
    assert!(!whole["scenarios"][0]["load"].as_str().unwrap().contains("segment"), "{whole}");
    assert_eq!((&whole["validity"]["offered"], &whole["coverage"]["interruptions"]), (&300.into(), &0.into()));
    // It is a run like any other.
    assert_eq!(bench.run(&["report", "run", "--get", "metrics.http_reqs.count"]).stdout, "300\n");
    assert_eq!(bench.run(&["compare", "run", "run", "--force"]).code, 0);
    let again = bench.run(&["merge", "--run-dir", "run", "all"]);
    assert!(again.code == 104 && again.stderr.contains("already holds a run"), "{}", again.stderr);

    // Without one of them it is no whole.
    std::fs::remove_dir_all(bench.path().join("run")).unwrap();
    let (ran, summary) = merge(&bench, &["all/3", "all/0", "all/2"]);
    assert_eq!((ran.code, &summary["loadagent"]["verdict"]), (109, &"invalid".into()), "{}", ran.stdout);
    assert!(ran.stdout.contains("1 segment is missing: 2/4"), "{}", ran.stdout);
    assert_eq!(summary["loadagent"]["coverage"]["ratio"], 0.75);
}

#[test]
fn a_killed_segment_counts_against_the_whole() {
    let (bench, target) = (Bench::new(), practice(&[]));
    let mut children = start(&bench, &url(&target), &["-u", "8", "-d", "4s"]);
    while target.report().total == 0 {
        std::thread::sleep(Duration::from_millis(20));
    }
    std::thread::sleep(Duration::from_millis(1_500));
    signal(&children[2], "KILL");
    children.iter_mut().for_each(|child| assert!(child.wait().is_ok()));
    let (ran, summary) = merge(&bench, &["all"]);
    let whole = &summary["loadagent"];
    assert_eq!((ran.code, &whole["verdict"]), (109, &"invalid".into()), "{}", ran.stdout);
    assert!(ran.stdout.contains("segment 3 has no end") && ran.stdout.contains("coverage is"), "{}", ran.stdout);
    assert_eq!(whole["coverage"]["interruptions"], 1);
    assert!(whole["coverage"]["ratio"].as_f64().unwrap() > 0.75, "{whole}");
}

#[test]
fn runs_that_are_no_segments_of_one_are_refused() {
    let (bench, target) = (Bench::new(), practice(&[]));
    let url = url(&target);
    for (dir, id, iterations, segment) in
        [("a", "one", "4", "1/2"), ("b", "two", "4", "2/2"), ("c", "one", "6", "2/2"), ("d", "one", "4", "1/2")]
    {
        let common = ["run", &url, "-u", "2", "-i", iterations, "-q", "--run-dir", dir, "--run-id", id];
        let words = [&common[..], &["--segment", segment]].concat();
        assert_eq!(bench.run(&words).code, 0);
    }
    for (other, message) in [("b", "the run ID is two"), ("c", "the load is"), ("d", "segment 1/2 is given twice")] {
        let (ran, _) = merge(&bench, &["a", other]);
        assert!(ran.code == 104 && ran.stderr.contains(message), "{other}: {}", ran.stderr);
    }
    let (ran, _) = merge(&bench, &["."]);
    assert!(ran.code == 104 && ran.stderr.contains("are not segments of one run"), "{}", ran.stderr);
    let ran = bench.run(&["run", &url, "--segment", "auto", "-i", "1"]);
    assert!(ran.code == 2 && ran.stderr.contains("JOB_COMPLETION_INDEX is not set"), "{}", ran.stderr);
}
