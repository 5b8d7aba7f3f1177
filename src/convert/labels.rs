//! Names of requests: a path with identifiers is named by its template, so that all of them are one row of a report.

use super::recording::{Recording, Request};
use super::url_text::has_expression;

/// Names the requests whose paths have identifiers. Those with variables in their place are named by them anyhow.
pub(super) fn name(recording: &mut Recording) {
    recording.change(&mut |request, _| {
        if request.name.is_none() {
            request.name = label(request);
        }
    });
}

/// Method and path with `{id}` for each identifier; None if there is none, or one of them is an expression.
fn label(request: &Request) -> Option<String> {
    let target = request
        .url
        .split_once("://")
        .map_or(request.url.as_str(), |(_, rest)| rest.find('/').map_or("/", |at| &rest[at..]));
    let path = target.split(['?', '#']).next().unwrap_or_default();
    let mut found = false;
    let segments: Vec<String> = path
        .split('/')
        .map(|segment| {
            if has_expression(segment) {
                return segment.replace("${", "{");
            }
            if is_identifier(segment) {
                found = true;
                return "{id}".to_owned();
            }
            segment.to_owned()
        })
        .collect();
    found.then(|| format!("{} {}", request.method, segments.join("/")))
}

/// Whether a segment is one of many: a number, a UUID, a long word of digits and letters.
fn is_identifier(segment: &str) -> bool {
    let digits = segment.chars().filter(char::is_ascii_digit).count();
    let is_number = digits > 0 && digits == segment.len();
    let is_hex = |text: &str| text.chars().all(|c| c.is_ascii_hexdigit() || c == '-');
    let is_long = |least: usize| segment.len() >= least && segment.is_ascii();
    let is_word = segment.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
    is_number || is_long(16) && digits >= 2 && is_hex(segment) || is_long(20) && digits >= 4 && is_word
}

#[cfg(test)]
mod tests;
