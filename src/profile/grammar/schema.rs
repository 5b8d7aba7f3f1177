//! The JSON Schema (draft 2020-12) of profiles, for editors.
//!
//! It allows the usual spellings of a key (`startTime`, `start_time`, `start-time`); the readers ignore case.

use serde_json::{Map, Value, json};

use super::{EXECUTORS, Key, SECTIONS, Section, Type};
use crate::profile::{
    document::PROFILE,
    flow::{self, StepDefinition},
    scenario::{SCENARIO, shortcut::LOAD},
};

/// Any scalar can be computed from `vars`.
const COMPUTED: &str = r"\$\{";

/// The schema, as it is committed in `profiles/schema.json`.
#[must_use]
pub fn schema() -> Value {
    // A file that others include needs neither a flow nor scenarios.
    let profile = of_section(&PROFILE);
    let mut defs = Map::new();
    for section in SECTIONS.iter().filter(|section| section.name != PROFILE.name) {
        defs.insert(section.name.to_owned(), of_section(section));
    }
    defs.insert("scenarios".to_owned(), json!({"type": "object", "additionalProperties": scenario()}));
    let steps: Vec<Value> = flow::words().map(|(word, kind)| step(kind, word)).collect();
    defs.insert("steps".to_owned(), json!({"type": "array", "minItems": 1, "items": {"anyOf": steps}}));
    let mut schema = Map::new();
    schema.insert("$schema".to_owned(), json!("https://json-schema.org/draft/2020-12/schema"));
    schema.insert("title".to_owned(), json!("loadagent profile"));
    if let Value::Object(profile) = profile {
        schema.extend(profile);
    }
    schema.insert("$defs".to_owned(), Value::Object(defs));
    Value::Object(schema)
}

fn of_section(section: &Section) -> Value {
    object(section.about, section.all_keys())
}

/// A scenario with a load shortcut or a share, or with an executor and its options.
fn scenario() -> Value {
    let shortcut = object(SCENARIO.about, SCENARIO.all_keys().chain(LOAD.own_keys()));
    let executors = EXECUTORS.iter().map(|executor| {
        let options = &executor.options;
        let mut scenario = object(options.about, SCENARIO.all_keys().chain(options.own_keys()));
        scenario["properties"]["executor"] = json!({"const": options.name, "description": options.about});
        if let Some(required) = scenario["required"].as_array_mut() {
            required.push(json!("executor"));
        }
        scenario
    });
    json!({"anyOf": std::iter::once(shortcut).chain(executors).collect::<Vec<_>>()})
}

fn step(kind: &StepDefinition, word: &str) -> Value {
    let mut step = object(kind.about, kind.keys());
    step["properties"][word] = described(of_type(kind.value), kind.about);
    let required = step["required"].as_array().cloned().unwrap_or_default();
    step["required"] = std::iter::once(json!(word)).chain(required).collect();
    step
}

/// A map with these keys and no others.
fn object(about: &str, keys: impl Iterator<Item = &'static Key> + Clone) -> Value {
    let (mut properties, mut spellings) = (Map::new(), Map::new());
    for key in keys.clone() {
        let value = described(of_type(key.value), key.about);
        if let Some(spelling) = spelling(key.name) {
            spellings.insert(spelling, value.clone());
        }
        properties.insert(key.name.to_owned(), value);
    }
    let required: Vec<&str> = keys.filter(|key| key.required).map(|key| key.name).collect();
    json!({
        "type": "object",
        "description": about,
        "properties": properties,
        "patternProperties": spellings,
        "additionalProperties": false,
        "required": required,
    })
}

fn described(mut schema: Value, about: &str) -> Value {
    schema["description"] = json!(about);
    schema
}

/// A duration, or the start of a range. Only 0 needs no unit.
const DURATION: &str = r"^(0(\.\.|$)|[0-9.]+ *(ns|us|µs|μs|ms|s|m|h|d))";

fn of_type(value: Type) -> Value {
    let written = |pattern: &str| json!({"type": "string", "pattern": format!("{COMPUTED}|{pattern}")});
    let either = |one: Value, pattern: &str| json!({"anyOf": [one, written(pattern)]});
    match value {
        Type::Text => json!({"type": ["string", "number", "boolean", "null"]}),
        Type::Count => either(json!({"type": "integer", "minimum": 0}), "^[0-9]+$"),
        Type::Boolean => either(json!({"type": "boolean"}), "^(true|false|yes|no|on|off)$"),
        Type::Number => either(json!({"type": "number", "minimum": 0}), "^[0-9.]"),
        Type::Duration | Type::Pause => either(json!({"const": 0}), DURATION),
        Type::Condition => json!({"type": ["string", "number", "boolean"]}),
        Type::Word(words) => {
            // `version: 2` is a number to YAML.
            let read = words.iter().filter_map(|word| serde_json::from_str::<Value>(word).ok());
            either(json!({"enum": words.iter().map(|word| json!(word)).chain(read).collect::<Vec<_>>()}), "^$")
        }
        Type::Status => {
            let status = json!({"type": "integer", "minimum": 100, "maximum": 999});
            either(status, r"^([1-9]xx|[0-9]{3}(\.\.[0-9]{3})?)$")
        }
        Type::Any => json!({}),
        Type::Steps => json!({"$ref": "#/$defs/steps"}),
        Type::Scenarios => json!({"$ref": "#/$defs/scenarios"}),
        Type::Map(section) => json!({"$ref": format!("#/$defs/{}", section.name)}),
        Type::Names(of) => json!({"type": "object", "additionalProperties": of_type(*of)}),
        Type::List(of) => json!({"type": "array", "items": of_type(*of)}),
        Type::Several(of) => json!({"anyOf": [of_type(*of), {"type": "array", "items": of_type(*of)}]}),
        Type::Either(types) => json!({"anyOf": types.iter().map(|of| of_type(*of)).collect::<Vec<_>>()}),
    }
}

/// A pattern for the other spellings of a key of several words.
fn spelling(name: &str) -> Option<String> {
    let several = name.chars().skip(1).any(|c| c == '_' || c.is_ascii_uppercase());
    let mut pattern = String::from("^");
    let mut begins = false;
    for (at, c) in name.chars().enumerate() {
        if c == '_' {
            begins = true;
        } else if begins || (at > 0 && c.is_ascii_uppercase()) {
            let (upper, lower) = (c.to_ascii_uppercase(), c.to_ascii_lowercase());
            pattern.push_str(&format!("[_-]?[{upper}{lower}]"));
            begins = false;
        } else {
            pattern.push(c);
        }
    }
    several.then(|| pattern + "$")
}
