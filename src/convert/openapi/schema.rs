//! A value for a schema: its example, or the least that it allows.

use serde_json::{Value as Json, json};

use super::document::Document;
use crate::{
    convert::fields::{entries, is_true, items, member, text, to_json},
    profile::node::{Node, Yaml},
};

const MAX_DEPTH: usize = 8;
/// Members of an object that requires none.
const MAX_MEMBERS: usize = 20;

/// A value that fits a schema.
pub(super) fn value<'n>(document: &Document<'n>, schema: &'n Node) -> Json {
    made(document, schema, 0)
}

fn made<'n>(document: &Document<'n>, schema: &'n Node, depth: usize) -> Json {
    if depth > MAX_DEPTH {
        return Json::Null;
    }
    let schema = document.resolved(schema);
    if let Some(given) = given(schema) {
        return given;
    }
    if let [first, rest @ ..] = items(schema, "allOf") {
        let mut whole = made(document, first, depth + 1);
        for part in rest {
            merge(&mut whole, made(document, part, depth + 1));
        }
        if member(schema, "properties").is_some() {
            merge(&mut whole, object(document, schema, depth));
        }
        return whole;
    }
    let mut alternatives = ["oneOf", "anyOf"].iter().flat_map(|key| items(schema, key));
    let is_null = |node: &&Node| text(node, "type") == Some("null");
    if let Some(first) = alternatives.find(|node| !is_null(node)) {
        return made(document, first, depth + 1);
    }
    match kind(schema) {
        "string" => string(schema).into(),
        "integer" | "number" => number(schema),
        "boolean" => true.into(),
        "array" => array(document, schema, depth),
        "object" => object(document, schema, depth),
        _ => Json::Null,
    }
}

/// What the description itself gives: an example, a default, the first of several values.
fn given(schema: &Node) -> Option<Json> {
    ["example", "default", "const"]
        .iter()
        .find_map(|key| member(schema, key))
        .or_else(|| ["enum", "examples"].iter().find_map(|key| items(schema, key).first()))
        .map(to_json)
        .filter(|value| !value.is_null())
}

/// The type; of several the first that is not null.
fn kind(schema: &Node) -> &str {
    let named = match member(schema, "type").map(|node| &node.value) {
        Some(Yaml::Scalar { text, .. }) => Some(text.as_str()),
        Some(Yaml::List(kinds)) => kinds.iter().filter_map(Node::scalar).find(|kind| *kind != "null"),
        _ => None,
    };
    let implied = || {
        let has = |key: &str| member(schema, key).is_some();
        if has("properties") {
            "object"
        } else if has("items") {
            "array"
        } else {
            ""
        }
    };
    named.unwrap_or_else(implied)
}

fn string(schema: &Node) -> String {
    let fixed = match text(schema, "format").unwrap_or_default() {
        "date" => "2026-01-31",
        "date-time" => "2026-01-31T12:00:00Z",
        "time" => "12:00:00Z",
        "email" => "user@example.com",
        "uuid" => "3fa85f64-5717-4562-b3fc-2c963f66afa6",
        "uri" | "url" => "https://example.com/",
        "hostname" => "example.com",
        "ipv4" => "192.0.2.1",
        "ipv6" => "2001:db8::1",
        "byte" => "dGV4dA==",
        _ => "",
    };
    if !fixed.is_empty() {
        return fixed.to_owned();
    }
    let limit = |key: &str| text(schema, key).and_then(|text| text.parse::<usize>().ok());
    let mut made = "text".to_owned();
    while made.len() < limit("minLength").unwrap_or(0).min(256) {
        made.push('x');
    }
    made.truncate(limit("maxLength").unwrap_or(usize::MAX));
    made
}

fn number(schema: &Node) -> Json {
    let limit = |key: &str| member(schema, key).map(to_json).filter(Json::is_number);
    let next = |value: Json| value.as_i64().and_then(|value| value.checked_add(1)).map_or(value, Json::from);
    let least = limit("minimum").map(|least| if is_true(schema, "exclusiveMinimum") { next(least) } else { least });
    let least = least.or_else(|| limit("exclusiveMinimum").map(next));
    let most = || limit("maximum").filter(|most| most.as_f64().is_some_and(|most| most < 1.0));
    least.or_else(|| limit("multipleOf")).or_else(most).unwrap_or_else(|| json!(1))
}

fn array<'n>(document: &Document<'n>, schema: &'n Node, depth: usize) -> Json {
    let Some(item) = member(schema, "items") else { return json!([]) };
    let item = made(document, item, depth + 1);
    if item.is_null() { json!([]) } else { json!([item]) }
}

/// What an object requires; of one that requires nothing all that a client may write.
fn object<'n>(document: &Document<'n>, schema: &'n Node, depth: usize) -> Json {
    let required: Vec<&str> = items(schema, "required").iter().filter_map(Node::scalar).collect();
    let properties = member(schema, "properties").into_iter().flat_map(entries);
    let wanted = properties.filter_map(|(name, property)| {
        let name = name.scalar()?;
        let is_written = !is_true(document.resolved(property), "readOnly");
        (is_written && (required.is_empty() || required.contains(&name))).then_some((name, property))
    });
    let members = wanted.take(MAX_MEMBERS.max(required.len()));
    let made = members.map(|(name, property)| (name.to_owned(), made(document, property, depth + 1)));
    // What is optional and too deep to be made is left out.
    Json::Object(made.filter(|(name, value)| !value.is_null() || required.contains(&name.as_str())).collect())
}

fn merge(whole: &mut Json, part: Json) {
    match (whole, part) {
        (Json::Object(whole), Json::Object(part)) => whole.extend(part),
        (whole, part) if whole.is_null() => *whole = part,
        _ => {}
    }
}
