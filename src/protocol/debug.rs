//! Requests and responses for people (`--http-debug`): heads, or with the beginnings of bodies, secrets masked.

use std::io::{Write, stderr};

use super::{ErrorClass, Outgoing};
use crate::plan::http::Debug;

/// Bytes of a body that are shown.
const MAX_SHOWN: usize = 4 * 1024;
/// Header lines whose values are masked.
const SECRET: [&str; 4] = ["authorization", "proxy-authorization", "cookie", "set-cookie"];

/// Writes an attempt to standard error.
pub(crate) fn print(debug: Debug, request: &Outgoing<'_>, head: &[u8], body: &[u8], error: Option<ErrorClass>) {
    let text = render(debug, request, (head, body), error);
    // A closed standard error is no error of the run.
    drop(stderr().lock().write_all(text.as_bytes()));
}

fn render(debug: Debug, request: &Outgoing<'_>, response: (&[u8], &[u8]), error: Option<ErrorClass>) -> String {
    let mut text = String::new();
    let head = [request.head(), request.extra].concat();
    show(&mut text, '>', &head, request.body(), debug);
    show(&mut text, '<', response.0, response.1, debug);
    if let Some(class) = error {
        text += &format!("! {}: {}\n", class.label(), class.meaning());
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
        shown.lines().for_each(|line| *text += &format!("{mark} {}\n", printable(line)));
        if body.len() > MAX_SHOWN {
            *text += &format!("{mark} … {} bytes in all\n", body.len());
        }
    }
}

/// A line without secret values and without users and passwords of URLs.
fn masked(line: &str) -> String {
    if let Some((name, _)) = line.split_once(':')
        && SECRET.iter().any(|secret| name.trim().eq_ignore_ascii_case(secret))
    {
        return format!("{name}: ***");
    }
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

/// Control characters could drive the terminal.
fn printable(line: &str) -> String {
    line.chars().map(|c| if c.is_control() && c != '\t' { '\u{fffd}' } else { c }).collect()
}

#[cfg(test)]
mod tests;
