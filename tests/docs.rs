//! The documentation: derived tables are current, profiles pass `check`, links lead somewhere.
#![expect(clippy::unwrap_used, reason = "a test that can't go on fails where it stands")]

use serde_json::Value;
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// README, the other documents of the root, and `docs/`, each with its name.
fn documents() -> Vec<(String, String)> {
    let mut names: Vec<String> =
        ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "bench/README.md"].map(Into::into).into();
    let docs = fs::read_dir(root().join("docs")).unwrap().map(|entry| entry.unwrap().file_name());
    names.extend(docs.map(|name| format!("docs/{}", name.to_string_lossy())));
    names.sort();
    names.into_iter().map(|name| (name.clone(), fs::read_to_string(root().join(name)).unwrap())).collect()
}

/// Code blocks with their info string and the line they start on.
fn blocks(text: &str) -> Vec<(String, usize, String)> {
    let mut found = Vec::new();
    let mut open: Option<(String, usize, String)> = None;
    for (number, line) in text.lines().enumerate() {
        match (line.strip_prefix("```"), open.take()) {
            (Some(info), None) => open = Some((info.to_owned(), number + 1, String::new())),
            (Some(_), Some(block)) => found.push(block),
            (None, Some((info, start, body))) => open = Some((info, start, body + line + "\n")),
            (None, None) => {}
        }
    }
    found
}

fn loadagent(arguments: &[String], folder: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_loadagent"));
    command.args(arguments).current_dir(folder);
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("LOADAGENT_")) {
        command.env_remove(name);
    }
    command.output().unwrap()
}

/// What blocks of steps refer to.
const STEPS: &str = "base_url: http://127.0.0.1:1
metrics: {tokens_used: counter, carts_open: updown, checkout_time: {kind: trend, unit: ms}}
flows: {ask: [{post: /ask}]}
scenarios:
  all:
    vus: 1
    iterations: 1
    user: {token: t, order: 1, open_orders: [], left: 3}
    flow:
";

/// A complete profile from a block: what it leaves out is added.
fn profile(body: &str) -> String {
    if body.starts_with("- ") {
        return body.lines().fold(STEPS.to_owned(), |profile, line| profile + "    " + line + "\n");
    }
    let has = |key: &str| body.lines().any(|line| line.starts_with(key));
    let mut profile = body.to_owned();
    if !has("base_url:") {
        profile.insert_str(0, "base_url: http://127.0.0.1:1\n");
    }
    if !has("scenarios:") && !has("vus:") {
        profile += "vus: 1\niterations: 1\n";
    }
    if !has("scenarios:") && !has("flow:") {
        profile += "flow: [{get: /}]\n";
    }
    profile
}

/// Blocks marked `yaml` are checked; `yaml fragment` marks what is no part of a profile by itself.
#[test]
fn profiles_pass_check() {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [
        ("users.csv", "id,name\n1,a\n"),
        ("orders.txt", "1;2;3\n"),
        ("items.json", "[1, 2]"),
        ("events.jsonl", "{\"a\": 1}\n"),
    ] {
        fs::write(folder.path().join(name), text).unwrap();
    }
    let (mut checked, mut fragments) = (0, 0);
    for (name, text) in documents() {
        for (info, start, body) in blocks(&text) {
            fragments += usize::from(info == "yaml fragment");
            if info != "yaml" {
                continue;
            }
            fs::write(folder.path().join("profile.yaml"), profile(&body)).unwrap();
            let is_secret = body.contains("PASSWORD:");
            let words = ["check", "profile.yaml", "-e", "PASSWORD=x"].map(ToOwned::to_owned);
            let output = loadagent(&words[..if is_secret { 4 } else { 2 }], folder.path());
            let text = [output.stderr, output.stdout].concat();
            assert!(output.status.success(), "{name}:{start}: {}", String::from_utf8_lossy(&text));
            checked += 1;
        }
    }
    assert!(checked >= 20 && fragments <= 5, "{checked} checked, {fragments} fragments");
}

