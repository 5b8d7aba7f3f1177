//! Requests and responses for people (`--http-debug`): heads, or with the beginnings of bodies, secrets masked.

use std::io::{Write, stderr};

use super::{Failure, Outgoing};
use crate::{
    net::{
        masking::{masked_fields, masked_pairs, masked_users},
        secret_names::names_secret,
    },
    plan::http::Debug,
};

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

/// Control characters could drive the terminal.
fn printable(line: &str) -> String {
    line.chars().map(|c| if c.is_control() && c != '\t' { '\u{fffd}' } else { c }).collect()
}

#[cfg(test)]
mod tests;
