//! Converts what other tools keep of requests (HAR, OpenAPI, Postman collections, curl commands) to a profile.
//!
//! Owns the readers of these formats, the form that they have in common, and the writer of profiles. Never uses the network and
//! never runs anything. What is read comes from outside: size and depth are limited, and errors have positions.
//!
//! ```text
//!  har ─────▶ correlate ─┐
//!  openapi ──▶ schema ───┤
//!  postman ──────────────┼─▶ Recording ─▶ secrets ─▶ write ─▶ profile
//!  curl ─────────────────┘
//! ```
//!
//! Start with [`recording`], then a reader, then [`write`].

mod body;
mod correlate;
mod curl;
mod fields;
mod har;
mod json;
mod labels;
mod openapi;
mod postman;
pub(crate) mod recording;
mod secrets;
mod url_text;
pub(crate) mod variables;
pub(crate) mod write;
pub(crate) mod yaml;

use crate::profile::{
    Diagnostics,
    diagnostic::{Diagnostic, Position},
    node::{self, Node},
    struck_out::masked_line,
};
use fields::member;
use recording::Recording;

/// Most values of a file.
const MAX_NODES: usize = 5_000_000;
/// Most errors that are shown.
const MAX_ERRORS: usize = 20;

/// What a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// A recording of a browser or a proxy
    Har,
    /// A description of an API, version 3
    Openapi,
    /// A collection of Postman, version 2.1
    Postman,
    /// Commands of curl
    Curl,
}

/// What is read, and how.
#[derive(Debug, Clone, Default)]
pub(crate) struct ReadOptions {
    /// The base URL instead of that of the file.
    pub url: Option<String>,
    /// The only hosts whose requests are read.
    pub hosts: Vec<String>,
    /// Whether scripts, styles, images, fonts and media are left out.
    pub skip_static: bool,
    /// Whether pauses are read.
    pub think: bool,
    /// Whether operations that may change something are not commented out.
    pub all: bool,
}

/// Reads a file.
///
/// # Errors
/// All errors of the file, each with its position.
pub(crate) fn read(
    file: &str,
    text: &str,
    format: Option<Format>,
    options: &ReadOptions,
) -> Result<Recording, Diagnostics> {
    let all = |mut errors: Vec<Diagnostic>| {
        errors.truncate(MAX_ERRORS);
        Diagnostics::new(file, &shown_lines(text, &errors), errors).ending("nothing was written")
    };
    let is_curl = format == Some(Format::Curl) || format.is_none() && curl::is_curl(text);
    let mut recording = if is_curl {
        curl::read(text).map_err(all)?
    } else {
        let root = parse(text).map_err(|error| all(vec![error]))?;
        let format = format.or_else(|| recognized(&root)).ok_or_else(|| all(vec![unknown(&root)]))?;
        let read = match format {
            Format::Har => har::read(&root, options),
            Format::Openapi => openapi::read(&root, options),
            Format::Postman => postman::read(&root),
            Format::Curl => curl::read(text),
        };
        read.map_err(all)?
    };
    if let Some(url) = &options.url {
        recording.base_url = Some(url.clone());
    }
    if !recording.has_requests() {
        return Err(all(vec![Diagnostic {
            position: Position { line: 1, column: 1 },
            message: format!("no requests are left{}", recording.why_empty()),
            hint: None,
        }]));
    }
    // A header that is written out is meant.
    recording.change(&mut |request, _| {
        if request.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("authorization")) {
            request.auth = None;
        }
    });
    secrets::hide(&mut recording);
    labels::name(&mut recording);
    Ok(recording)
}

/// JSON by its own rules, so that its errors are those of JSON; anything else as YAML.
fn parse(text: &str) -> Result<Node, Diagnostic> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.trim_start().starts_with(['{', '[']) { json::parse(text) } else { node::parse_up_to(text, MAX_NODES) }
}

fn recognized(root: &Node) -> Option<Format> {
    let has = |key: &str| member(root, key).is_some();
    if has("log") {
        Some(Format::Har)
    } else if has("openapi") || has("swagger") || has("paths") {
        Some(Format::Openapi)
    } else if has("item") || has("collection") || has("requests") && has("order") {
        Some(Format::Postman)
    } else {
        None
    }
}

fn unknown(root: &Node) -> Diagnostic {
    let hint = "known are HAR (`log`), OpenAPI 3 (`openapi`), Postman collections (`item`) and curl commands; \
                --from names the format";
    let found = root.describe();
    let message = match found.as_str() {
        "a map" => "the file has none of the keys by which a format is recognized".to_owned(),
        found => format!("the file holds {found}, which is no known format"),
    };
    Diagnostic { position: root.position, message, hint: Some(hint.to_owned()) }
}

/// The lines that errors refer to, without their secrets; other lines are empty.
fn shown_lines(text: &str, errors: &[Diagnostic]) -> String {
    const LONGEST: usize = 200;
    let is_shown = |number: usize| errors.iter().any(|error| error.position.line == number + 1);
    let shown = |(number, line): (usize, &str)| {
        if is_shown(number) { masked_line(&line.chars().take(LONGEST).collect::<String>()) } else { String::new() }
    };
    text.lines().enumerate().map(shown).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests;
