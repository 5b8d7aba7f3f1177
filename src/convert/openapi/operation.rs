//! An operation as a request: parameters, body, credentials and the status that it promises.

use serde_json::Value as Json;

use super::{document::Document, schema, security};
use crate::{
    convert::{
        body::are_keys,
        fields::{entries, is_true, items, member, text, to_json},
        recording::{Body, Request},
        url_text::encoded,
        variables::Variables,
        yaml::{literal, literals},
    },
    profile::{flow::is_token, node::Node},
};

/// An operation of a path.
pub(super) struct Operation<'n> {
    pub path: &'n str,
    pub method: &'static str,
    pub node: &'n Node,
    pub path_node: &'n Node,
}

impl<'n> Operation<'n> {
    pub(super) fn request(
        &self,
        document: &Document<'n>,
        variables: &mut Variables,
        notes: &mut Vec<String>,
    ) -> Request {
        let method = self.method.to_ascii_uppercase();
        let mut request = Request {
            url: literal(self.path),
            comment: text(self.node, "summary")
                .or_else(|| text(self.node, "operationId"))
                .unwrap_or_default()
                .to_owned(),
            status: self.status(),
            method,
            ..Request::default()
        };
        if self.path.contains('{') {
            request.name = Some(format!("{} {}", request.method, literal(self.path)));
        }
        let (mut query, mut cookies) = (Vec::new(), Vec::new());
        for parameter in self.parameters(document) {
            let Some(name) = text(parameter, "name") else { continue };
            let value = parameter_value(document, parameter);
            let is_required = is_true(parameter, "required");
            match text(parameter, "in") {
                Some("path") => {
                    let shown = plain(&value);
                    let shown = if shown.is_empty() { "1".to_owned() } else { shown };
                    let expression = variables.plain(name, &literal(&shown), &format!("of {}", self.path));
                    request.url = request.url.replace(&format!("{{{name}}}"), &expression);
                }
                Some("query") if is_required => query.extend(pairs(name, &value)),
                Some("header") if is_required && is_sent(name) => {
                    request.headers.push((name.to_owned(), one_line(&literal(&plain(&value)))));
                }
                Some("cookie") if is_required => cookies.push(format!("{name}={}", one_line(&literal(&plain(&value))))),
                _ => {}
            }
        }
        for name in undeclared(&request.url) {
            notes.push(format!("{}: `{{{name}}}` is no parameter of the path; it is 1", self.path));
            let expression = variables.plain(&name, "1", &format!("of {}", self.path));
            request.url = request.url.replace(&format!("{{{name}}}"), &expression);
        }
        if !query.is_empty() {
            let sign = if request.url.contains('?') { '&' } else { '?' };
            request.url += &format!("{sign}{}", query.join("&"));
        }
        if !cookies.is_empty() {
            request.headers.push(("Cookie".to_owned(), cookies.join("; ")));
        }
        self.body(document, &mut request, notes);
        security::apply(document, self.node, &mut request, variables);
        request
    }

