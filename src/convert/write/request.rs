//! A request as a step.

use serde_json::{Value as Json, json};

use super::Common;
use crate::convert::{
    recording::{Auth, Body, Request},
    yaml::{comment, quoted, scalar, yaml},
};

/// Methods that are steps of their own.
const STEPS: [&str; 7] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];

/// The step, at a margin; a request that is off is a comment.
pub(super) fn text(request: &Request, margin: &str, common: &Common) -> String {
    let mark = if request.is_off { "# " } else { "" };
    let about = comment(&request.comment);
    let mut text = if about.is_empty() { String::new() } else { format!("{margin}# {about}\n") };
    for (number, line) in lines(request, common).iter().enumerate() {
        let begin = if number == 0 { "- " } else { "  " };
        text += &format!("{margin}{mark}{begin}{line}\n");
    }
    text
}

fn lines(request: &Request, common: &Common) -> Vec<String> {
    let url = scalar(&url(request, common));
    let mut lines = if STEPS.contains(&request.method.as_str()) {
        vec![format!("{}: {url}", request.method.to_lowercase())]
    } else {
        vec![format!("request: {url}"), format!("method: {}", scalar(&request.method))]
    };
    lines.extend(request.name.as_ref().map(|name| format!("name: {}", quoted(name))));
    let headers: Vec<(String, String)> =
        with_bearer(request).into_iter().filter(|header| !common.headers.contains(header)).collect();
    if !headers.is_empty() {
        let pairs = headers.iter().map(|(name, value)| format!("{}: {}", quoted(name), quoted(value)));
        lines.push(format!("headers: {{{}}}", pairs.collect::<Vec<_>>().join(", ")));
    }
    let own = request.auth.as_ref().filter(|_| common.auth.is_none());
    lines.extend(own.and_then(auth).map(|auth| format!("auth: {auth}")));
    lines.extend(request.body.as_ref().map(body));
    lines.extend(request.timeout.map(|timeout| format!("timeout: {}ms", timeout.as_millis())));
    lines.extend(request.redirects.map(|redirects| format!("redirects: {redirects}")));
    if let Some(status) = &request.status {
        lines.extend(request.is_expected_failure.then(|| format!("expect: {status}   # as in the source")));
        lines.push(format!("check: {{status: {status}}}"));
    }
    if !request.extracts.is_empty() {
        let pairs = request.extracts.iter().map(|(name, path)| format!("{name}: {}", quoted(path)));
        lines.push(format!("extract: {{{}}}", pairs.collect::<Vec<_>>().join(", ")));
    }
    lines
}

/// The URL. A path with a URL in its query would be read as a whole one.
fn url(request: &Request, common: &Common) -> String {
    let is_path = request.url.starts_with(['/', '?']);
    if is_path && request.url.contains("://") { format!("{}{}", common.base, request.url) } else { request.url.clone() }
}

/// The headers, with a bearer token as one of them: unlike `auth`, it may be empty until its variable has a value.
pub(super) fn with_bearer(request: &Request) -> Vec<(String, String)> {
    let bearer = match &request.auth {
        Some(Auth::Bearer(token)) => Some(("Authorization".to_owned(), format!("Bearer {token}"))),
        _ => None,
    };
    request.headers.iter().cloned().chain(bearer).collect()
}

/// User name and password, on one line.
pub(super) fn auth(auth: &Auth) -> Option<String> {
    let (kind, user, password) = match auth {
        Auth::Basic(user, password) => ("basic", user, password),
        Auth::Digest(user, password) => ("digest", user, password),
        Auth::Bearer(_) => return None,
    };
    Some(format!("{{{kind}: {{username: {}, password: {}}}}}", quoted(user), quoted(password)))
}

fn body(body: &Body) -> String {
    let fields = |fields: &[(String, String)]| {
        Json::Object(fields.iter().map(|(name, value)| (name.clone(), json!(value))).collect())
    };
    match body {
        Body::Json(value) => format!("json: {}", yaml(value)),
        Body::Form(list) => format!("form: {}", yaml(&fields(list))),
        Body::Multipart(list) => format!("multipart: {}", yaml(&fields(list))),
        Body::Text(text) => format!("body: {}", quoted(text)),
        Body::File(file) => format!("file: {}", quoted(file)),
    }
}
