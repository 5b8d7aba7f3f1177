//! The committed files equal the generated ones, so that the diff shows each change of the catalogue or a dashboard.

use std::{collections::BTreeSet, fs, path::PathBuf, process::Command};

use crate::json;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("dashboards")
}

#[test]
fn committed_dashboards_are_those_that_the_catalogue_gives() {
    let update = std::env::var_os("UPDATE_DASHBOARDS").is_some();
    for file in json::all() {
        let path = root().join(&file.path);
        if update {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, file.text()).unwrap();
        }
        let committed = fs::read_to_string(&path).unwrap_or_default();
        let hint = "UPDATE_DASHBOARDS=1 cargo test --test dashboards";
        assert!(committed == file.text(), "{} is behind; run `{hint}` and look at the diff", file.path);
    }
}

#[test]
fn no_dashboard_is_committed_that_the_code_does_not_make() {
    let made: BTreeSet<String> = json::all().into_iter().map(|file| file.path).collect();
    for folder in ["prometheus", "influxdb"] {
        for entry in fs::read_dir(root().join(folder)).unwrap() {
            let path = format!("{folder}/{}", entry.unwrap().file_name().to_string_lossy());
            assert!(made.contains(&path), "dashboards/{path} is made by nothing");
        }
    }
}

#[test]
fn the_command_writes_them_with_another_prefix_too() {
    let folder = tempfile::tempdir().unwrap();
    let run = |words: &[&str]| Command::new(env!("CARGO_BIN_EXE_loadagent")).args(words).output().unwrap();
    let to = folder.path().join("allocated");
    let done = run(&["dashboards", "export", to.to_str().unwrap(), "--prefix", "k6_", "--measurement-prefix", "la."]);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    for file in json::all() {
        let text = fs::read_to_string(to.join(&file.path)).unwrap();
        assert!(!text.contains("loadagent_"), "{} holds the usual prefix", file.path);
        let named = if file.path.starts_with("influxdb") { "la." } else { "k6_run_info" };
        assert!(text.contains(named), "{} does not hold {named}", file.path);
    }
    let refused = run(&["dashboards", "export", to.to_str().unwrap(), "--prefix", "a{"]);
    assert_eq!(refused.status.code(), Some(2));
    let listed = String::from_utf8(run(&["dashboards"]).stdout).unwrap();
    assert_eq!(listed.lines().count(), 8, "{listed}");
}
