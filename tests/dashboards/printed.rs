//! `run` prints the URL of its dashboard at the start, and at the end with the final time range.

use std::process::{Command, Output};

fn run(words: &[&str]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_loadagent"));
    // The connection is refused, so the run ends at once.
    command.args([
        "run",
        "http://127.0.0.1:1",
        "-u",
        "1",
        "-i",
        "1",
        "--run-id",
        "r1",
        "--tag",
        "kind=soak",
        "--run-dir",
    ]);
    command.arg(folder.path().join("run")).args(words).env_remove("LOADAGENT_GRAFANA").output().unwrap()
}

fn dashboard_urls(text: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(text);
    text.lines().filter_map(|line| line.trim().strip_prefix("dashboard ").map(ToOwned::to_owned)).collect()
}

#[test]
fn the_url_is_printed_at_the_start_and_at_the_end() {
    let done = run(&["--grafana", "http://g:3000", "--out", "scrape=127.0.0.1:0"]);
    let (begun, ended) = (dashboard_urls(&done.stderr), dashboard_urls(&done.stdout));
    assert_eq!((begun.len(), ended.len()), (1, 1), "{}", String::from_utf8_lossy(&done.stderr));
    let link = "http://g:3000/d/loadagent-soak?var-run_id=r1&from=";
    assert!(begun[0].starts_with(link) && begun[0].ends_with("&to=now&refresh=5s"), "{}", begun[0]);
    assert!(ended[0].starts_with(link) && !ended[0].contains("now"), "{}", ended[0]);
}

#[test]
fn without_a_data_source_or_grafana_no_url_is_printed() {
    for words in [["--out", "scrape=127.0.0.1:0"], ["--grafana", "http://g:3000"]] {
        let done = run(&words);
        assert!(dashboard_urls(&done.stderr).is_empty() && dashboard_urls(&done.stdout).is_empty(), "{words:?}");
    }
    assert_eq!(run(&["--grafana", "g:3000"]).status.code(), Some(2));
}
