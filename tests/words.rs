//! Forbids private words in source, tests and documentation where the field has a common one (see the glossary in
//! `ARCHITECTURE.md`).
#![expect(clippy::unwrap_used, reason = "a test that can't go on fails where it stands")]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

/// Words that are wrong in identifiers, comments, messages and documents alike, with the word to use.
const RETIRED: &[(&str, &str)] = &[
    ("teller", "coordinator"),
    ("tellers", "coordinator"),
    ("courier", "transport"),
    ("couriers", "transport"),
    ("desk", "recorder, handler"),
    ("leash", "user handle"),
    ("errand", "hook"),
    ("errands", "hook"),
    ("strand", "flow task, branch"),
    ("strands", "flow task, branch"),
    ("stranger", "protocol mismatch"),
    ("poison", "rejected"),
    ("ripeness", "compaction trigger"),
    ("ripe", "due for compaction"),
    ("thinner", "compaction"),
    ("thinned", "compacted, downsampled"),
    ("thinning", "compaction, downsampling"),
    ("twin", "replacement file"),
    ("distrust", "downgrade"),
    ("farewell", "final batches"),
    ("unmet", "probe error"),
    ("sink", "output"),
    ("sinks", "output"),
    ("backend", "receiver"),
    ("backends", "receiver"),
    ("ledger", "delivery stats"),
    ("house", "architecture"),
    ("room", "module"),
    ("rooms", "module"),
    ("floors", "layers"),
    ("crew", "worker pool"),
    ("seat", "idle user"),
    ("seats", "VU pool"),
    ("board", "dashboard"),
    ("boards", "dashboards"),
    ("knob", "option"),
    ("knobs", "options"),
    ("complaint", "diagnostic, error"),
    ("complaints", "diagnostics, errors"),
    ("trouble", "error"),
    ("troubles", "errors"),
    ("somebody", "the user, or passive voice"),
    ("nobody", "no …, or passive voice"),
    ("whoever", "passive voice"),
    ("teller's", "coordinator's"),
    ("fault", "error"),
    ("faults", "errors"),
    ("told", "reported, printed, sent"),
    ("tells", "reports, shows"),
    ("telling", "telemetry, reporting"),
    ("heed", "process"),
    ("rerated", "with_rate_from"),
    ("unlearnt", "unrecognised"),
];

/// Identifiers that are wrong in Rust code only: in prose they are ordinary English.
const RETIRED_IN_CODE: &[(&str, &str)] = &[
    ("speak", "to_promql, write"),
    ("said", "response, message"),
    ("say", "write, print"),
    ("who", "user"),
    ("fate", "outcome"),
    ("scene", "flow context"),
    ("moment", "context, time"),
    ("question", "probe, query"),
    ("introduction", "describe"),
    ("standing", "checkpoint"),
    ("sick", "server error"),
];

/// Real uses: a word of a specification or of another tool, in one file.
const ALLOWED: &[(&str, &str)] = &[];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn files(folder: &Path, extensions: &[&str], found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, extensions, found);
        } else if path.extension().is_some_and(|one| extensions.iter().any(|known| one == *known)) {
            found.push(path);
        }
    }
}

/// The words of a text in lower case: identifiers in `snake_case` and `CamelCase` are taken apart.
fn words(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut word = String::new();
    let mut before = ' ';
    for c in text.chars().chain([' ']) {
        let starts = c.is_ascii_uppercase() && before.is_ascii_lowercase();
        if (!c.is_ascii_alphabetic() || starts) && !word.is_empty() {
            found.insert(std::mem::take(&mut word));
        }
        if c.is_ascii_alphabetic() {
            word.push(c.to_ascii_lowercase());
        }
        before = c;
    }
    found
}

/// Code without comments and string literals.
fn identifiers(text: &str) -> String {
    let lines = text.lines().map(|line| line.split("//").next().unwrap_or_default());
    let mut code = String::new();
    for line in lines {
        let parts = line.split('"').step_by(2);
        parts.for_each(|part| code.extend([part, " "]));
        code.push('\n');
    }
    code
}

/// Every file with the retired words in it.
fn found() -> BTreeMap<String, BTreeSet<String>> {
    let mut paths = vec![root().join("README.md"), root().join("ARCHITECTURE.md"), root().join("CONTRIBUTING.md")];
    files(&root().join("src"), &["rs"], &mut paths);
    files(&root().join("tests"), &["rs"], &mut paths);
    files(&root().join("docs"), &["md"], &mut paths);
    let mut found = BTreeMap::new();
    for path in paths {
        let name = path.strip_prefix(root()).unwrap().display().to_string();
        if name == "tests/words.rs" {
            continue;
        }
        // Names of the standard library and of reqwest.
        let text = fs::read_to_string(&path).unwrap();
        let text = text.replace("PoisonError", "").replace("tls_backend_preconfigured", "");
        let is_code = path.extension().is_some_and(|kind| kind == "rs");
        // In tests, names only: their texts quote responses and profiles.
        let all = if name.starts_with("tests/") { words(&identifiers(&text)) } else { words(&text) };
        let code = if is_code { words(&identifiers(&text)) } else { BTreeSet::new() };
        let mut here: BTreeSet<String> =
            RETIRED.iter().map(|(word, _)| (*word).to_owned()).filter(|word| all.contains(word)).collect();
        here.extend(RETIRED_IN_CODE.iter().map(|(word, _)| (*word).to_owned()).filter(|word| code.contains(word)));
        here.retain(|word| !ALLOWED.contains(&(name.as_str(), word.as_str())));
        if !here.is_empty() {
            found.insert(name, here);
        }
    }
    found
}

#[test]
fn no_retired_word_is_used() {
    let better: BTreeMap<&str, &str> = RETIRED.iter().chain(RETIRED_IN_CODE).copied().collect();
    let found = found();
    let found: Vec<_> = found
        .iter()
        .flat_map(|(name, words)| words.iter().map(move |word| (name, word.as_str())))
        .map(|(name, word)| format!("{name}: `{word}`; use {}", better[word]))
        .collect();
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn words_are_taken_out_of_identifiers_and_prose() {
    let found = words("let VuPool = drop_seats(\"the HTTPBoard's room\");");
    for word in ["vu", "pool", "seats", "httpboard", "room"] {
        assert!(found.contains(word), "{word} in {found:?}");
    }
    let code = words(&identifiers("let tested = \"room\"; // house\nfn desk() {}"));
    assert!(code.contains("desk") && !code.contains("house") && !code.contains("room"), "{code:?}");
}
