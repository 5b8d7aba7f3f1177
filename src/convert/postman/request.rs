//! A request of a collection.

use serde_json::{Value as Json, json};

use super::{Collection, auth};
use crate::{
    convert::{
        body::{self, are_keys},
        fields::{is_true, items, member, text},
        recording::{Body, Request},
        url_text::{encoded, has_expression},
        yaml::literal,
    },
    profile::{
        flow::{Defaults, is_token, resolve},
        node::{Node, Yaml},
        reader::same_key,
    },
};

/// Headers that the framing determines.
const DROPPED: [&str; 5] = ["content-length", "host", "connection", "transfer-encoding", "accept-encoding"];

/// Reads a request; None if it is wrong, or a draft without a URL.
pub(super) fn read_request(
    collection: &mut Collection<'_>,
    node: &Node,
    auth: Option<&Node>,
    name: &str,
) -> Option<Request> {
    // A text alone is a URL.
    if node.scalar().is_some() {
        let mut request = Request { method: "GET".to_owned(), url: read_url(collection, node)?, ..Request::default() };
        if let Some(auth) = auth {
            auth::apply(collection, auth, &mut request);
        }
        return Some(request);
    }
    let method = text(node, "method").unwrap_or("GET");
    if !is_token(method) {
        let position = member(node, "method").map_or(node.position, |node| node.position);
        collection.errors.add(position, format!("`{method}` is not a method"), None);
        return None;
    }
    let Some(url) = member(node, "url").and_then(|url| read_url(collection, url)) else {
        collection.notes.push(format!("{name}: left out, as it has no URL"));
        return None;
    };
    let mut request = Request { method: method.to_ascii_uppercase(), url, ..Request::default() };
    for header in items(node, "header").iter().filter(|header| !is_true(header, "disabled")) {
        let (Some(name), Some(value)) = (text(header, "key"), text(header, "value")) else { continue };
        let name = name.trim();
        let is_known = request.headers.iter().any(|(known, _)| same_key(known, name));
        if is_token(name) && !is_known && !DROPPED.contains(&name.to_ascii_lowercase().as_str()) {
            let value = collection.names.template(&value.replace(['\r', '\n', '\0'], " "));
            request.headers.push((name.to_owned(), value));
        }
    }
    if let Some(body) = member(node, "body").filter(|body| !is_true(body, "disabled")) {
        read_body(collection, body, &mut request);
    }
    if let Some(auth) = auth {
        auth::apply(collection, auth, &mut request);
    }
    Some(request)
}

/// The URL; one that can't be any is an error.
fn read_url(collection: &mut Collection<'_>, node: &Node) -> Option<String> {
    let written = written_url(node)?;
    let url = url_of_text(collection, &written);
    if let (false, Err(invalid)) = (has_expression(&url), resolve(&url, &Defaults::default())) {
        collection.errors.add(node.position, invalid.message, invalid.hint.as_deref());
        return None;
    }
    Some(url)
}

/// The URL as it is written; None if there is none.
fn written_url(node: &Node) -> Option<String> {
    if let Some(url) = node.scalar() {
        return (!url.trim().is_empty()).then(|| url.to_owned());
    }
    let raw = text(node, "raw").map(str::to_owned).or_else(|| joined(node));
    let raw = raw.filter(|raw| !raw.trim().is_empty())?;
    // Parameters that are switched off are in the list, not in `raw`.
    let mut raw = raw;
    for variable in items(node, "variable") {
        if let (Some(name), Some(value)) = (text(variable, "key"), text(variable, "value")) {
            raw = with_path_variable(&raw, name, value);
        }
    }
    Some(raw)
}

/// `/:name` in a path is a variable of it.
fn with_path_variable(raw: &str, name: &str, value: &str) -> String {
    let (path, query) = raw.split_once('?').map_or((raw, None), |(path, query)| (path, Some(query)));
    let wanted = format!(":{name}");
    let segments = path.split('/').map(|segment| if segment == wanted && !value.is_empty() { value } else { segment });
    let path = segments.collect::<Vec<_>>().join("/");
    query.map_or_else(|| path.clone(), |query| format!("{path}?{query}"))
}

/// A URL in parts: `protocol`, `host`, `port`, `path` and `query`.
fn joined(node: &Node) -> Option<String> {
    let list = |key: &str, between: &str| match member(node, key).map(|node| &node.value) {
        Some(Yaml::Scalar { text, .. }) => text.clone(),
        Some(Yaml::List(parts)) => parts.iter().filter_map(Node::scalar).collect::<Vec<_>>().join(between),
        _ => String::new(),
    };
    let host = list("host", ".");
    if host.is_empty() {
        return None;
    }
    let protocol = text(node, "protocol").map(|protocol| format!("{protocol}://")).unwrap_or_default();
    let port = text(node, "port").map(|port| format!(":{port}")).unwrap_or_default();
    let query = items(node, "query").iter().filter(|pair| !is_true(pair, "disabled"));
    let query: Vec<String> = query
        .filter_map(|pair| Some(format!("{}={}", text(pair, "key")?, text(pair, "value").unwrap_or_default())))
        .collect();
    let query = if query.is_empty() { String::new() } else { format!("?{}", query.join("&")) };
    Some(format!("{protocol}{host}{port}/{}{query}", list("path", "/")))
}

