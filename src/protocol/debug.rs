//! Requests and responses for people (`--http-debug`): heads, or with the beginnings of bodies, secrets masked.

use std::io::{Write, stderr};

use super::{Failure, Outgoing};
use crate::{net::secret_names::names_secret, plan::http::Debug};

/// Bytes of a body that are shown.
const MAX_SHOWN: usize = 4 * 1024;

/// Writes an attempt to standard error.
pub(crate) fn print(debug: Debug, request: &Outgoing<'_>, head: &[u8], body: &[u8], error: Option<&Failure>) {
    let text = render(debug, request, (head, body), error);
    // A closed standard error is no error of the run.
    drop(stderr().lock().write_all(text.as_bytes()));
}

fn render(debug: Debug, request: &Outgoing<'_>, response: (&[u8], &[u8]), error: Option<&Failure>) -> String {
    let mut text = String::new();
    let head = [request.head(), request.extra].concat();
    show(&mut text, '>', &head, request.body(), debug);
    show(&mut text, '<', response.0, response.1, debug);
    if let Some(Failure { class, cause }) = error {
        let cause = cause.as_ref().map_or_else(String::new, |cause| format!(": {}", cause.words()));
        text += &format!("! {}: {}{cause}\n", class.label(), class.meaning());
    }
    text + "\n"
}

fn show(text: &mut String, mark: char, head: &[u8], body: &[u8], debug: Debug) {
    for line in String::from_utf8_lossy(head).lines().filter(|line| !line.is_empty()) {
        *text += &format!("{mark} {}\n", printable(&masked(line)));
    }
    if debug == Debug::Full && !body.is_empty() {
        let shown = String::from_utf8_lossy(body.get(..MAX_SHOWN).unwrap_or(body));
        *text += &format!("{mark}\n");
        let is_form = body.contains(&b'=') && !body.contains(&b'\n');
        for line in shown.lines() {
            let line = if is_form { masked_pairs(line, true) } else { masked_fields(line) };
            *text += &format!("{mark} {}\n", printable(&line));
        }
        if body.len() > MAX_SHOWN {
            *text += &format!("{mark} … {} bytes in all\n", body.len());
        }
    }
}

/// A line of a head without secret values, and without users, passwords and secret parameters of URLs.
fn masked(line: &str) -> String {
    if let Some((name, _)) = line.split_once(':')
        && names_secret(name)
    {
        return format!("{name}: ***");
    }
    masked_pairs(&masked_users(line), false)
}

fn masked_users(line: &str) -> String {
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
fn masked_pairs(line: &str, is_form: bool) -> String {
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
fn masked_fields(line: &str) -> String {
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

/// Control characters could drive the terminal.
fn printable(line: &str) -> String {
    line.chars().map(|c| if c.is_control() && c != '\t' { '\u{fffd}' } else { c }).collect()
}

#[cfg(test)]
mod tests;
