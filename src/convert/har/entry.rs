//! An entry of a HAR: a request and its response.

use std::borrow::Cow;

use base64::Engine;
use jiff::Timestamp;
use percent_encoding::percent_decode_str;
use serde_json::Value as Json;
use url::{Position, Url, form_urlencoded};

use super::LeftOut;
use crate::{
    convert::{
        body::are_keys,
        correlate::Sent,
        fields::{Errors, items, member, text, to_json},
        json,
        url_text::decoded,
    },
    profile::{flow::is_token, node::Node, reader::same_key},
};

/// Larger responses are not looked at for values.
const LARGEST_ANSWER: usize = 4 * 1024 * 1024;

/// Headers that belong to a connection, to the browser's cache or to the browser itself.
const DROPPED: [&str; 18] = [
    "host",
    "connection",
    "content-length",
    "transfer-encoding",
    "keep-alive",
    "proxy-connection",
    "te",
    "upgrade",
    "cookie",
    "accept-encoding",
    "if-none-match",
    "if-modified-since",
    "upgrade-insecure-requests",
    "priority",
    "dnt",
    "http2-settings",
    "expect",
    "trailer",
];

/// A request and its response.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub method: String,
    pub url: Url,
    pub headers: Vec<(String, String)>,
    accepts_compression: bool,
    pub cookies: Vec<(String, String)>,
    /// Media type and text.
    pub body: Option<(String, String)>,
    /// Fields of a form whose text is not recorded.
    pub parts: Vec<(String, String)>,
    pub status: Option<u16>,
    location: Option<String>,
    media_type: String,
    pub set_cookies: Vec<String>,
    answer: Option<Json>,
    pub started_ms: Option<f64>,
    pub time_ms: f64,
}

impl Entry {
    /// Reads an entry; None if it is no request of HTTP, or wrong.
    pub(super) fn read(node: &Node, errors: &Errors, left: &mut LeftOut) -> Option<Self> {
        let request = errors.need(node, "request", "an entry")?;
        let method = errors.need_text(request, "method", "a request")?;
        let written = errors.need(request, "url", "a request")?;
        let url = read_url(written, errors, left)?;
        if !is_token(method) {
            let position = member(request, "method").map_or(request.position, |node| node.position);
            errors.add(position, format!("`{method}` is not a method"), None);
            return None;
        }
        let all: Vec<(&str, &str)> = items(request, "headers")
            .iter()
            .filter_map(|pair| Some((text(pair, "name")?, text(pair, "value")?)))
            .collect();
        let find = |name: &str| all.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| *value);
        let response = member(node, "response");
        let (body, parts) = content(request, find("content-type"), left);
        let status = response.and_then(|response| text(response, "status")).and_then(|status| status.parse().ok());
        let answers = response.map(|response| items(response, "headers")).unwrap_or_default();
        let answer_header = |name: &'static str| {
            let pairs = answers.iter().filter_map(|pair| Some((text(pair, "name")?, text(pair, "value")?)));
            pairs.filter(move |(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
        };
        let location = response.and_then(|response| text(response, "redirectURL")).filter(|text| !text.is_empty());
        let location = location.or_else(|| answer_header("location").next());
        let content = response.and_then(|response| member(response, "content"));
        // Several lines of one header are values of a list.
        let mut headers: Vec<(String, String)> = Vec::new();
        for (name, value) in all.iter().filter(|(name, _)| is_kept(name)) {
            let value = value.replace(['\r', '\n', '\0'], " ");
            match headers.iter_mut().find(|(known, _)| same_key(known, name)) {
                Some((_, known)) => *known += &format!(", {value}"),
                None => headers.push(((*name).to_owned(), value)),
            }
        }
        Some(Self {
            method: method.to_ascii_uppercase(),
            headers,
            accepts_compression: find("accept-encoding").is_some_and(|value| value.contains("gzip")),
            cookies: find("cookie").map(cookie_pairs).unwrap_or_default(),
            body,
            parts,
            status,
            location: location.map(str::to_owned),
            media_type: content.and_then(|content| text(content, "mimeType")).unwrap_or_default().to_ascii_lowercase(),
            // Some tools join several lines into one value.
            set_cookies: answer_header("set-cookie").flat_map(str::lines).filter_map(cookie_name).collect(),
            answer: content.and_then(answer),
            started_ms: text(node, "startedDateTime").and_then(instant),
            time_ms: text(node, "time")
                .and_then(|time| time.parse().ok())
                .filter(|time: &f64| *time >= 0.0)
                .unwrap_or(0.0),
            url,
        })
    }

