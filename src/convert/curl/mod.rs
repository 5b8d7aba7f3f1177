//! Commands of curl, as "Copy as cURL" of browsers and documentation write them: each is a request, in their order.
//!
//! Owns what options of curl mean for a request. Never runs anything; an option that changes what is sent and has no counterpart is an
//! error. Start with [`read`].

mod options;
mod words;

use url::{Position as UrlPosition, Url};

use self::{
    options::{Command, Data},
    words::Word,
};
use super::{
    body,
    fields::Errors,
    recording::{Auth, Body, Recording, Request, Step},
    url_text::{decoded, templated},
    yaml::literal,
};
use crate::{
    profile::{diagnostic::Diagnostic, flow::is_token, reader::same_key},
    units::show_several,
};

/// Headers that the framing of messages determines.
const DROPPED: [&str; 5] = ["host", "connection", "content-length", "transfer-encoding", "accept-encoding"];

/// Whether a text begins with a command of curl.
pub(super) fn is_curl(text: &str) -> bool {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let first = text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#'));
    first.is_some_and(|line| {
        let line = line.strip_prefix("$ ").unwrap_or(line);
        line == "curl" || line.starts_with("curl ") || line.starts_with("curl\t") || line == "curl\\"
    })
}

/// Reads commands.
///
/// # Errors
/// All errors of the file.
pub(super) fn read(text: &str) -> Result<Recording, Vec<Diagnostic>> {
    let errors = Errors::default();
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut recording = Recording::default();
    let mut requests: Vec<(Url, Request)> = Vec::new();
    for command in words::commands(text, &errors) {
        let Some((first, rest)) = command.split_first() else { continue };
        if first.text != "curl" {
            let shown: String = first.text.chars().take(40).collect();
            errors.add(
                first.position,
                format!("`{shown}` is no command of curl"),
                Some("each command begins with curl"),
            );
            continue;
        }
        if let Some(command) = Command::read(rest, first.position, &errors) {
            recording.compression |= command.compressed;
            requests.extend(command.urls.iter().filter_map(|url| request(&command, url, &errors)));
        }
    }
    let requests = errors.result(requests)?;
    let origin = requests.first().map(|(url, _)| url.origin().ascii_serialization());
    recording.about = format!("{} of curl", show_several(requests.len() as u64, "command"));
    for (url, mut request) in requests {
        let own = url.origin().ascii_serialization();
        let target = templated(&url[UrlPosition::BeforePath..UrlPosition::AfterQuery], |_| None);
        request.url = if origin.as_ref() == Some(&own) { target } else { format!("{}{target}", literal(&own)) };
        recording.steps.push(Step::Request(Box::new(request)));
    }
    recording.base_url = origin.map(|origin| literal(&origin));
    Ok(recording)
}

fn request(command: &Command, url: &Word, errors: &Errors) -> Option<(Url, Request)> {
    let begins = url.text.contains("://");
    let written = if begins { url.text.clone() } else { format!("http://{}", url.text) };
    let mut parsed = match Url::parse(&written) {
        Ok(parsed) if matches!(parsed.scheme(), "http" | "https") && parsed.host_str().is_some() => parsed,
        Ok(parsed) => {
            errors.add(url.position, format!("`{}` is no URL of HTTP", parsed.scheme()), None);
            return None;
        }
        Err(error) => {
            errors.add(url.position, format!("`{}` is not a URL: {error}", url.text), None);
            return None;
        }
    };
    let in_url = (!parsed.username().is_empty())
        .then(|| (decoded(parsed.username()), decoded(parsed.password().unwrap_or_default())));
    // These can't fail for a URL with a host.
    let _refused = parsed.set_username("").and(parsed.set_password(None)).is_err();
    parsed.set_fragment(None);
    let mut request = Request { method: command.method(), timeout: command.timeout, ..Request::default() };
    headers(command, &mut request, errors);
    let credentials = command.user.clone().or(in_url).map(|(user, password)| (literal(&user), literal(&password)));
    request.auth =
        credentials.map(
            |(user, password)| {
                if command.digest { Auth::Digest(user, password) } else { Auth::Basic(user, password) }
            },
        );
    request.redirects = (!command.follows).then_some(0);
    content(command, &mut request, &mut parsed);
    Some((parsed, request))
}

fn headers(command: &Command, request: &mut Request, errors: &Errors) {
    for header in &command.headers {
        let Some((name, value)) = split_header(&header.text) else {
            errors.add(
                header.position,
                format!("`{}` is no header", header.text),
                Some("for example -H 'Accept: text/html'"),
            );
            continue;
        };
        if !is_token(name) {
            errors.add(header.position, format!("`{name}` is not a header name"), None);
        } else if !DROPPED.contains(&name.to_ascii_lowercase().as_str()) {
            request.headers.retain(|(known, _)| !same_key(known, name));
            request.headers.push((name.to_owned(), literal(&value.replace(['\r', '\n', '\0'], " "))));
        }
    }
    for (name, value) in [("User-Agent", &command.agent), ("Referer", &command.referer), ("Cookie", &command.cookie)] {
        if let Some(value) = value
            && !request.headers.iter().any(|(known, _)| same_key(known, name))
        {
            request.headers.push((name.to_owned(), literal(value)));
        }
    }
}

/// `Name: value`; `Name;` is one without a value.
fn split_header(text: &str) -> Option<(&str, &str)> {
    match text.split_once(':') {
        Some((name, value)) => Some((name.trim(), value.trim())),
        None => text.trim_end().strip_suffix(';').map(|name| (name.trim(), "")),
    }
}

/// The body of the options `-d` and `-F`, or with `-G` the query.
fn content(command: &Command, request: &mut Request, url: &mut Url) {
    let known = request
        .headers
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case("content-type"))
        .map(|(_, value)| value.clone());
    let text =
        command.data.iter().filter_map(|data| if let Data::Text(text) = data { Some(text.as_str()) } else { None });
    let joined = text.collect::<Vec<_>>().join(if command.is_json { "" } else { "&" });
    let file = command.data.iter().find_map(|data| if let Data::File(file) = data { Some(file.clone()) } else { None });
    if command.get {
        if !joined.is_empty() {
            let query = url.query().map(|query| format!("{query}&{joined}")).unwrap_or(joined);
            url.set_query(Some(&query));
        }
        return;
    }
    if let Some(file) = file {
        request.body = Some(Body::File(literal(&file)));
        if known.is_none() {
            let media_type = if command.is_json { "application/json" } else { "application/x-www-form-urlencoded" };
            request.headers.push(("Content-Type".to_owned(), media_type.to_owned()));
        }
    } else if !command.data.is_empty() {
        let media_type = known.clone().unwrap_or_else(|| {
            if command.is_json { "application/json".to_owned() } else { "application/x-www-form-urlencoded".to_owned() }
        });
        let (body, keeps_type) = body::of_text(&media_type, &joined, &|_| None);
        request.body = Some(body);
        if !keeps_type {
            request.headers.retain(|(name, _)| !name.eq_ignore_ascii_case("content-type"));
        } else if known.is_none() {
            request.headers.push(("Content-Type".to_owned(), media_type));
        }
    } else if !command.form.is_empty() {
        let fields = command.form.iter().map(|(name, value)| (literal(name), literal(value)));
        request.body = Some(Body::Multipart(fields.collect()));
        request.headers.retain(|(name, _)| !name.eq_ignore_ascii_case("content-type"));
    }
    if command.is_json && !request.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("accept")) {
        request.headers.push(("Accept".to_owned(), "application/json".to_owned()));
    }
}

#[cfg(test)]
mod tests;
