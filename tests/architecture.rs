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
    ("golden", &[]),
    ("http_server", &[]),
    ("metric", &[]),
    ("net", &[]),
    ("threshold", &["units", "metric"]),
    // `http_server` for the control API, and in `output` for the live page and the page that is scraped.
    // `units` for the numbers in what the control API refuses.
    ("control", &["units", "http_server"]),
    ("language", &["units"]),
    // `metric` for the metrics that a profile defines.
    ("plan", &["units", "language", "net", "metric", "threshold"]),
    ("profile", &["units", "language", "net", "metric", "threshold", "plan"]),
    // `profile` for its tree of values with positions and its errors; `net` for the names of secrets.
    ("convert", &["units", "net", "profile"]),
    // `language` for what a response is.
    ("protocol", &["language", "net", "plan"]),
    // `units` for the time in the reason of an abort.
    ("executor", &["units", "language", "net", "metric", "control", "plan", "protocol"]),
    ("practice_target", &["units"]),
    ("interval_log", &["metric"]),
    // `interval_log` for its framing: one way to notice a torn or damaged frame.
    ("record_log", &["metric", "interval_log"]),
    // `threshold` for the factors by which k6 shows units.
    ("output", &["units", "net", "http_server", "metric", "threshold", "interval_log", "record_log"]),
    // `plan` for what a target is, `output` for its client: one way to trust certificates and to choose a proxy.
    ("scraper", &["units", "net", "metric", "plan", "output"]),
    // `output` for the one rule by which a metric gets its exported name, `analysis` for the bounds of the verdict.
    ("dashboard", &["units", "metric", "output", "analysis"]),
    // `threshold` and `exit` for the verdict.
    ("analysis", &["units", "exit", "metric", "threshold", "interval_log"]),
    // `protocol` for the meaning of error classes, which is words and not traffic.
    ("report", &["units", "exit", "metric", "threshold", "interval_log", "output", "analysis", "protocol"]),
    // Help texts show the tables of exit codes, options of the practice target and statistics; `language` for the one
    // "did you mean".
    // `convert` for the formats that `--from` names.
    ("cli", &["units", "exit", "language", "practice_target", "report", "convert"]),
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

/// Every path that starts with `crate`, `super` or `self`, with the braces of a `use` expanded, as segments.
fn paths_of(text: &str) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    for start in ["crate::", "super::", "self::"] {
        for (at, _) in text.match_indices(start) {
            let before = text[..at].chars().next_back().unwrap_or(' ');
            if !before.is_alphanumeric() && before != '_' && before != ':' {
                expand(&text[at..], &mut Vec::new(), &mut found);
            }
        }
    }
    found
}

/// Reads one path from the start of a text; returns the length that it read.
fn expand(text: &str, prefix: &mut Vec<String>, found: &mut Vec<Vec<String>>) -> usize {
    let depth = prefix.len();
    let mut at = 0;
    loop {
        let name: String = text[at..].chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
        at += name.len();
        if !name.is_empty() {
            prefix.push(name);
        }
        if text[at..].starts_with("::") {
            at += 2;
            if text[at..].starts_with('{') {
                at += 1;
                while !text[at..].starts_with('}') && at < text.len() {
                    let skipped = text[at..].len() - text[at..].trim_start_matches([' ', ',', '\n']).len();
                    at += skipped;
                    if !text[at..].starts_with('}') {
                        at += expand(&text[at..], prefix, found).max(1);
                    }
                }
                prefix.truncate(depth);
                return (at + 1).min(text.len());
            }
            continue;
        }
        if prefix.len() > depth {
            found.push(prefix.clone());
        }
        break;
    }
    prefix.truncate(depth);
    // ` as name` after an item.
    at + text[at..].find([',', '}', ';', '(', ')']).filter(|_| text[at..].starts_with(" as ")).unwrap_or(0)
}

/// The path of a file's module: `src/output/delivery/feed.rs` is `output`, `delivery`, `feed`.
fn module_path(path: &Path) -> Vec<String> {
    let below = path.strip_prefix(root().join("src")).unwrap().with_extension("");
    let mut parts: Vec<String> =
        below.components().map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
    if parts.last().is_some_and(|last| last == "mod") {
        parts.pop();
    }
    parts
}

