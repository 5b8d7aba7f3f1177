//! Scripts of a request, as far as their lines have a known form: a value of the response that is kept in a variable, and a
//! status that is tested.

use std::sync::LazyLock;

use regex::Regex;

use crate::{
    convert::fields::{items, member},
    profile::node::Node,
};

/// What a script does.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Found {
    pub status: Option<u16>,
    /// Name and path of each value that is kept.
    pub extracts: Vec<(String, String)>,
    /// Whether every line was understood.
    pub is_whole: bool,
}

/// The lines of an event's script, without blank ones and comments.
pub(super) fn lines(event: &Node) -> Vec<String> {
    let Some(script) = member(event, "script") else { return Vec::new() };
    let exec: Vec<&str> = match member(script, "exec").and_then(Node::scalar) {
        Some(text) => vec![text],
        None => items(script, "exec").iter().filter_map(Node::scalar).collect(),
    };
    let lines = exec.iter().flat_map(|text| text.lines()).map(str::trim);
    lines.filter(|line| !line.is_empty() && !line.starts_with("//")).map(str::to_owned).collect()
}

fn pattern(text: &str) -> Option<Regex> {
    Regex::new(text).ok()
}

/// A path behind a value: `.a[0]['b c']`.
const PATH: &str = r#"((?:\.[A-Za-z_]\w*|\[\d+\]|\[['"][\w -]+['"]\])*)"#;

/// `const data = pm.response.json();`, `const user = data.user;`
static PARSED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let value = r"(pm\.response\.json\(\)|JSON\.parse\(responseBody\)|\w+)";
    pattern(&format!(r"^(?:var|let|const)\s+(\w+)\s*=\s*{value}{PATH}\s*(?:\|\|\s*\{{\}})?\s*;?$"))
});
/// `pm.environment.set("token", data.access_token);`
static KEPT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let set = r"(?:pm\.(?:environment|globals|collectionVariables|variables)\.set|postman\.set(?:Environment|Global)Variable)";
    let value = r"(pm\.response\.json\(\)|\w+)";
    pattern(&format!(r#"^{set}\(\s*['"]([\w.-]+)['"]\s*,\s*{value}{PATH}\s*\)\s*;?$"#))
});
/// `pm.response.to.have.status(201);`
static STATUS: LazyLock<Option<Regex>> =
    LazyLock::new(|| pattern(r"pm\.response\.to\.have\.status\((\d{3})\)|responseCode\.code\s*===?\s*(\d{3})"));
/// What surrounds a test.
static FRAME: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(r#"^(?:pm\.test\(\s*(?:"[^"]*"|'[^']*')\s*,\s*(?:function\s*\(\)|\(\)\s*=>)\s*\{|\}\s*\)\s*;?|\})$"#)
});

/// Reads the lines of a test.
pub(super) fn read(lines: &[String]) -> Found {
    let mut found = Found { is_whole: true, ..Found::default() };
    // Variables of the script, and the path that each stands for.
    let mut known: Vec<(String, String)> = Vec::new();
    for line in lines {
        let groups =
            |pattern: &'static LazyLock<Option<Regex>>| pattern.as_ref().and_then(|known| known.captures(line));
        let path_of = |known: &[(String, String)], groups: &regex::Captures<'_>| {
            let [of, path] = [2, 3].map(|group| groups.get(group).map_or("", |found| found.as_str()));
            let is_response = of.starts_with("pm.") || of.starts_with("JSON.");
            let named = || known.iter().rev().find(|(name, _)| name == of).map(|(_, path)| path.clone());
            let begin = if is_response { Some("$".to_owned()) } else { named() };
            begin.map(|begin| format!("{begin}{path}").replace('"', "'"))
        };
        if let Some(parsed) = groups(&PARSED) {
            let name = parsed.get(1).map_or("", |found| found.as_str()).to_owned();
            match path_of(&known, &parsed) {
                Some(path) => known.push((name, path)),
                None => found.is_whole = false,
            }
        } else if let Some(kept) = groups(&KEPT) {
            let name = kept.get(1).map_or("", |found| found.as_str()).to_owned();
            match path_of(&known, &kept) {
                Some(path) => found.extracts.push((name, path)),
                None => found.is_whole = false,
            }
        } else if let Some(status) = groups(&STATUS).and_then(|groups| groups.get(1).or(groups.get(2))) {
            found.status = status.as_str().parse().ok();
        } else if groups(&FRAME).is_none() {
            found.is_whole = false;
        }
    }
    found
}

#[cfg(test)]
mod tests;
