//! A profile as it may be shown to others: a run keeps its text, without what stands under the names of secrets, under
//! `auth`, in URLs and in comments. What is struck out in doubt is harmless; what is shown by mistake is not.

use super::{
    node::{self, Node, Yaml},
    reader::same_key,
    secrets::{MASK, SECRET},
};
use crate::net::{
    masking::{masked_fields, masked_pairs, masked_users},
    secret_names::names_secret,
};

/// A secret of so many characters is masked wherever it stands; a shorter one could be part of any word.
const LEAST: usize = 4;
/// Schemes whose credentials follow in the same text.
const SCHEMES: [&str; 4] = ["bearer ", "basic ", "digest ", "token "];

/// Keys below which are names of metrics, and where in a response a value is found.
const NO_SECRETS: [&str; 4] = ["extract", "thresholds", "metrics", "goodput"];

/// A scalar or a key, in the order of the file.
struct Part {
    line: usize,
    column: usize,
    secret: Option<String>,
}

/// The text without its secrets. Of a text that is no YAML, every line is struck out.
#[must_use]
pub(crate) fn struck_out(text: &str) -> String {
    let Ok(root) = node::parse(text) else {
        return [MASK, "\n"].concat().repeat(text.lines().count());
    };
    let mut parts = Vec::new();
    collect(&root, false, false, &mut parts);
    parts.sort_by_key(|part| (part.line, part.column));
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    // From the end, so that columns before stay.
    for place in (0..parts.len()).rev() {
        if let Some(secret) = &parts[place].secret {
            strike(&mut lines, &parts[place], secret, parts.get(place + 1));
        }
    }
    let mut secrets: Vec<&String> = parts.iter().filter_map(|part| part.secret.as_ref()).collect();
    secrets.retain(|secret| secret.chars().count() >= LEAST && *secret != MASK);
    // Longer ones first: masking a part of a secret must not leave the rest visible.
    secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
    let everywhere = |line: &String| secrets.iter().fold(line.clone(), |line, secret| line.replace(*secret, MASK));
    lines.iter().map(|line| masked_line(&everywhere(line)) + "\n").collect()
}

/// Notes all scalars with their places; `is_auth` and `is_secret` are inherited. [`NO_SECRETS`] have none.
fn collect(node: &Node, is_auth: bool, is_secret: bool, parts: &mut Vec<Part>) {
    match &node.value {
        Yaml::List(items) => items.iter().for_each(|item| collect(item, is_auth, is_secret, parts)),
        Yaml::Map(pairs) => {
            for (key, value) in pairs {
                parts.push(Part { line: key.position.line, column: key.position.column, secret: None });
                let is = |word: &str| key.scalar().is_some_and(|text| same_key(text, word));
                let names = key.scalar().is_some_and(|text| names_secret(text) && !is("auth"));
                let below = is_secret || names || is_auth && SECRET.iter().any(|word| is(word));
                if NO_SECRETS.iter().any(|word| is(word)) && !is_secret {
                    note(value, parts);
                } else {
                    collect(value, is_auth || is("auth"), below, parts);
                }
            }
        }
        Yaml::Scalar { text, plain } => {
            let harmless = has_references_only(text) || is_path(text) || *plain && is_word(text);
            let secret = (is_secret && !harmless).then(|| text.clone());
            parts.push(Part { line: node.position.line, column: node.position.column, secret });
        }
    }
}

/// Notes places only.
fn note(node: &Node, parts: &mut Vec<Part>) {
    parts.push(Part { line: node.position.line, column: node.position.column, secret: None });
    match &node.value {
        Yaml::List(items) => items.iter().for_each(|item| note(item, parts)),
        Yaml::Map(pairs) => pairs.iter().for_each(|(key, value)| {
            note(key, parts);
            note(value, parts);
        }),
        Yaml::Scalar { .. } => {}
    }
}

/// Whether a text refers to secrets and holds none: `${TOKEN}`, `Bearer ${TOKEN}`, `session=${id}`.
fn has_references_only(text: &str) -> bool {
    let mut rest = text.to_owned();
    while let Some((before, after)) = rest.split_once("${") {
        // A reference with quotes may hold a text of its own.
        let Some((_, behind)) = after.split_once('}').filter(|(inner, _)| !inner.contains(['\'', '"', '{'])) else {
            return false;
        };
        rest = format!("{before} {behind}");
    }
    let is_scheme = |word: &str| SCHEMES.iter().any(|scheme| scheme.trim_end().eq_ignore_ascii_case(word));
    rest.split([' ', ';', ','])
        .all(|word| word.is_empty() || text.contains("${") && (is_scheme(word) || word.ends_with('=')))
}