#[test]
fn links_lead_somewhere() {
    for (name, text) in documents() {
        let folder = root().join(&name).parent().unwrap().to_path_buf();
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            if link.starts_with("http") {
                continue;
            }
            let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
            let path = if file.is_empty() { root().join(&name) } else { folder.join(file) };
            assert!(path.exists(), "{name}: {link}");
            let headings = fs::read_to_string(&path).unwrap_or_default();
            let anchors = headings.lines().filter(|line| line.starts_with('#')).map(anchor_of);
            assert!(
                anchor.is_empty() || anchors.into_iter().any(|one| one == anchor),
                "{name}: {link}: no such heading"
            );
        }
    }
}

/// GitHub's anchor of a heading.
fn anchor_of(heading: &str) -> String {
    let text = heading.trim_start_matches('#').trim().to_lowercase();
    let kept = text.chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}

/// In the tables of the architecture, a path is below the root, below `src` or below the module of its row.
#[test]
fn the_architecture_names_files_that_exist() {
    let is_path = |quoted: &&str| {
        (quoted.contains('/') || Path::new(quoted).extension().is_some_and(|kind| kind == "rs"))
            && !quoted.contains("NAME")
            && quoted.chars().all(|c| c.is_ascii_alphanumeric() || "/._-".contains(c))
    };
    let text = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    for line in text.lines().filter(|line| line.starts_with('|')) {
        let quoted: Vec<&str> = line.split('`').skip(1).step_by(2).collect();
        let below = quoted.first().map_or_else(root, |module| root().join("src").join(module));
        for path in quoted.iter().filter(|quoted| is_path(quoted)) {
            let exists = [root(), root().join("src"), below.clone()].iter().any(|folder| folder.join(path).exists());
            assert!(exists, "ARCHITECTURE.md: {path}");
        }
    }
}

#[test]
fn every_page_is_linked() {
    let documents = documents();
    for (name, _) in documents.iter().filter(|(name, _)| name.starts_with("docs/")) {
        let file = name.trim_start_matches("docs/");
        let linked = |(other, text): &&(String, String)| {
            other != name && [format!("]({name}"), format!("]({file}")].iter().any(|link| text.contains(link))
        };
        assert!(documents.iter().any(|document| linked(&document)), "no page links to {name}");
    }
}

#[test]
fn the_readme_is_short() {
    let lines = fs::read_to_string(root().join("README.md")).unwrap().lines().count();
    assert!(lines <= 200, "{lines} lines");
}

fn table_between<'a>(text: &'a str, name: &str) -> &'a str {
    let (begin, end) = (format!("<!-- {name} -->\n"), format!("<!-- /{name} -->"));
    let from = text.find(&begin).unwrap_or_else(|| panic!("no {begin}")) + begin.len();
    &text[from..from + text[from..].find(&end).unwrap_or_else(|| panic!("no {end}"))]
}

/// Compares a table of a document with its source; `UPDATE_README=1` writes it.
fn check_table(document: &str, name: &str, derived: &str) {
    let path = root().join(document);
    let text = fs::read_to_string(&path).unwrap();
    let known = table_between(&text, name);
    if std::env::var_os("UPDATE_README").is_some() {
        let from = known.as_ptr() as usize - text.as_ptr() as usize;
        fs::write(&path, [&text[..from], derived, &text[from + known.len()..]].concat()).unwrap();
    } else {
        assert_eq!(
            known, derived,
            "{document}: the table of {name} is out of date; run `UPDATE_README=1 cargo test --test docs -- --test-threads 1`"
        );
    }
}

#[test]
fn metrics_are_listed() {
    use loadagent::testing::metric::{Kind, Unit, catalogue};
    let mut table = String::from("| metric | kind | unit | meaning |\n|---|---|---|---|\n");
    for metric in catalogue::ALL {
        let kind = match metric.kind {
            Kind::Counter => "counter",
            Kind::Gauge => "gauge",
            Kind::Rate => "rate",
            Kind::Trend => "trend",
        };
        let unit = match metric.unit {
            Unit::None => "",
            Unit::Seconds => "s",
            Unit::Bytes => "B",
        };
        table += &format!("| `{}` | {kind} | {unit} | {} |\n", metric.name, metric.help);
    }
    check_table("docs/metrics.md", "metrics", &table);
}