/// A path from the root of the crate, seen from a module.
fn absolute(from: &[String], path: &[String]) -> Vec<String> {
    let (mut base, mut rest) = (from.to_vec(), path);
    while let Some(first) = rest.first() {
        match first.as_str() {
            "crate" => base.clear(),
            "super" => drop(base.pop()),
            "self" => {}
            _ => break,
        }
        rest = &rest[1..];
    }
    [base.as_slice(), rest].concat()
}

/// The modules of the first level that a file imports.
fn imports_of(path: &Path, text: &str) -> BTreeSet<String> {
    let from = module_path(path);
    paths_of(text).iter().filter_map(|path| absolute(&from, path).first().cloned()).collect()
}

fn is_test(path: &Path) -> bool {
    path.ends_with("tests.rs") || path.components().any(|part| part.as_os_str() == "tests")
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
        if matches!(module.as_str(), "lib" | "main" | "run" | "testing") || is_test(&path) {
            continue;
        }
        let allowed = layers.get(module.as_str()).unwrap_or_else(|| panic!("module `{module}` is not in the table"));
        for import in imports_of(&path, without_tests(&text)) {
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
        used.entry(module_of(&path)).or_default().extend(imports_of(&path, &text));
    }
    for (module, allowed) in LAYERS {
        for import in *allowed {
            assert!(used[*module].contains(*import), "{module} → {import}: no file uses this edge");
        }
    }
}

/// Import edges between the files of one module; a re-export by a `mod.rs` is no edge.
fn edges_within(module: &str) -> BTreeMap<String, BTreeSet<String>> {
    let files: Vec<(PathBuf, String)> =
        sources().into_iter().filter(|(path, _)| module_of(path) == module && !is_test(path)).collect();
    let modules: BTreeSet<Vec<String>> = files.iter().map(|(path, _)| module_path(path)).collect();
    let exported: BTreeMap<Vec<String>, Vec<Vec<String>>> = files
        .iter()
        .map(|(path, text)| {
            let from = module_path(path);
            let uses = text
                .split(';')
                .filter_map(|statement| statement.rsplit_once("pub use ").or(statement.rsplit_once("pub(crate) use ")));
            let mut paths = Vec::new();
            for (_, path) in uses {
                expand(path.trim_start_matches("self::"), &mut Vec::new(), &mut paths);
            }
            (from.clone(), paths.into_iter().map(|path| [from.as_slice(), &path].concat()).collect())
        })
        .collect();
    let target = |mut path: Vec<String>| loop {
        let end = (1..=path.len()).rev().find(|end| modules.contains(&path[..*end]))?;
        let (found, rest) = path.split_at(end);
        let through = rest.first().and_then(|item| exported[found].iter().find(|path| path.last() == Some(item)));
        match through {
            Some(next) if *next != path => path = next.clone(),
            _ => return Some(found.to_vec()),
        }
    };
    let mut edges = BTreeMap::new();
    for (path, text) in &files {
        let from = module_path(path);
        let text = without_tests(text);
        let own: String = text
            .split_inclusive(';')
            .filter(|part| !part.contains("pub use ") && !part.contains("pub(crate) use "))
            .collect();
        let to = paths_of(&own).into_iter().filter_map(|path| target(absolute(&from, &path))).filter(|to| *to != from);
        edges.insert(from.join("::"), to.map(|to| to.join("::")).collect());
    }
    edges
}

/// The files that can be reached from themselves.
fn in_cycles(edges: &BTreeMap<String, BTreeSet<String>>) -> Vec<String> {
    let reaches_itself = |start: &String| {
        let (mut seen, mut open) = (BTreeSet::new(), vec![start]);
        while let Some(next) = open.pop().and_then(|node| edges.get(node)) {
            open.extend(next.iter().filter(|one| seen.insert(*one)));
        }
        seen.contains(start)
    };
    edges.keys().filter(|name| reaches_itself(name)).cloned().collect()
}