/// Where in a response a value is found, which is not the value.
fn is_path(text: &str) -> bool {
    text.starts_with("$.") || text.starts_with("$[")
}

/// What YAML itself reads as a word.
fn is_word(text: &str) -> bool {
    matches!(text.to_ascii_lowercase().as_str(), "true" | "false" | "null" | "~")
}

/// Strikes a secret out: where it stands as it is, only that; otherwise everything up to the next part.
fn strike(lines: &mut [String], part: &Part, secret: &str, next: Option<&Part>) {
    let Some(line) = part.line.checked_sub(1).and_then(|number| lines.get_mut(number)) else { return };
    let begin = line.char_indices().nth(part.column.saturating_sub(1)).map_or(line.len(), |(at, _)| at);
    let (before, after) = line.split_at(begin);
    let quote = after.chars().next().filter(|char| matches!(char, '"' | '\''));
    let own = quote.map_or(0, char::len_utf8);
    if after[own..].starts_with(secret) && !secret.is_empty() {
        let rest = &after[own + secret.len()..];
        let rest = quote.and_then(|quote| rest.strip_prefix(quote)).unwrap_or(rest);
        *line = format!("{before}{MASK}{rest}");
        return;
    }
    let rest_of_line = next.filter(|next| next.line == part.line).map_or("", |next| {
        let end = line.char_indices().nth(next.column.saturating_sub(1)).map_or(line.len(), |(at, _)| at);
        line.get(end.max(begin)..).unwrap_or_default()
    });
    *line = if rest_of_line.is_empty() { format!("{before}{MASK}") } else { format!("{before}{MASK}, {rest_of_line}") };
    let last = next.map_or(lines.len(), |next| next.line.saturating_sub(1));
    for number in part.line..last.min(lines.len()) {
        lines[number].clear();
    }
}

/// A line without secrets that stand in URLs, in texts of JSON, behind a scheme, or in a comment.
#[must_use]
pub(crate) fn masked_line(line: &str) -> String {
    let line = masked_fields(&masked_pairs(&masked_users(line), false));
    masked_comment(&masked_schemes(&masked_forms(&line)))
}

/// A line without secrets in texts of pairs: `body: "password=…&x=1"`.
fn masked_forms(line: &str) -> String {
    const ENDS: [char; 7] = [' ', '"', '\'', '&', '?', ',', '}'];
    let masked = line.split_inclusive(ENDS).map(|part| match part.split_once('=') {
        Some((name, value)) if names_secret(name) && !value.starts_with(['=', '$']) && !value.starts_with(ENDS) => {
            let end = value.find(ENDS).unwrap_or(value.len());
            format!("{name}={MASK}{}", &value[end..])
        }
        _ => part.to_owned(),
    });
    masked.collect()
}

fn masked_schemes(line: &str) -> String {
    let mut masked = String::new();
    let mut rest = line;
    loop {
        let lower = rest.to_ascii_lowercase();
        let found = SCHEMES.iter().filter_map(|scheme| Some((lower.find(scheme)?, scheme.len()))).min();
        let Some((at, length)) = found else { return masked + rest };
        let (before, after) = rest.split_at(at + length);
        masked += before;
        let end = after.find(|c: char| c.is_whitespace() || "\"'`,}]".contains(c)).unwrap_or(after.len());
        let is_secret =
            end >= 8 && !after.starts_with("${") && after[..end].chars().all(|c| !c.is_alphabetic() || c.is_ascii());
        masked += if is_secret { MASK } else { &after[..end] };
        rest = &after[end..];
    }
}

/// In a comment, what follows a name of a secret: `# password: …`.
fn masked_comment(line: &str) -> String {
    let begin = if line.trim_start().starts_with('#') { line.find('#') } else { line.find(" #") };
    let Some(begin) = begin else { return line.to_owned() };
    let separators = line[begin..].char_indices().filter(|(_, char)| matches!(char, ':' | '='));
    for (at, _) in separators {
        let name =
            line[begin..begin + at].trim_end().rsplit(|c: char| c.is_whitespace() || "\"'{,#".contains(c)).next();
        if name.is_some_and(names_secret) {
            return format!("{} {MASK}", &line[..=begin + at]);
        }
    }
    line.to_owned()
}

#[cfg(test)]
mod tests;
