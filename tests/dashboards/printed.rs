//! `run` says where its board is, as soon as it can be opened, and again with both ends of its time.

use std::process::{Command, Output};

fn run(words: &[&str]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_loadagent"));
    // Nobody listens there: the run is over at once, and it is a run all the same.
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

fn boards(text: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(text);
    text.lines().filter_map(|line| line.trim().strip_prefix("dashboard ").map(ToOwned::to_owned)).collect()
}

#[test]
fn the_board_is_told_at_the_start_and_at_the_end() {
    let done = run(&["--grafana", "http://g:3000", "--out", "scrape=127.0.0.1:0"]);
    let (begun, ended) = (boards(&done.stderr), boards(&done.stdout));
    assert_eq!((begun.len(), ended.len()), (1, 1), "{}", String::from_utf8_lossy(&done.stderr));
    let address = "http://g:3000/d/loadagent-soak?var-run_id=r1&from=";
    assert!(begun[0].starts_with(address) && begun[0].ends_with("&to=now&refresh=5s"), "{}", begun[0]);
    assert!(ended[0].starts_with(address) && !ended[0].contains("now"), "{}", ended[0]);
}

#[test]
fn without_a_store_or_grafana_no_board_is_told() {
    for words in [["--out", "scrape=127.0.0.1:0"], ["--grafana", "http://g:3000"]] {
        let done = run(&words);
        assert!(boards(&done.stderr).is_empty() && boards(&done.stdout).is_empty(), "{words:?}");
    }
    assert_eq!(run(&["--grafana", "g:3000"]).status.code(), Some(2));
}