#[test]
fn exit_codes_are_listed() {
    let mut table = String::from("| code | meaning |\n|---|---|\n");
    for (exit, meaning) in loadagent::testing::exit::Exit::TABLE {
        table += &format!("| {} | {meaning} |\n", exit.code());
    }
    check_table("README.md", "exit codes", &table);
}

#[test]
fn options_of_the_practice_target_are_listed() {
    let mut table = String::from("| option | meaning |\n|---|---|\n");
    for (name, help) in loadagent::testing::practice_target::NAMES {
        table += &format!("| `{}` | {help} |\n", name.replace('_', "-"));
    }
    check_table("docs/target.md", "options", &table);
}

#[test]
fn expressions_are_documented() {
    use loadagent::testing::language::{function, scope};
    let mut names = String::from("| name | value |\n|---|---|\n");
    for (name, about) in scope::builtins() {
        names += &format!("| `{name}` | {about} |\n");
    }
    check_table("docs/expressions.md", "names", &names);
    let mut functions = String::new();
    for (about, group) in function::FUNCTIONS {
        functions += &format!("\n### {about}\n\n| function | value |\n|---|---|\n");
        for function in *group {
            functions += &format!("| `{}` | {} |\n", function.signature(), function.about);
        }
    }
    check_table("docs/expressions.md", "functions", &functions);
}

/// Paths of the fields of a JSON document, each as its names. Names that a run makes (metrics, statuses, …) are left out.
fn fields(value: &Value, path: &[String], found: &mut BTreeSet<Vec<String>>) {
    const NAMED_BY_THE_RUN: [&str; 6] =
        ["metrics", "thresholds", "statuses", "errors", "response_time_ms", "duration_ms"];
    let parent = path.last().map(String::as_str).unwrap_or_default();
    match value {
        Value::Array(items) => items.iter().for_each(|item| fields(item, path, found)),
        Value::Object(map) => {
            // The list `errors[]` of the run has fixed fields, the counts `errors` of a step have not.
            let is_free = NAMED_BY_THE_RUN.contains(&parent) && path != ["loadagent", "errors"];
            let is_trend = map.contains_key("med");
            for (name, inner) in map {
                let path = [path, std::slice::from_ref(name)].concat();
                if !is_free && !is_trend {
                    found.insert(path.clone());
                }
                fields(inner, &path, found);
            }
        }
        _ => {}
    }
}

/// Words in backticks, without the marks of a path: `loadagent.steps[]` gives loadagent and steps.
fn quoted(text: &str) -> BTreeSet<&str> {
    let code = text.split('`').skip(1).step_by(2);
    code.flat_map(|code| code.split(|letter: char| !letter.is_alphanumeric() && letter != '_')).collect()
}

#[test]
fn fields_of_the_summary_are_documented() {
    let golden = fs::read_to_string(root().join("tests/golden/summary.json")).unwrap();
    let mut expected = BTreeSet::new();
    fields(&serde_json::from_str(&golden).unwrap(), &[], &mut expected);
    assert!(expected.len() > 80, "the golden summary holds everything: {}", expected.len());
    let page = fs::read_to_string(root().join("docs/summary.md")).unwrap();
    let page = page.split_once("## summary.json").unwrap().1;
    let rows = page.lines().filter_map(|line| line.strip_prefix("| ")?.split_once(" | "));
    let rows: Vec<_> = rows.map(|(field, meaning)| (quoted(field), quoted(meaning))).collect();
    let is_documented = |path: &Vec<String>| {
        let (name, above) = path.split_last().unwrap();
        // A field has a row, or is named in the row of a field around it.
        let in_a_row = rows.iter().any(|(fields, meaning)| {
            fields.contains(name.as_str())
                || meaning.contains(name.as_str()) && above.iter().any(|field| fields.contains(field.as_str()))
        });
        in_a_row || name == "loadagent" || (above.is_empty() && quoted(page).contains(name.as_str()))
    };
    let missing: Vec<_> = expected.iter().filter(|path| !is_documented(path)).map(|path| path.join(".")).collect();
    assert!(missing.is_empty(), "docs/summary.md does not name {missing:?}");
}
