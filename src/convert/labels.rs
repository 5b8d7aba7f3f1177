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

/// Method and path with `{id}` for each identifier, and the host where the URL has one; None if that is the label anyhow.
fn label(request: &Request) -> Option<String> {
    let begin = request.url.find("://").filter(|at| !request.url[..*at].contains(['/', '?']));
    let (host, target) = match begin.map(|at| &request.url[at + 3..]) {
        Some(rest) => rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len())),
        None => ("", request.url.as_str()),
    };
    // A path with a URL in its query is written as a whole URL, whose label would be that of the query.
    let mut is_needed = !host.is_empty() && !has_expression(host) || target.contains("://");
    let path = target.split(['?', '#']).next().unwrap_or_default();
    let segment = |segment: &str| {
        if has_expression(segment) {
            return in_braces(segment);
        }
        if is_identifier(segment) {
            is_needed = true;
            return "{id}".to_owned();
        }
        segment.to_owned()
    };
    let path = path.split('/').map(segment).collect::<Vec<_>>().join("/");
    let host = in_braces(host);
    is_needed.then(|| format!("{} {host}{path}", request.method))
}

/// A template with its variables in braces, as labels show them.
fn in_braces(template: &str) -> String {
    template.split("$${").map(|part| part.replace("${", "{")).collect::<Vec<_>>().join("$${")
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