#[test]
fn output_and_run_have_no_import_cycles() {
    for module in ["output", "run"] {
        let edges = edges_within(module);
        let cyclic = in_cycles(&edges);
        let within = |name: &String| edges[name].iter().filter(|to| cyclic.contains(to)).cloned().collect::<Vec<_>>();
        let shown: Vec<_> = cyclic.iter().map(|name| format!("{name} → {}", within(name).join(", "))).collect();
        assert!(cyclic.is_empty(), "{shown:#?}");
    }
}

#[test]
fn import_paths_are_read_with_braces_and_super() {
    let text = "use crate::{a::{b, C as D}, e}; use super::super::f::G; fn x() { super::h::i() }";
    let found: Vec<String> = paths_of(text).iter().map(|path| path.join("::")).collect();
    assert_eq!(found, ["crate::a::b", "crate::a::C", "crate::e", "super::super::f::G", "super::h::i"]);
    let from = ["output", "delivery", "feed"].map(ToOwned::to_owned);
    assert_eq!(absolute(&from, &["super", "super", "batch"].map(ToOwned::to_owned)), ["output", "batch"]);
}

#[test]
fn files_stay_small() {
    let mut sizes: Vec<(usize, String)> = Vec::new();
    for (path, text) in sources().into_iter().filter(|(path, _)| !is_test(path)) {
        let lines = without_tests(&text).lines().count();
        let name = path.strip_prefix(root()).unwrap().display().to_string();
        assert!(lines <= 500, "{name} has {lines} lines");
        sizes.push((lines, name));
    }
    sizes.sort();
    let median = sizes[sizes.len() / 2].0;
    assert!(median <= 130, "the median file has {median} lines");
}

/// Metrics whose names are also keys of a profile or columns of a report.
const ALSO_KEYS: &[&str] = &["checks", "iterations", "vus"];

/// A literal would still compile, and match nothing, after the catalogue renames its metric.
#[test]
fn metric_names_are_written_in_the_catalogue_only() {
    let catalogue = root().join("src/metric/catalogue.rs");
    let table = fs::read_to_string(&catalogue).unwrap();
    let names: Vec<&str> = table
        .lines()
        .filter_map(|line| line.trim_start().split_once(" = \""))
        .filter(|(id, _)| id.chars().all(|c| c.is_ascii_uppercase() || c == '_'))
        .filter_map(|(_, rest)| rest.split('"').next())
        .collect();
    assert!(names.len() > 30 && names.contains(&"http_reqs"), "{names:?}");
    let mut literals = Vec::new();
    for (path, text) in sources().into_iter().filter(|(path, _)| *path != catalogue && !is_test(path)) {
        let has_keys = matches!(module_of(&path).as_str(), "profile" | "report");
        for (number, line) in without_tests(&text).lines().enumerate() {
            let code = line.split("//").next().unwrap_or_default();
            let is_metric =
                |name: &&&str| code.contains(&format!("\"{name}\"")) && !(has_keys && ALSO_KEYS.contains(name));
            literals
                .extend(names.iter().find(is_metric).map(|name| format!("{}:{}: {name}", path.display(), number + 1)));
        }
    }
    assert!(literals.is_empty(), "use the constant of the catalogue: {literals:#?}");
}

#[test]
fn every_file_has_a_module_comment() {
    for (path, text) in sources() {
        assert!(text.starts_with("//!"), "{} has no module comment", path.display());
    }
}

#[test]
fn modules_document_what_they_own_and_where_to_start() {
    for (path, text) in sources().into_iter().filter(|(path, _)| path.ends_with("mod.rs")) {
        if path.parent().and_then(Path::parent) != Some(&root().join("src")) {
            continue;
        }
        let head: String = text.lines().take_while(|line| line.starts_with("//!")).collect();
        let words: BTreeSet<&str> = head.split(|c: char| !c.is_alphabetic()).collect();
        for known in [["Owns", "owns"], ["Never", "never"], ["Start", "start"]] {
            assert!(
                known.iter().any(|word| words.contains(word)),
                "{} does not contain `{}`",
                path.display(),
                known[0]
            );
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
