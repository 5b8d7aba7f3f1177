//! From a request as written to the bytes that go over the wire.

use std::{sync::Arc, time::Duration};

use url::Url;

use super::{
    fault::Place,
    http,
    node::{Node, Yaml},
    reader::{MapReader, Reading},
};
use crate::plan::{Origin, RequestSpec, Wire, http::Digest};

/// k6's default.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(60);
/// Who we are, unless the profile says otherwise.
pub const USER_AGENT: &str = concat!("loadagent/", env!("CARGO_PKG_VERSION"));

/// What requests have in common: from the profile's `http:` section.
#[derive(Debug, Clone)]
pub struct Defaults {
    /// Prefix of relative URLs.
    pub base_url: Option<Url>,
    /// Headers of every request.
    pub headers: Vec<(String, String)>,
    /// Longest time of a request.
    pub timeout: Duration,
}

impl Default for Defaults {
    fn default() -> Self {
        Self { base_url: None, headers: vec![("User-Agent".into(), USER_AGENT.into())], timeout: DEFAULT_TIMEOUT }
    }
}

/// The parts of a request before rendering.
#[derive(Debug, Default)]
struct Parts {
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    has_body: bool,
}

/// Reads the options of a request step and renders it.
pub fn read(
    reading: &Reading,
    map: &mut MapReader<'_>,
    (method, place, url): (&str, Place, &Node),
    defaults: &Defaults,
    origins: &mut Vec<Origin>,
) -> Option<RequestSpec> {
    let written = reading.text(url, "the URL");
    let mut parts = Parts { headers: defaults.headers.clone(), ..Parts::default() };
    if let Some(headers) = map.take("headers") {
        reading
            .pairs(headers, "header")
            .into_iter()
            .for_each(|(name, value)| set_header(&mut parts.headers, &name, &value));
        check_headers(reading, headers.place, &parts.headers);
    }
    read_body(reading, map, &mut parts);
    let timeout = map.take("timeout").map_or(Some(defaults.timeout), |node| reading.duration(node, "timeout"));
    let redirects = map.take("redirects").and_then(|node| reading.count(node, "redirects"));
    let digest = map.take("auth").and_then(|node| read_auth(reading, node));
    let name = map.take("name").map(|node| reading.text(node, "name"));
    let tags = map.take("tags").map(|node| reading.tags(node)).unwrap_or_default();
    let written = written?;
    let target = resolve(&written, defaults).map_err(|(message, hint)| reading.fault(url.place, message, hint)).ok()?;
    if timeout == Some(Duration::ZERO) {
        reading.fault(place, "a timeout of zero lets no request through", None);
    }
    Some(RequestSpec {
        name: name.unwrap_or_else(|| Some(format!("{method} {}", label_of(&written, &target))))?,
        method: method.to_owned(),
        origin: origin_of(&target, origins),
        wire: render(method, &target, &parts),
        bodyless: method == "HEAD",
        timeout: timeout?,
        keep_head: false,
        keep_body: false,
        expected: vec![(200, 399)].into(),
        redirects,
        digest,
        tags,
    })
}

fn read_auth(reading: &Reading, node: &Node) -> Option<Arc<Digest>> {
    let mut map = reading.map(node, "auth");
    let digest = map.need(reading, "digest", "{username: jane, password: secret}");
    let digest = digest.and_then(|node| http::read_digest(reading, node));
    map.finish(reading);
    digest
}

/// The path as written in the profile, or of the whole URL: a label holds no host, no query and no password.
fn label_of<'a>(written: &'a str, target: &'a Url) -> &'a str {
    if written.contains("://") { target.path() } else { written.split(['?', '#']).next().unwrap_or(written) }
}

fn read_body(reading: &Reading, map: &mut MapReader<'_>, parts: &mut Parts) {
    let (json, body) = (map.take("json"), map.take("body"));
    if let (Some(_), Some(body)) = (json, body) {
        reading.fault(body.place, "a request has either `json` or `body`, not both", None);
    }
    if let Some(node) = json {
        parts.body = to_json(reading, node).to_string().into_bytes();
        parts.has_body = true;
        if !parts.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type")) {
            set_header(&mut parts.headers, "Content-Type", "application/json");
        }
    } else if let Some(text) = body.and_then(|node| reading.text(node, "body")) {
        parts.body = text.into_bytes();
        parts.has_body = true;
    }
}

/// A YAML tree as JSON: plain scalars become numbers, booleans and null as in YAML's core schema.
fn to_json(reading: &Reading, node: &Node) -> serde_json::Value {
    match &node.value {
        Yaml::List(items) => items.iter().map(|item| to_json(reading, item)).collect(),
        Yaml::Map(pairs) => {
            let entries =
                pairs.iter().filter_map(|(key, value)| Some((reading.text(key, "a key")?, to_json(reading, value))));
            serde_json::Value::Object(entries.collect())
        }
        Yaml::Scalar { plain, .. } => {
            let text = reading.text(node, "a value").unwrap_or_default();
            let typed = plain
                .then(|| if node.is_null() { Some(serde_json::Value::Null) } else { serde_json::from_str(&text).ok() });
            typed.flatten().unwrap_or(serde_json::Value::String(text))
        }
    }
}

