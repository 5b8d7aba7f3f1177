//! Every command line in documents, help and messages does what it should: each is run as it stands, in a folder with a
//! profile and a run. `run` is run as `check`, which refuses what `run` refuses and sends nothing.
#![expect(clippy::unwrap_used, reason = "a test that can't go on fails where it stands")]

use std::{
    fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
};

use loadagent::testing::practice_target::{self, Target, TargetOptions};

const PROFILE: &str = "scenarios:
  browse: {rate: 10, duration: 60s, flow: [{get: /}]}
  shop: {vus: 1, duration: 60s, flow: [{get: /}, {think: 100ms}]}
";

/// What campaigns and conversions read.
const SOURCES: [(&str, &str); 5] = [
    ("campaign.yaml", "runs: [profile.yaml]"),
    ("shop.har", "{\"log\": {\"entries\": [{\"request\": {\"method\": \"GET\", \"url\": \"URL\"}}]}}"),
    ("openapi.yaml", "openapi: 3.0.0\npaths: {/a: {get: {}}}\n"),
    ("collection.json", "{\"info\": {}, \"item\": [{\"request\": \"URL\"}]}"),
    ("requests.sh", "curl URL"),
];

/// Where commands are run.
struct Folder {
    root: tempfile::TempDir,
    target: Target,
    /// A run that is controlled, and its address.
    controlled: Option<(Child, String)>,
}

impl Folder {
    fn new() -> Self {
        let target = practice_target::start(TargetOptions::default(), ([127, 0, 0, 1], 0).into()).unwrap();
        let folder = Self { root: tempfile::tempdir().unwrap(), target, controlled: None };
        let url = format!("http://{}/", folder.target.address());
        for (name, text) in SOURCES {
            fs::write(folder.path().join(name), text.replace("URL", &url)).unwrap();
        }
        for name in ["profile.yaml", "FILE"] {
            fs::write(folder.path().join(name), format!("base_url: {url}\n{PROFILE}")).unwrap();
        }
        for words in [["--run-id", "RUN_ID"], ["--run-dir", "RUN_DIR"]] {
            assert!(folder.run(&[&["run", &url, "-i", "3", "-q"], &words[..]].concat()).status.success());
        }
        folder
    }

    fn path(&self) -> &Path {
        self.root.path()
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_loadagent"));
        command.args(words).current_dir(self.path()).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("LOADAGENT_")) {
            command.env_remove(name);
        }
        command
    }

    fn run(&self, words: &[&str]) -> Output {
        self.command(words).output().unwrap()
    }

    /// Runs a command line; gives what it prints if it fails.
    fn error_of(&mut self, line: &str) -> Option<String> {
        let words = words(line);
        let words: Vec<&str> = words.iter().map(String::as_str).filter(|word| *word != "…").collect();
        let failed =
            |output: &Output| (!output.status.success()).then(|| String::from_utf8_lossy(&output.stderr).into_owned());
        match words[0] {
            "target" => self.target_error(&words),
            "status" | "pause" | "resume" | "scale" | "stop" => {
                let address = self.controlled_run();
                let output = self.command(&words).env("LOADAGENT_CONTROL", address).output().unwrap();
                if words[0] == "stop" {
                    let ended = self.controlled.take().unwrap().0.wait_with_output().unwrap();
                    assert_eq!(ended.status.code(), Some(105), "{line}");
                }
                failed(&output)
            }
            "compare" => {
                // The runs that it names are copies of one.
                for run in words[1..].iter().filter(|word| !word.starts_with('-')).flat_map(|word| word.split(',')) {
                    fs::create_dir_all(self.path().join(run)).unwrap();
                    for name in ["intervals.log", "summary.json"] {
                        fs::copy(self.path().join("RUN_DIR").join(name), self.path().join(run).join(name)).unwrap();
                    }
                }
                failed(&self.run(&words))
            }
            "merge" => {
                // Each time into a folder of its own.
                let merged = tempfile::tempdir_in(self.path()).unwrap();
                let dir = format!("--run-dir={}", merged.path().join("merged").display());
                failed(&self.run(&[&words[..], &[&dir]].concat()))
            }
            "init" => {
                // Where there is no profile yet.
                drop(fs::remove_dir_all(self.path().join("new")));
                let words = [&words[..], &["new/loadagent.yaml"]].concat();
                failed(&self.run(&words))
            }
            "convert" => {
                let source = words.get(1).copied().unwrap_or("shop.har");
                let written = words.get(2).copied().unwrap_or("converted.yaml");
                drop(fs::remove_file(self.path().join(written)));
                failed(&self.run(&[&["convert", source, written], words.get(3..).unwrap_or_default()].concat()))
            }
            // It is checked, which sends nothing.
            "campaign" => failed(&self.run(&["check", words.get(1).copied().unwrap_or("campaign.yaml")])),
            _ => {
                let checked: Vec<&str> =
                    words.iter().map(|word| if *word == "run" { "check" } else { *word }).collect();
                if checked.len() == 1 && checked[0] == "check" {
                    fs::copy(self.path().join("profile.yaml"), self.path().join("loadagent.yaml")).unwrap();
                }
                let has_profile = checked.contains(&"check") && line.contains(" …");
                let further: &[&str] = if has_profile { &["profile.yaml"] } else { &[] };
                failed(&self.run(&[&checked[..], further].concat()))
            }
        }
    }

    /// The practice target reads its options itself, so it is started, and ended once it listens.
    fn target_error(&self, words: &[&str]) -> Option<String> {
        let mut target = self.command(&[words, &["--listen", "127.0.0.1:0"]].concat()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(target.stdout.take().unwrap()).read_line(&mut line).unwrap();
        target.kill().unwrap();
        let output = target.wait_with_output().unwrap();
        line.is_empty().then(|| String::from_utf8_lossy(&output.stderr).into_owned())
    }

    /// The address of a run that is in progress.
    fn controlled_run(&mut self) -> String {
        if self.controlled.is_none() {
            let words = ["run", "profile.yaml", "--run-dir", "controlled", "--control", "localhost:0", "--no-progress"];
            let folder = self.path().join("controlled");
            drop(fs::remove_dir_all(folder));
            let mut child = self.command(&words).stdout(Stdio::null()).spawn().unwrap();
            let mut line = String::new();
            BufReader::new(child.stderr.take().unwrap()).read_line(&mut line).unwrap();
            let address = line.split("http://").nth(1).unwrap().split('/').next().unwrap().to_owned();
            self.controlled = Some((child, address));
        }
        self.controlled.as_ref().unwrap().1.clone()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if let Some((child, _)) = &mut self.controlled {
            drop(child.kill());
            drop(child.wait());
        }
    }
}