    /// Path and query.
    pub(super) fn target(&self) -> &str {
        &self.url[Position::BeforePath..Position::AfterQuery]
    }

    pub(super) fn accepts_compression(&self) -> bool {
        self.accepts_compression
    }

    /// Whether it is a script, a style, an image, a font or media.
    pub(super) fn is_static(&self) -> bool {
        const TYPES: [&str; 7] =
            ["image/", "font/", "audio/", "video/", "text/css", "text/javascript", "application/javascript"];
        const ENDINGS: [&str; 14] = [
            ".js", ".mjs", ".css", ".png", ".jpg", ".jpeg", ".gif", ".svg", ".ico", ".webp", ".woff", ".woff2", ".ttf",
            ".map",
        ];
        let path = self.url.path().to_ascii_lowercase();
        self.method == "GET"
            && (TYPES.iter().any(|kind| self.media_type.starts_with(kind))
                || self.media_type.contains("font")
                || ENDINGS.iter().any(|end| path.ends_with(end)))
    }

    pub(super) fn is_redirect(&self) -> bool {
        matches!(self.status, Some(301 | 302 | 303 | 307 | 308)) && self.location.is_some()
    }

    /// Where the response redirects to.
    pub(super) fn redirects_to(&self) -> Option<Url> {
        let location = self.location.as_ref().filter(|_| self.is_redirect())?;
        let mut url = self.url.join(location).ok()?;
        url.set_fragment(None);
        Some(url)
    }

    /// Takes the response of the request that this one was redirected to.
    pub(super) fn take_over(&mut self, followed: Self, set_cookies: Vec<String>) {
        self.set_cookies.extend(set_cookies);
        (self.status, self.location) = (followed.status, followed.location);
        (self.answer, self.media_type) = (followed.answer, followed.media_type);
        self.time_ms = match (self.started_ms, followed.started_ms) {
            (Some(begin), Some(end)) => end - begin + followed.time_ms,
            _ => self.time_ms + followed.time_ms,
        };
    }

    /// What it sends and brings, for correlation.
    pub(super) fn sent(&self) -> Sent {
        let segments = self.url.path_segments().into_iter().flatten();
        let segments: Vec<String> =
            segments.map(|text| percent_decode_str(text).decode_utf8_lossy().into_owned()).collect();
        let is_word =
            |text: &&String| text.len() > 1 && text.chars().all(|c| c.is_ascii_alphabetic() || c == '_' || c == '-');
        let noun = segments.iter().rev().find(is_word).cloned().unwrap_or_default();
        let mut values = segments;
        values.extend(self.url.query_pairs().map(|(_, value)| value.into_owned()));
        for (_, value) in &self.headers {
            values.push(value.clone());
            values.extend(value.split_once(' ').map(|(_, last)| last.to_owned()));
        }
        if let Some((_, text)) = &self.body {
            match serde_json::from_str::<Json>(text) {
                Ok(value) => scalars(&value, &mut values),
                Err(_) => values.extend(form_urlencoded::parse(text.as_bytes()).map(|(_, value)| value.into_owned())),
            }
        }
        values.retain(|value| !value.is_empty());
        Sent { values, noun, answer: self.answer.clone() }
    }
}

