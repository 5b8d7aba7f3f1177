//! Secrets become variables without a value: headers, parameters, fields and credentials under the names of secrets.

use serde_json::Value as Json;

use super::{
    recording::{Auth, Body, Recording, Request},
    url_text::{decoded, has_expression},
    variables::Variables,
};
use crate::net::secret_names::names_secret;

/// Schemes of `Authorization` whose credentials follow.
const SCHEMES: [(&str, &str); 4] =
    [("Bearer ", "TOKEN"), ("Basic ", "BASIC_CREDENTIALS"), ("Token ", "TOKEN"), ("ApiKey ", "API_KEY")];

/// Replaces all secrets of a recording.
pub(super) fn hide(recording: &mut Recording) {
    recording.change(&mut hide_in);
}

fn hide_in(request: &mut Request, variables: &mut Variables) {
    for (name, value) in &mut request.headers {
        if is_secret(name, value) {
            *value = header(variables, name, value);
        }
    }
    match &mut request.auth {
        Some(Auth::Basic(user, password) | Auth::Digest(user, password)) => {
            credential(variables, "USERNAME", user, "user name of the authentication");
            credential(variables, "PASSWORD", password, "password of the authentication");
        }
        Some(Auth::Bearer(token)) => credential(variables, "TOKEN", token, "bearer token"),
        None => {}
    }
    let url = std::mem::take(&mut request.url);
    request.url = if url.contains('?') { parameters(variables, &url) } else { url };
    match &mut request.body {
        Some(Body::Json(value)) => json(variables, "", value),
        Some(Body::Form(fields) | Body::Multipart(fields)) => {
            for (name, value) in fields {
                if is_secret(name, value) {
                    *value = variables.secret(name, value, &format!("field {name}"));
                }
            }
        }
        Some(Body::Text(text)) => *text = hidden_in_text(variables, text),
        Some(Body::File(_)) | None => {}
    }
}

/// A body that stays a text: the secrets of a value of JSON, or of a form, are replaced where they stand.
fn hidden_in_text(variables: &mut Variables, text: &str) -> String {
    if let Ok(value) = serde_json::from_str::<Json>(text) {
        let mut found = Vec::new();
        secrets_of("", &value, &mut found);
        return found.into_iter().fold(text.to_owned(), |text, (name, secret)| {
            let written = Json::from(secret.as_str()).to_string();
            let expression = variables.secret(&name, &secret, &format!("field {name}"));
            text.replace(&written, &format!("\"{expression}\""))
        });
    }
    let is_form = text.contains('=') && !text.contains(|c: char| c.is_whitespace() || c == '<');
    if is_form { parameters(variables, &format!("?{text}")).split_off(1) } else { text.to_owned() }
}

fn secrets_of(name: &str, value: &Json, found: &mut Vec<(String, String)>) {
    match value {
        Json::String(text) if is_secret(name, text) => found.push((name.to_owned(), text.clone())),
        Json::Array(items) => items.iter().for_each(|item| secrets_of(name, item, found)),
        Json::Object(members) => members.iter().for_each(|(name, value)| secrets_of(name, value, found)),
        _ => {}
    }
}

fn header(variables: &mut Variables, name: &str, value: &str) -> String {
    let about = format!("header {name}");
    let scheme = SCHEMES
        .iter()
        .find(|(scheme, _)| value.get(..scheme.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(scheme)));
    match scheme {
        Some((scheme, variable)) if name.eq_ignore_ascii_case("authorization") => {
            let (begin, secret) = value.split_at(scheme.len());
            format!("{begin}{}", variables.secret(variable, secret, &about))
        }
        _ => variables.secret(name, value, &about),
    }
}

fn credential(variables: &mut Variables, name: &str, value: &mut String, about: &str) {
    if !has_expression(value) {
        *value = variables.secret(name, value, about);
    }
}

/// Parameters of a URL. One that has an expression already keeps it.
fn parameters(variables: &mut Variables, url: &str) -> String {
    let (path, query) = url.split_once('?').unwrap_or((url, ""));
    // The texts are templates by now, which must not become literal again.
    let pair = |pair: &str| match pair.split_once('=') {
        Some((name, value)) if is_secret(&decoded(name), &decoded(value)) => {
            let name_shown = decoded(name);
            format!("{name}={}", variables.secret(&name_shown, &decoded(value), &format!("parameter {name_shown}")))
        }
        _ => pair.to_owned(),
    };
    format!("{path}?{}", query.split('&').map(pair).collect::<Vec<_>>().join("&"))
}

fn json(variables: &mut Variables, name: &str, value: &mut Json) {
    match value {
        Json::String(text) if is_secret(name, text) => *text = variables.secret(name, text, &format!("field {name}")),
        Json::Array(items) => items.iter_mut().for_each(|item| json(variables, name, item)),
        Json::Object(members) => members.iter_mut().for_each(|(name, value)| json(variables, name, value)),
        _ => {}
    }
}

/// Whether a value is a secret. Names with no more than `key` in them are often none: then the value must look like one.
#[must_use]
pub(super) fn is_secret(name: &str, value: &str) -> bool {
    if value.is_empty() || has_expression(value) || !names_secret(name) {
        return false;
    }
    let lower = name.to_ascii_lowercase();
    let rest = lower.replace("key", "");
    let is_certain =
        names_secret(&rest) || ["api", "access", "private", "secret"].iter().any(|part| lower.contains(part));
    is_certain || looks_random(value)
}

/// Whether a text looks as keys do: long, without blanks, with letters and digits.
fn looks_random(value: &str) -> bool {
    let has = |kind: fn(&char) -> bool| value.chars().any(|c| kind(&c));
    value.len() >= 16
        && !value.contains(char::is_whitespace)
        && has(char::is_ascii_digit)
        && has(char::is_ascii_alphabetic)
}

#[cfg(test)]
mod tests;