/// Splits a command line at spaces outside quotes; a comment, a pipe or a redirection ends it.
fn words(line: &str) -> Vec<String> {
    let (mut found, mut word, mut quote) = (Vec::new(), None::<String>, None);
    for c in line.chars().chain([' ']) {
        match (c, quote) {
            ('\'' | '"', None) => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (c, Some(open)) if c == open => quote = None,
            ('#' | '|' | '>' | '<', None) if word.is_none() => break,
            (' ', None) => found.extend(word.take()),
            (c, _) => word.get_or_insert_default().push(c),
        }
    }
    found
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// All files below a folder of the project with such an ending.
fn files(folder: &str, ending: &str) -> Vec<(String, String)> {
    fn walk(folder: &Path, ending: &str, found: &mut Vec<(String, String)>) {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            let name = path.strip_prefix(root()).unwrap().display().to_string();
            if path.is_dir() {
                walk(&path, ending, found);
            } else if name.ends_with(ending) {
                found.push((name, fs::read_to_string(&path).unwrap()));
            }
        }
    }
    let mut found = Vec::new();
    walk(&root().join(folder), ending, &mut found);
    found.sort();
    found
}

/// Command lines of blocks of a shell, without the name of the program.
fn in_blocks(text: &str) -> Vec<String> {
    let (mut found, mut is_shell) = (Vec::new(), false);
    for line in text.replace("\\\n", " ").lines() {
        match line.strip_prefix("```") {
            Some(info) => is_shell = info == "sh",
            None if is_shell => {
                let calls = ["loadagent ", "cargo run --release --locked -- ", "cargo run --release -- "];
                found.extend(calls.into_iter().find_map(|call| line.strip_prefix(call)).map(ToOwned::to_owned));
            }
            None => {}
        }
    }
    found
}

/// Commands that a text quotes; one that is cut at `=` or a value only names an option.
fn in_quotes(text: &str) -> Vec<String> {
    let quoted = text.split('`').skip(1).step_by(2).filter_map(|quoted| quoted.strip_prefix("loadagent "));
    quoted.filter(|words| !words.ends_with("--get") && !words.contains(['{', '\n'])).map(ToOwned::to_owned).collect()
}

/// Commands that help proposes.
fn in_help(text: &str) -> Vec<String> {
    let proposals = text.lines().filter(|line| !line.starts_with("Usage") && !line.trim().starts_with("loadagent"));
    let commands = proposals.flat_map(|line| line.split("loadagent ").skip(1));
    commands.map(|rest| rest.split(',').next().unwrap().trim_end_matches('.').to_owned()).collect()
}

#[test]
fn documents() {
    let mut folder = Folder::new();
    let mut count = 0;
    let single = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "bench/README.md"];
    let single = single.map(|name| (name.to_owned(), fs::read_to_string(root().join(name)).unwrap()));
    for (name, text) in single.into_iter().chain(files("docs", ".md")) {
        for line in in_blocks(&text).into_iter().chain(in_quotes(&text)) {
            let error = folder.error_of(&line);
            assert!(error.is_none(), "{name}: loadagent {line}: {}", error.unwrap_or_default());
            count += 1;
        }
    }
    assert!(count >= 40, "only {count} command lines found");
}

#[test]
fn messages_and_bundled_profiles() {
    let mut folder = Folder::new();
    let mut count = 0;
    for (name, text) in files("src", ".rs").into_iter().chain(files("profiles", ".yaml")).chain(files("src", ".yaml")) {
        for line in text.lines().filter(|line| !line.trim().starts_with("//")).flat_map(in_quotes) {
            let error = folder.error_of(&line.replace("http://…", "http://127.0.0.1:1/"));
            assert!(error.is_none(), "{name}: loadagent {line}: {}", error.unwrap_or_default());
            count += 1;
        }
    }
    assert!(count >= 5, "only {count} commands found");
}

#[test]
fn help() {
    let mut folder = Folder::new();
    let mut count = 0;
    for command in
        ["", "run", "check", "target", "init", "report", "replay", "scale", "completions", "campaign", "convert"]
    {
        for flag in ["-h", "--help"] {
            let words: Vec<&str> = [command, flag].into_iter().filter(|word| !word.is_empty()).collect();
            let shown = String::from_utf8(folder.run(&words).stdout).unwrap();
            for line in in_help(&shown) {
                let error = folder.error_of(&line);
                assert!(error.is_none(), "{command} {flag}: loadagent {line}: {}", error.unwrap_or_default());
                count += 1;
            }
        }
    }
    assert!(count >= 3, "only {count} commands found");
}