/// A URL as it is written, with blanks encoded; without a scheme it is of HTTP.
fn url_of_text(collection: &mut Collection<'_>, url: &str) -> String {
    let url = url.trim();
    let url = url.split('#').next().unwrap_or_default();
    let begins = url.starts_with("{{") || url.contains("://");
    let whole = if begins { url.to_owned() } else { format!("http://{url}") };
    collection.names.template_with(&whole, |text| text.replace(' ', "%20").replace(['\r', '\n', '\t'], ""))
}

fn read_body(collection: &mut Collection<'_>, node: &Node, request: &mut Request) {
    match text(node, "mode").unwrap_or_default() {
        "raw" => raw(collection, node, request),
        "urlencoded" => {
            let fields = fields(collection, node, "urlencoded");
            if are_keys(&fields) {
                request.body = Some(Body::Form(fields));
            } else if !fields.is_empty() {
                let pairs = items(node, "urlencoded").iter().filter(|field| !is_true(field, "disabled"));
                let pairs: Vec<String> = pairs
                    .filter_map(|field| {
                        let value = text(field, "value").unwrap_or_default();
                        Some(format!(
                            "{}={}",
                            encoded(text(field, "key")?),
                            collection.names.template_with(value, encoded)
                        ))
                    })
                    .collect();
                request.body = Some(Body::Text(pairs.join("&")));
                content_type(request, "application/x-www-form-urlencoded");
            }
        }
        "formdata" => {
            let has_file = items(node, "formdata").iter().any(|field| text(field, "type") == Some("file"));
            if has_file {
                let missing = format!(
                    "{} {}: its files are not in the collection; add them to `multipart`",
                    request.method, request.url
                );
                collection.notes.push(missing);
            }
            let fields = fields(collection, node, "formdata");
            if are_keys(&fields) && !fields.is_empty() {
                request.body = Some(Body::Multipart(fields));
                request.headers.retain(|(name, _)| !name.eq_ignore_ascii_case("content-type"));
            }
        }
        "graphql" => {
            let Some(graphql) = member(node, "graphql") else { return };
            let query = collection.names.template(text(graphql, "query").unwrap_or_default());
            let variables = text(graphql, "variables").and_then(|text| serde_json::from_str::<Json>(text).ok());
            let variables = variables.map_or_else(|| json!({}), |variables| json_template(collection, &variables));
            request.body = Some(Body::Json(json!({ "query": query, "variables": variables })));
        }
        "file" => {
            let missing =
                format!("{} {}: its file is not in the collection; add it with `file`", request.method, request.url);
            collection.notes.push(missing);
        }
        _ => {}
    }
}

/// Fields that are switched on, without files.
fn fields(collection: &mut Collection<'_>, node: &Node, key: &str) -> Vec<(String, String)> {
    let used =
        items(node, key).iter().filter(|field| !is_true(field, "disabled") && text(field, "type") != Some("file"));
    used.filter_map(|field| {
        let name = text(field, "key")?;
        Some((literal(name), collection.names.template(text(field, "value").unwrap_or_default())))
    })
    .collect()
}

fn raw(collection: &mut Collection<'_>, node: &Node, request: &mut Request) {
    let Some(written) = text(node, "raw").filter(|text| !text.is_empty()) else { return };
    let header = request.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-type"));
    let language =
        member(node, "options").and_then(|options| member(options, "raw")).and_then(|raw| text(raw, "language"));
    let implied = match language {
        Some("json") => "application/json",
        Some("xml") => "application/xml",
        Some("html") => "text/html",
        Some("javascript") => "application/javascript",
        _ => "text/plain",
    };
    let media_type = header.map_or(implied.to_owned(), |(_, value)| value.clone());
    // Variables in a text of JSON are values of JSON only within its strings.
    if let (Body::Json(value), keeps_type) = body::of_text(&media_type, written, &|_| None) {
        request.body = Some(Body::Json(json_again(collection, &value)));
        if !keeps_type {
            request.headers.retain(|(name, _)| !name.eq_ignore_ascii_case("content-type"));
        } else if header.is_none() {
            content_type(request, &media_type);
        }
        return;
    }
    let template = collection.names.template(written);
    request.body = Some(Body::Text(template));
    content_type(request, &media_type);
}

/// A value of JSON with its variables.
fn json_template(collection: &mut Collection<'_>, value: &Json) -> Json {
    match value {
        Json::String(text) => text_in_json(collection, text).into(),
        Json::Array(items) => items.iter().map(|item| json_template(collection, item)).collect(),
        Json::Object(members) => {
            let members = members.iter().map(|(name, value)| (literal(name), json_template(collection, value)));
            Json::Object(members.collect())
        }
        other => other.clone(),
    }
}

/// The same of a value whose texts are literal already.
fn json_again(collection: &mut Collection<'_>, value: &Json) -> Json {
    match value {
        Json::String(text) => text_in_json(collection, &text.replace("$${", "${")).into(),
        Json::Array(items) => items.iter().map(|item| json_again(collection, item)).collect(),
        Json::Object(members) => {
            Json::Object(members.iter().map(|(name, value)| (name.clone(), json_again(collection, value))).collect())
        }
        other => other.clone(),
    }
}

/// A text stays one, also if all of it is a variable with digits.
fn text_in_json(collection: &mut Collection<'_>, text: &str) -> String {
    let template = collection.names.template(text);
    match template.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')) {
        Some(expression) if !expression.contains(['{', '}']) => format!("${{text({expression})}}"),
        _ => template,
    }
}

fn content_type(request: &mut Request, media_type: &str) {
    if !request.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type")) {
        request.headers.push(("Content-Type".to_owned(), media_type.to_owned()));
    }
}
