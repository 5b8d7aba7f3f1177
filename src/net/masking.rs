//! Masks of secrets in a line of text: users of URLs, and values that stand under the names of secrets.

use super::secret_names::names_secret;

/// Masks users and passwords of URLs.
#[must_use]
pub(crate) fn masked_users(line: &str) -> String {
    let mut masked = String::new();
    let mut rest = line;
    while let Some(at) = rest.find("://") {
        let (before, after) = rest.split_at(at + 3);
        masked += before;
        let end = after.find(['/', '?', '#', ' ', '"']).unwrap_or(after.len());
        match after[..end].rfind('@') {
            Some(user) => {
                masked += "***";
                rest = &after[user..];
            }
            None => rest = after,
        }
    }
    masked + rest
}

/// Masks the values of secret parameters: after `?` and `&`, and at the start of a form.
#[must_use]
pub(crate) fn masked_pairs(line: &str, is_form: bool) -> String {
    let mut masked = String::new();
    let mut starts = is_form;
    for part in line.split_inclusive(['?', '&', '#', ' ', '"', '<', '>']) {
        match part.split_once('=') {
            Some((name, value)) if starts && names_secret(name) => {
                let end = value.find(['?', '&', '#', ' ', '"', '<', '>']).unwrap_or(value.len());
                masked += &format!("{name}=***{}", &value[end..]);
            }
            _ => masked += part,
        }
        // A value may hold a `?` of its own.
        starts = part.ends_with(['?', '&', '#']);
    }
    masked
}

/// Masks the texts of secret fields of JSON, and secret parameters of URLs in it.
#[must_use]
pub(crate) fn masked_fields(line: &str) -> String {
    let mut masked = String::new();
    let mut rest = line;
    while let Some((before, name, after)) = next_text(rest) {
        masked += before;
        masked += &masked_pairs(name, false);
        rest = after;
        let value = after.trim_start().strip_prefix(':').map(str::trim_start);
        if let Some(value) = value.filter(|value| value.starts_with('"') && names_secret(name)) {
            masked += &after[..after.len() - value.len()];
            masked += "\"***\"";
            // A text that the end of what is shown cuts has no closing quote.
            rest = next_text(value).map_or("", |(_, _, after)| after);
        }
    }
    masked + &masked_pairs(rest, false)
}

/// Splits a line around its next text of JSON, which keeps its quotes.
fn next_text(line: &str) -> Option<(&str, &str, &str)> {
    let begin = line.find('"')?;
    let mut escaped = false;
    let close = line[begin + 1..].find(|c| {
        let closes = c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
        closes
    })?;
    let end = begin + 1 + close + 1;
    Some((&line[..begin], &line[begin..end], &line[end..]))
}