fn set_header(headers: &mut Vec<(String, String)>, name: &str, value: &str) {
    headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
    headers.push((name.to_owned(), value.to_owned()));
}

/// A token of RFC 9110: header names and methods.
#[must_use]
pub fn is_token(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c))
}

/// Reads and checks headers that all requests share.
pub fn check_headers(reading: &Reading, place: Place, headers: &[(String, String)]) {
    for (name, value) in headers {
        if !is_token(name) {
            reading.fault(place, format!("`{name}` is not a header name"), None);
        }
        if value.chars().any(|c| matches!(c, '\r' | '\n' | '\0')) {
            reading.fault(place, format!("header `{name}` holds a line break"), None);
        }
        if ["content-length", "transfer-encoding", "connection"].iter().any(|own| name.eq_ignore_ascii_case(own)) {
            reading.fault(place, format!("header `{name}` is set by loadagent itself"), None);
        }
    }
}

/// Resolves a URL as written: absolute, or appended to the base URL.
///
/// # Errors
/// What is wrong, and a hint.
pub fn resolve(written: &str, defaults: &Defaults) -> Result<Url, (String, Option<String>)> {
    let absolute = written.contains("://");
    let text = match (&defaults.base_url, absolute) {
        (_, true) => written.to_owned(),
        (Some(base), false) => {
            let base = base.as_str().trim_end_matches('/');
            if written.starts_with(['/', '?']) { format!("{base}{written}") } else { format!("{base}/{written}") }
        }
        (None, false) => {
            let hint = Some("set `base_url`, or write the whole URL".to_owned());
            return Err((format!("`{written}` is a path, and there is no `base_url`"), hint));
        }
    };
    let url = Url::parse(&text).map_err(|error| (format!("`{text}` is not a URL: {error}"), None))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err((format!("`{}` is not a protocol of loadagent's; it has http and https", url.scheme()), None));
    }
    if !url.username().is_empty() || url.password().is_some() {
        let hint = Some("send it as a header: `headers: {Authorization: …}`".to_owned());
        return Err(("a URL with user and password would be told in labels and reports".to_owned(), hint));
    }
    if url.host_str().is_none_or(str::is_empty) {
        return Err((format!("`{text}` names no host"), None));
    }
    Ok(url)
}

fn origin_of(url: &Url, origins: &mut Vec<Origin>) -> usize {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
    let tls = url.scheme() == "https";
    let origin = Origin { tls, host, port: url.port_or_known_default().unwrap_or(80) };
    origins.iter().position(|known| *known == origin).unwrap_or_else(|| {
        origins.push(origin);
        origins.len() - 1
    })
}

fn render(method: &str, url: &Url, parts: &Parts) -> Wire {
    let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
    let mut head = format!("{method} {}{query} HTTP/1.1\r\n", url.path());
    if !parts.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("host")) {
        let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
        head += &format!("Host: {}{port}\r\n", url.host_str().unwrap_or_default());
    }
    for (name, value) in &parts.headers {
        head += &format!("{name}: {value}\r\n");
    }
    if parts.has_body || matches!(method, "POST" | "PUT" | "PATCH") {
        head += &format!("Content-Length: {}\r\n", parts.body.len());
    }
    Wire::new(head.as_bytes(), &parts.body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_appended_to_the_base() {
        let base = |text: &str| Defaults { base_url: Url::parse(text).ok(), ..Defaults::default() };
        let resolved = |written: &str, text: &str| resolve(written, &base(text)).unwrap().to_string();
        assert_eq!(resolved("/status", "http://h:1/api/"), "http://h:1/api/status");
        assert_eq!(resolved("status?x=1", "http://h:1"), "http://h:1/status?x=1");
        assert_eq!(resolved("https://other/", "http://h:1"), "https://other/");
        assert!(resolve("/x", &Defaults::default()).unwrap_err().1.unwrap().contains("base_url"));
        assert!(resolve("ftp://h/", &Defaults::default()).unwrap_err().0.contains("ftp"));
    }

    #[test]
    fn a_request_is_rendered_once_and_whole() {
        let parts = Parts { headers: vec![("A".into(), "b".into())], body: b"{}".to_vec(), has_body: true };
        let url = Url::parse("http://[::1]:8080/p?q=1#f").unwrap();
        let wire = render("POST", &url, &parts);
        let wire = std::str::from_utf8(&wire.bytes).unwrap();
        assert_eq!(wire, "POST /p?q=1 HTTP/1.1\r\nHost: [::1]:8080\r\nA: b\r\nContent-Length: 2\r\n\r\n{}");
    }
}
