//! The rules of the architecture: which module may import which, sizes, module documentation, derived tables.
#![expect(clippy::unwrap_used, reason = "a test that can't go on fails where it stands")]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

/// The layers: which module may import which. A new edge needs a reason.
///
/// Configuration and execution (`profile`, `plan`, `protocol`, `executor`) never import telemetry (`interval_log`,
/// `output`, `analysis`, `report`); they share `metric`. `threshold` and `control` are imported by both. The practice
/// target shares only `units` with the generator: the same mistake in both would go unnoticed.
const LAYERS: &[(&str, &[&str])] = &[
    ("units", &[]),
    ("exit", &[]),
    ("http_server", &[]),
    ("metric", &[]),
    ("threshold", &["units", "metric"]),
    // `http_server` for the control API, and in `output` for the page that is scraped.
    ("control", &["http_server"]),
    ("language", &["units"]),
    // `metric` for the metrics that a profile defines.
    ("plan", &["units", "language", "metric", "threshold"]),
    ("profile", &["units", "language", "metric", "threshold", "plan"]),
    // `language` for what a response is.
    ("protocol", &["language", "plan"]),
    ("executor", &["language", "metric", "control", "plan", "protocol"]),
    ("practice_target", &["units"]),
    ("interval_log", &["metric"]),
    // `interval_log` for its framing: one way to notice a torn or damaged frame.
    ("record_log", &["metric", "interval_log"]),
    // `threshold` for the factors by which k6 shows units.
    ("output", &["units", "http_server", "metric", "threshold", "interval_log", "record_log"]),
    // `output` for the one rule by which a metric gets its exported name, `analysis` for the bounds of the verdict.
    ("dashboard", &["units", "metric", "output", "analysis"]),
    // `threshold` and `exit` for the verdict.
    ("analysis", &["units", "exit", "metric", "threshold", "interval_log"]),
    // `protocol` for the meaning of error classes, which is words and not traffic.
    ("report", &["units", "exit", "metric", "threshold", "interval_log", "output", "analysis", "protocol"]),
    // Help texts show the tables of exit codes, options of the practice target and statistics.
    ("cli", &["units", "exit", "practice_target", "report"]),
];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn sources() -> Vec<(PathBuf, String)> {
    fn walk(folder: &Path, found: &mut Vec<(PathBuf, String)>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push((path.clone(), fs::read_to_string(&path).unwrap()));
            }
        }
    }
    let mut found = Vec::new();
    walk(&root().join("src"), &mut found);
    found.sort();
    found
}

/// The module of a file: the first name below `src`.
fn module_of(path: &Path) -> String {
    let below = path.strip_prefix(root().join("src")).unwrap();
    let first = below.components().next().unwrap().as_os_str().to_string_lossy().into_owned();
    first.trim_end_matches(".rs").to_owned()
}

/// Names that follow `crate::`, also in braces: `use crate::{a::b, c}`.
fn imports_of(text: &str) -> BTreeSet<String> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let leading = |text: &str| text.chars().take_while(|c| is_name(*c)).collect::<String>();
    let mut found = BTreeSet::new();
    for (at, _) in text.match_indices("crate::") {
        let rest = &text[at + "crate::".len()..];
        let Some(inside) = rest.strip_prefix('{') else {
            found.insert(leading(rest));
            continue;
        };
        let mut depth = 0;
        let mut begin = true;
        for (place, c) in inside.char_indices() {
            match c {
                '{' => depth += 1,
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                ',' if depth == 0 => begin = true,
                c if depth == 0 && begin && is_name(c) => {
                    found.insert(leading(&inside[place..]));
                    begin = false;
                }
                _ => {}
            }
        }
    }
    found
}

fn without_tests(text: &str) -> &str {
    text.find("#[cfg(test)]\nmod tests {").map_or(text, |at| &text[..at])
}

#[test]
fn modules_import_only_what_the_table_allows() {
    let layers: BTreeMap<&str, &[&str]> = LAYERS.iter().copied().collect();
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        let module = module_of(&path);
        let is_test = path.ends_with("tests.rs") || path.components().any(|part| part.as_os_str() == "tests");
        if matches!(module.as_str(), "lib" | "main" | "run") || is_test {
            continue;
        }
        let allowed = layers.get(module.as_str()).unwrap_or_else(|| panic!("module `{module}` is not in the table"));
        for import in imports_of(without_tests(&text)) {
            if import != module && !allowed.contains(&import.as_str()) {
                wrong.push(format!("{}: {module} imports {import}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn each_edge_of_the_table_is_used() {
    let mut used: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (path, text) in sources() {
        used.entry(module_of(&path)).or_default().extend(imports_of(&text));
    }
    for (module, allowed) in LAYERS {
        for import in *allowed {
            assert!(used[*module].contains(*import), "{module} → {import}: no file uses this edge");
        }
    }
}

#[test]
fn files_stay_small() {
    let mut sizes: Vec<(usize, String)> = Vec::new();
    for (path, text) in sources() {
        let lines = without_tests(&text).lines().count();
        let name = path.strip_prefix(root()).unwrap().display().to_string();
        assert!(lines <= 500, "{name} has {lines} lines");
        sizes.push((lines, name));
    }
    sizes.sort();
    let median = sizes[sizes.len() / 2].0;
    assert!(median <= 130, "the median file has {median} lines");
}

#[test]
fn every_file_says_what_it_is() {
    for (path, text) in sources() {
        assert!(text.starts_with("//!"), "{} does not begin with its purpose", path.display());
    }
}

#[test]
fn modules_document_what_they_own_and_where_to_start() {
    for (path, text) in sources().into_iter().filter(|(path, _)| path.ends_with("mod.rs")) {
        if path.parent().and_then(Path::parent) != Some(&root().join("src"))
            || module_of(&path) == "run"
            || module_of(&path) == "cli"
        {
            continue;
        }
        let head: String = text.lines().take_while(|line| line.starts_with("//!")).collect();
        for word in ["Owns", "ever ", "Start "] {
            assert!(head.contains(word), "{} does not say `{word}`", path.display());
        }
    }
}

#[test]
fn there_is_nothing_left_to_do_and_nothing_allowed_without_reason() {
    // Put together, so that this file does not find itself.
    let marks = [
        ["TO", "DO"].concat(),
        ["FIX", "ME"].concat(),
        ["todo", "!("].concat(),
        ["#[", "allow("].concat(),
        ["unbounded", "_channel"].concat(),
    ];
    for (path, text) in sources() {
        for mark in &marks {
            assert!(!text.contains(mark.as_str()), "{} holds {mark}", path.display());
        }
        for (at, _) in text.match_indices("#[expect(") {
            let end = text[at..].find(")]").map_or(text.len(), |end| at + end);
            assert!(text[at..end].contains("reason ="), "{}: an #[expect] without a reason", path.display());
        }
    }
}
