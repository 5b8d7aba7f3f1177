//! Each example of the language runs as it is, and the practice target's own log proves what happened: what it saw, when,
//! and how much of it at once. What loadagent says of itself proves nothing here.

mod blocks;
mod chance;
mod requests;
mod state;
mod time;

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::support::Bench;

/// One request as it reached the target.
#[derive(Debug, Clone)]
struct Seen {
    at_ms: f64,
    took_ms: f64,
    in_flight: u64,
    method: String,
    path: String,
    headers: BTreeMap<String, String>,
    body: String,
    status: u64,
}

impl Seen {
    fn read(json: &Json) -> Self {
        let text = |json: &Json| json.as_str().unwrap().to_owned();
        let headers = json["headers"].as_object().unwrap();
        Self {
            at_ms: json["at_ms"].as_f64().unwrap(),
            took_ms: json["took_ms"].as_f64().unwrap(),
            in_flight: json["in_flight"].as_u64().unwrap(),
            method: text(&json["method"]),
            path: text(&json["path"]),
            headers: headers.iter().map(|(name, value)| (name.clone(), text(value))).collect(),
            body: text(&json["body"]),
            status: json["status"].as_u64().unwrap(),
        }
    }

    /// When its answer was on its way; the client knew of it no earlier.
    fn answered_ms(&self) -> f64 {
        self.at_ms + self.took_ms
    }

    fn json(&self) -> Json {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }
}

/// A run of an example.
struct Example {
    seen: Vec<Seen>,
    stdout: String,
    summary: Json,
}

impl Example {
    fn run(name: &str) -> Self {
        Self::run_with(name, &[], 0)
    }

    fn run_with(name: &str, flags: &[&str], code: i32) -> Self {
        let bench = Bench::new();
        let name = format!("examples/{name}");
        let words = [&["run", &name, "--run-dir", "run"], flags].concat();
        let ran = bench.run(&words);
        assert_eq!(ran.code, code, "{name}: {}{}", ran.stdout, ran.stderr);
        let log = std::fs::read_to_string(bench.path().join("run/target.json")).unwrap();
        let log: Json = serde_json::from_str(&log).unwrap();
        let seen: Vec<_> = log["requests"].as_array().unwrap().iter().map(Seen::read).collect();
        assert_eq!(
            (seen.len() as u64, 0),
            (log["total"].as_u64().unwrap(), log["requests_left_out"].as_u64().unwrap())
        );
        Self { seen, stdout: ran.stdout, summary: bench.summary() }
    }

    /// Requests whose path without its query begins so.
    fn at(&self, begin: &str) -> Vec<&Seen> {
        self.seen.iter().filter(|seen| seen.path.split('?').next().unwrap().starts_with(begin)).collect()
    }

    /// How many there were at a path, whatever its query.
    fn count(&self, path: &str) -> usize {
        self.at(path).iter().filter(|seen| seen.path.split('?').next() == Some(path)).count()
    }

    fn counts<const N: usize>(&self, paths: [&str; N]) -> [usize; N] {
        paths.map(|path| self.count(path))
    }
}

/// Requests by what a function says of them, each group in the order of arrival.
fn by<'s, K: Ord>(seen: impl IntoIterator<Item = &'s Seen>, key: impl Fn(&Seen) -> K) -> BTreeMap<K, Vec<&'s Seen>> {
    let mut groups: BTreeMap<K, Vec<&Seen>> = BTreeMap::new();
    for one in seen {
        groups.entry(key(one)).or_default().push(one);
    }
    groups
}

/// What a path says in its query.
fn query<'s>(seen: &'s Seen, name: &str) -> &'s str {
    let pairs = seen.path.split('?').nth(1).unwrap_or_default().split('&');
    pairs.filter_map(|pair| pair.split_once('=')).find(|(known, _)| *known == name).map_or("", |(_, value)| value)
}

#[test]
fn all_examples_are_bundled_and_listed_in_the_reference() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let reference = std::fs::read_to_string(root.join("docs/profile.md")).unwrap();
    let listed = Bench::new().run(&["profiles"]).stdout;
    let files: Vec<_> =
        std::fs::read_dir(root.join("profiles/examples")).unwrap().map(|file| file.unwrap().path()).collect();
    assert!(files.len() >= 20);
    for name in files.iter().filter(|path| path.extension().is_some_and(|kind| kind == "yaml")) {
        let name = format!("examples/{}", name.file_stem().unwrap().to_str().unwrap());
        assert!(listed.lines().any(|line| line.split_whitespace().next() == Some(&name)), "{name} in {listed}");
        assert!(reference.contains(&format!("`{name}`")), "docs/profile.md does not name {name}");
    }
}