    /// The parameters of the operation, and those of its path that it does not replace.
    fn parameters(&self, document: &Document<'n>) -> Vec<&'n Node> {
        let own: Vec<&Node> = items(self.node, "parameters").iter().map(|node| document.resolved(node)).collect();
        let id = |node: &Node| (text(node, "name").map(str::to_owned), text(node, "in").map(str::to_owned));
        let shared = items(self.path_node, "parameters").iter().map(|node| document.resolved(node));
        let shared: Vec<&Node> = shared.filter(|shared| !own.iter().any(|own| id(own) == id(shared))).collect();
        shared.into_iter().chain(own).collect()
    }

    /// The first status of success that is described.
    fn status(&self) -> Option<String> {
        let responses = member(self.node, "responses").into_iter().flat_map(entries);
        let mut codes = responses.filter_map(|(code, _)| code.scalar());
        let code = codes.find(|code| code.len() == 3 && code.starts_with('2'))?;
        let is_known = code.eq_ignore_ascii_case("2xx") || code.bytes().all(|byte| byte.is_ascii_digit());
        is_known.then(|| code.to_ascii_lowercase())
    }

    fn body(&self, document: &Document<'n>, request: &mut Request, notes: &mut Vec<String>) {
        let Some(body) = member(self.node, "requestBody").map(|node| document.resolved(node)) else { return };
        let types: Vec<(&str, &Node)> = member(body, "content")
            .into_iter()
            .flat_map(entries)
            .filter_map(|(name, media)| Some((name.scalar()?, document.resolved(media))))
            .collect();
        let is_json =
            |name: &str| name.ends_with("/json") || name.contains("+json") || name.starts_with("application/json");
        let is_form =
            |name: &str| name.starts_with("application/x-www-form-urlencoded") || name.starts_with("multipart/");
        let found =
            types.iter().find(|(name, _)| is_json(name)).or_else(|| types.iter().find(|(name, _)| is_form(name)));
        let Some((name, media)) = found.or_else(|| types.first()) else { return };
        let value = media_value(document, media);
        if is_json(name) {
            request.body = Some(Body::Json(literals(&value)));
            if *name != "application/json" {
                request.headers.push(("Content-Type".to_owned(), one_line(&literal(name))));
            }
        } else if is_form(name)
            && let Json::Object(members) = &value
        {
            let fields: Vec<(String, String)> =
                members.iter().map(|(name, value)| (literal(name), literal(&plain(value)))).collect();
            if !are_keys(&fields) {
                notes.push(format!("{} {}: the fields of its form can't be written", request.method, self.path));
            } else if name.starts_with("multipart/") {
                request.body = Some(Body::Multipart(fields));
            } else {
                request.body = Some(Body::Form(fields));
            }
        } else {
            request.body = Some(Body::Text(literal(&plain(&value))));
            request.headers.push(("Content-Type".to_owned(), one_line(&literal(name))));
        }
    }
}

/// Names in braces that no parameter replaced.
fn undeclared(url: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut rest = url;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((name, behind)) = after.split_once('}') else { break };
        if !before.ends_with('$') && !name.is_empty() {
            names.push(name.to_owned());
        }
        rest = behind;
    }
    names
}

/// Headers that a description may not set, and those that a profile may not.
fn is_sent(name: &str) -> bool {
    const NOT: [&str; 6] =
        ["accept", "content-type", "authorization", "content-length", "connection", "transfer-encoding"];
    is_token(name) && !NOT.contains(&name.to_ascii_lowercase().as_str())
}

/// What a parameter or a media type gives as an example.
fn example<'n>(document: &Document<'n>, node: &'n Node) -> Option<Json> {
    let several = || {
        let (_, first) = member(node, "examples").into_iter().flat_map(entries).next()?;
        member(document.resolved(first), "value")
    };
    member(node, "example").or_else(several).map(to_json)
}

fn parameter_value<'n>(document: &Document<'n>, parameter: &'n Node) -> Json {
    example(document, parameter).unwrap_or_else(|| {
        let schema = member(parameter, "schema");
        // A parameter with `content` has one media type.
        let content = || member(parameter, "content").into_iter().flat_map(entries).next().map(|(_, media)| media);
        match schema {
            Some(schema) => schema::value(document, schema),
            None => content().map_or(Json::Null, |media| media_value(document, media)),
        }
    })
}

fn media_value<'n>(document: &Document<'n>, media: &'n Node) -> Json {
    let made = || member(media, "schema").map_or(Json::Null, |schema| schema::value(document, schema));
    example(document, media).unwrap_or_else(made)
}

/// A value as text: of a list its first items, of an object its JSON.
fn plain(value: &Json) -> String {
    match value {
        Json::Null => String::new(),
        Json::String(text) => text.clone(),
        Json::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    }
}

/// A parameter of the query: a list repeats it.
fn pairs(name: &str, value: &Json) -> Vec<String> {
    let one = |value: &Json| format!("{}={}", encoded(name), encoded(&plain(value)));
    match value {
        Json::Array(items) => items.iter().map(one).collect(),
        other => vec![one(other)],
    }
}

fn one_line(text: &str) -> String {
    text.replace(['\r', '\n', '\0'], " ")
}
