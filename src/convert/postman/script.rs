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

/// `const data = pm.response.json();`
static PARSED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(r"^(?:var|let|const)\s+(\w+)\s*=\s*(?:pm\.response\.json\(\)|JSON\.parse\(responseBody\))\s*;?$")
});
/// `pm.environment.set("token", data.access_token);`
static KEPT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let set = r"(?:pm\.(?:environment|globals|collectionVariables|variables)\.set|postman\.set(?:Environment|Global)Variable)";
    let path = r#"((?:\.[A-Za-z_]\w*|\[\d+\]|\[['"][\w -]+['"]\])+)"#;
    pattern(&format!(r#"^{set}\(\s*['"]([\w.-]+)['"]\s*,\s*(pm\.response\.json\(\)|\w+){path}\s*\)\s*;?$"#))
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
    let mut parsed: Vec<String> = Vec::new();
    for line in lines {
        let groups =
            |pattern: &'static LazyLock<Option<Regex>>| pattern.as_ref().and_then(|known| known.captures(line));
        if let Some(name) = groups(&PARSED).and_then(|groups| groups.get(1)) {
            parsed.push(name.as_str().to_owned());
        } else if let Some(kept) = groups(&KEPT) {
            let [name, of, path] = [1, 2, 3].map(|group| kept.get(group).map_or("", |found| found.as_str()));
            if of.starts_with("pm.") || parsed.iter().any(|known| known == of) {
                found.extracts.push((name.to_owned(), format!("${path}").replace('"', "'")));
            } else {
                found.is_whole = false;
            }
        } else if let Some(status) = groups(&STATUS).and_then(|groups| groups.get(1).or(groups.get(2))) {
            found.status = status.as_str().parse().ok();
        } else if groups(&FRAME).is_none() {
            found.is_whole = false;
        }
    }
    found
}