fn read_url(node: &Node, errors: &Errors, left: &mut LeftOut) -> Option<Url> {
    let written = node.scalar().unwrap_or_default();
    let mut url = match Url::parse(written) {
        Ok(url) => url,
        Err(error) => {
            let shown: String = written.chars().take(80).collect();
            errors.add(node.position, format!("`{shown}` is not a URL: {error}"), None);
            return None;
        }
    };
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none_or(str::is_empty) {
        left.schemes.insert(url.scheme().to_owned());
        left.other += 1;
        return None;
    }
    url.set_fragment(None);
    // These can't fail for a URL with a host.
    let _refused = url.set_username("").and(url.set_password(None)).is_err();
    Some(url)
}

fn is_kept(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    is_token(name) && !lower.starts_with("sec-") && !DROPPED.contains(&lower.as_str())
}

/// What a request has for a body: its text with the media type, or its fields.
type Content = (Option<(String, String)>, Vec<(String, String)>);

/// The text of the body, or the fields of one whose text is not recorded.
fn content(request: &Node, header: Option<&str>, left: &mut LeftOut) -> Content {
    let Some(data) = member(request, "postData") else { return (None, Vec::new()) };
    let media_type = header.or_else(|| text(data, "mimeType")).unwrap_or_default();
    let written = text(data, "text").filter(|text| !text.is_empty());
    let plain = match text(data, "encoding") {
        Some("base64") => written.and_then(of_base64).map(Cow::Owned),
        _ => written.map(Cow::Borrowed),
    };
    if let Some(plain) = plain {
        return (Some((media_type.to_owned(), plain.into_owned())), Vec::new());
    }
    let fields = items(data, "params").iter().filter_map(|field| {
        Some((text(field, "name")?.to_owned(), text(field, "value").unwrap_or_default().to_owned()))
    });
    let fields: Vec<(String, String)> = fields.collect();
    if media_type.starts_with("application/x-www-form-urlencoded") && !fields.is_empty() {
        // Fields are recorded as they are sent by some tools, and decoded by others; a text of both is the same.
        let plain = fields.iter().map(|(name, value)| (decoded(name), decoded(value)));
        let text = form_urlencoded::Serializer::new(String::new()).extend_pairs(plain).finish();
        return (Some((media_type.to_owned(), text)), Vec::new());
    }
    if fields.is_empty() || !are_keys(&fields) {
        left.bodies += usize::from(written.is_some() || !fields.is_empty());
        return (None, Vec::new());
    }
    (None, fields)
}

fn of_base64(text: &str) -> Option<String> {
    let compact: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    String::from_utf8(base64::engine::general_purpose::STANDARD.decode(compact).ok()?).ok()
}

/// The response as JSON, if it is some.
fn answer(content: &Node) -> Option<Json> {
    let written = text(content, "text").filter(|text| text.len() <= LARGEST_ANSWER)?;
    let decoded = match text(content, "encoding") {
        Some("base64") => Cow::Owned(of_base64(written)?),
        _ => Cow::Borrowed(written),
    };
    let begins = decoded.trim_start().starts_with(['{', '[']);
    begins.then(|| json::parse(&decoded).ok()).flatten().map(|node| to_json(&node))
}

fn cookie_pairs(header: &str) -> Vec<(String, String)> {
    let pairs = header.split(';').filter_map(|pair| pair.trim().split_once('='));
    pairs.map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned())).collect()
}

/// The name of a cookie that a response sets.
fn cookie_name(line: &str) -> Option<String> {
    let (name, _) = line.split(';').next()?.split_once('=')?;
    Some(name.trim().to_owned())
}

fn instant(text: &str) -> Option<f64> {
    let at: Timestamp = text.parse().ok()?;
    Some(at.as_nanosecond() as f64 / 1e6)
}

fn scalars(value: &Json, found: &mut Vec<String>) {
    match value {
        Json::String(text) => found.push(text.clone()),
        Json::Number(number) => found.push(number.to_string()),
        Json::Array(items) => items.iter().for_each(|item| scalars(item, found)),
        Json::Object(members) => members.values().for_each(|item| scalars(item, found)),
        Json::Bool(_) | Json::Null => {}
    }
}
