//! Which of several runs is the last good one.

use serde_json::json;

use super::*;

#[test]
fn the_newest_run_that_passed_with_the_same_load_counts() {
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, hour: u32, verdict: &str, load: &str| {
        let run = folder.path().join(name);
        fs::create_dir(&run).unwrap();
        let exit_code = if verdict == "pass" { 0 } else { 99 };
        let own = json!({
            "profile": "p", "started_at": format!("2026-01-0{hour}T02:00:00.000Z"), "verdict": verdict, "exit_code": exit_code,
            "scenarios": [{"name": "s", "load": load}],
        });
        fs::write(folder::summary_path(&run), json!({ "loadagent": own }).to_string()).unwrap();
        run
    };
    let first = put("first", 1, "pass", "10/s");
    assert_eq!(before(&first).unwrap(), None);
    let second = put("second", 2, "pass", "10/s");
    put("failed", 3, "fail", "10/s");
    put("other", 4, "pass", "20/s");
    let new = put("new", 5, "fail", "10/s");
    put("later", 6, "pass", "10/s");
    fs::create_dir(folder.path().join("unfinished")).unwrap();
    let found = before(&new).unwrap().unwrap();
    assert_eq!(found.file_name(), second.file_name());
    assert!(before(&folder.path().join("unfinished")).unwrap_err().message.contains("has not ended"));
}
