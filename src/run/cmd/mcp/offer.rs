//! What an MCP server offers. All of it comes from outside, and is bounded.

use serde_json::{Value as Json, json};

use crate::language::Value;

/// Most items of a kind that are listed.
const MAX_ITEMS: usize = 1_000;
/// Longest description.
const MAX_ABOUT: usize = 80;
/// How deep arguments are made.
const MAX_DEPTH: usize = 4;

/// Tools, resources and prompts.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Offer {
    pub(super) tools: Vec<Item>,
    pub(super) resources: Vec<Item>,
    pub(super) prompts: Vec<Item>,
}

/// One of them.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Item {
    /// The name; of a resource the URI.
    pub(super) name: String,
    /// The first line of its description.
    pub(super) about: String,
    /// Arguments that fit it; null without any.
    pub(super) arguments: Json,
    /// Whether it says that it changes nothing.
    pub(super) is_read_only: bool,
}

impl Offer {
    /// The offer in the variables that the listing set.
    pub(super) fn read<'v>(variable: impl Fn(&str) -> Option<&'v Value>) -> Self {
        let items = |name: &str, read: fn(&Value) -> Option<Item>| {
            let items = match variable(name) {
                Some(Value::List(items)) => &items[..],
                _ => &[],
            };
            items.iter().filter_map(read).take(MAX_ITEMS).collect()
        };
        Self { tools: items("tools", tool), resources: items("resources", resource), prompts: items("prompts", prompt) }
    }
}

fn tool(tool: &Value) -> Option<Item> {
    let arguments = tool.get("inputSchema").map_or(Json::Null, |schema| made(schema, 0));
    let is_read_only = tool.get("annotations").and_then(|notes| notes.get("readOnlyHint")) == Some(&Value::Bool(true));
    let arguments =
        if arguments.as_object().is_some_and(|members| !members.is_empty()) { arguments } else { Json::Null };
    Some(Item { name: text(tool, "name")?, about: about(tool), arguments, is_read_only })
}

fn resource(resource: &Value) -> Option<Item> {
    Some(Item { name: text(resource, "uri")?, about: about(resource), arguments: Json::Null, is_read_only: true })
}

fn prompt(prompt: &Value) -> Option<Item> {
    let needed = match prompt.get("arguments") {
        Some(Value::List(arguments)) => arguments
            .iter()
            .filter(|argument| argument.get("required") == Some(&Value::Bool(true)))
            .filter_map(|argument| Some((text(argument, "name")?, Json::from("text"))))
            .collect(),
        _ => serde_json::Map::new(),
    };
    let arguments = if needed.is_empty() { Json::Null } else { Json::Object(needed) };
    Some(Item { name: text(prompt, "name")?, about: about(prompt), arguments, is_read_only: true })
}

fn text(value: &Value, member: &str) -> Option<String> {
    match value.get(member) {
        Some(Value::Text(text)) => Some(text.to_string()),
        _ => None,
    }
}

fn about(item: &Value) -> String {
    let about = text(item, "description").or_else(|| text(item, "title")).unwrap_or_default();
    about.lines().next().unwrap_or_default().chars().take(MAX_ABOUT).collect()
}

/// A value that fits a JSON Schema: what it requires, and nothing else.
fn made(schema: &Value, depth: usize) -> Json {
    let first = |list: Option<&Value>| list.and_then(|list| list.at(0)).map(json_of);
    let given = schema.get("const").or_else(|| schema.get("default")).map(json_of);
    if let Some(given) = given.or_else(|| first(schema.get("enum"))).or_else(|| first(schema.get("examples"))) {
        return given;
    }
    let alternatives = schema.get("anyOf").or_else(|| schema.get("oneOf")).and_then(|list| list.at(0));
    if let Some(alternative) = alternatives.filter(|_| depth < MAX_DEPTH) {
        return made(alternative, depth + 1);
    }
    let kind = match schema.get("type") {
        Some(Value::List(kinds)) => kinds.first(),
        kind => kind,
    };
    match kind {
        Some(Value::Text(kind)) => match &**kind {
            "string" => "text".into(),
            "integer" | "number" => schema.get("minimum").map_or(json!(1), json_of),
            "boolean" => true.into(),
            "array" => json!([]),
            "object" if depth < MAX_DEPTH => object(schema, depth),
            "object" => json!({}),
            _ => Json::Null,
        },
        _ => Json::Null,
    }
}

fn object(schema: &Value, depth: usize) -> Json {
    let Some(Value::List(required)) = schema.get("required") else { return json!({}) };
    let members = required.iter().filter_map(|name| {
        let Value::Text(name) = name else { return None };
        let schema = schema.get("properties").and_then(|properties| properties.get(name));
        Some((name.to_string(), schema.map_or(Json::Null, |schema| made(schema, depth + 1))))
    });
    Json::Object(members.collect())
}

fn json_of(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Bool(truth) => (*truth).into(),
        Value::Int(number) => (*number).into(),
        Value::Float(number) => (*number).into(),
        Value::Text(text) => Json::from(&**text),
        Value::List(items) => items.iter().map(json_of).collect(),
        Value::Map(entries) => {
            Json::Object(entries.iter().map(|(name, value)| (name.to_string(), json_of(value))).collect())
        }
    }
}

#[cfg(test)]
mod tests;
