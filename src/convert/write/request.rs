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
    let url = scalar(&request.url);
    let mut lines = if STEPS.contains(&request.method.as_str()) {
        vec![format!("{}: {url}", request.method.to_lowercase())]
    } else {
        vec![format!("request: {url}"), format!("method: {}", scalar(&request.method))]
    };
    lines.extend(request.name.as_ref().map(|name| format!("name: {}", quoted(name))));
    let own = |header: &&(String, String)| !common.headers.contains(header);
    let headers: Vec<&(String, String)> = request.headers.iter().filter(own).collect();
    if !headers.is_empty() {
        let pairs = headers.iter().map(|(name, value)| format!("{}: {}", quoted(name), quoted(value)));
        lines.push(format!("headers: {{{}}}", pairs.collect::<Vec<_>>().join(", ")));
    }
    lines.extend(request.auth.iter().filter(|_| common.auth.is_none()).map(|own| format!("auth: {}", auth(own))));
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

/// Credentials, on one line.
pub(super) fn auth(auth: &Auth) -> String {
    let credentials =
        |user: &str, password: &str| format!("{{username: {}, password: {}}}", quoted(user), quoted(password));
    match auth {
        Auth::Basic(user, password) => format!("{{basic: {}}}", credentials(user, password)),
        Auth::Digest(user, password) => format!("{{digest: {}}}", credentials(user, password)),
        Auth::Bearer(token) => format!("{{bearer: {}}}", quoted(token)),
    }
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
