//! As much of JSON Schema as the schema of profiles uses; another word in it is a panic.

use std::{fs, path::Path};

use loadagent::profile::node::{self, Node, Yaml};
use regex::Regex;
use serde_json::{Map, Value};

/// The profiles of this repository, with their names.
pub(crate) fn profiles() -> Vec<(String, String)> {
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("profiles")];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|kind| kind == "yaml") {
                found.push((path.display().to_string(), fs::read_to_string(&path).unwrap()));
            }
        }
    }
    found
}

/// YAML as JSON, as editors see it.
pub(crate) fn json(text: &str) -> Value {
    fn value(node: &Node) -> Value {
        match &node.value {
            Yaml::List(items) => items.iter().map(value).collect(),
            Yaml::Map(pairs) => {
                let pairs = pairs.iter().map(|(key, of)| (key.scalar().unwrap().to_owned(), value(of)));
                Value::Object(pairs.collect::<Map<_, _>>())
            }
            Yaml::Scalar { .. } if node.is_null() => Value::Null,
            Yaml::Scalar { text, plain: true } => serde_json::from_str(text)
                .ok()
                .filter(|value: &Value| !value.is_string() && !value.is_array())
                .unwrap_or_else(|| text.as_str().into()),
            Yaml::Scalar { text, .. } => text.as_str().into(),
        }
    }
    value(&node::parse(text).unwrap())
}

/// Where a value does not fit, innermost places first.
pub(crate) fn faults(root: &Value, value: &Value) -> Vec<String> {
    check(root, root, value, "")
}

fn check(root: &Value, schema: &Value, value: &Value, at: &str) -> Vec<String> {
    let mut faults = Vec::new();
    for (word, of) in schema.as_object().unwrap() {
        match word.as_str() {
            "$ref" => {
                let defs = root.pointer(of.as_str().unwrap().strip_prefix('#').unwrap()).unwrap();
                faults.extend(check(root, defs, value, at));
            }
            "type" => {
                let types = if let Value::Array(types) = of { types.clone() } else { vec![of.clone()] };
                if !types.iter().any(|word| is(value, word.as_str().unwrap())) {
                    faults.push(format!("{at}: {value} is not of type {of}"));
                }
            }
            "const" if value != of => faults.push(format!("{at}: {value} is not {of}")),
            "enum" if !of.as_array().unwrap().contains(value) => faults.push(format!("{at}: {value} is not in {of}")),
            "minimum" if value.as_f64().is_some_and(|it| it < of.as_f64().unwrap()) => {
                faults.push(format!("{at}: {value} < {of}"));
            }
            "maximum" if value.as_f64().is_some_and(|it| it > of.as_f64().unwrap()) => {
                faults.push(format!("{at}: {value} > {of}"));
            }
            "minItems" if value.as_array().is_some_and(|it| (it.len() as u64) < of.as_u64().unwrap()) => {
                faults.push(format!("{at}: too short"));
            }
            // The rest of words: what a value fulfils, and what is no demand.
            "const"
            | "enum"
            | "minimum"
            | "maximum"
            | "minItems"
            | "$schema"
            | "$defs"
            | "title"
            | "description"
            | "patternProperties"
            | "additionalProperties" => {}
            "pattern" => {
                if value.as_str().is_some_and(|text| !Regex::new(of.as_str().unwrap()).unwrap().is_match(text)) {
                    faults.push(format!("{at}: {value} does not match {of}"));
                }
            }
            "items" => {
                for (place, item) in value.as_array().into_iter().flatten().enumerate() {
                    faults.extend(check(root, of, item, &format!("{at}/{place}")));
                }
            }
            "required" => {
                for key in of.as_array().unwrap() {
                    if value.as_object().is_some_and(|map| !map.contains_key(key.as_str().unwrap())) {
                        faults.push(format!("{at}: needs {key}"));
                    }
                }
            }
            "anyOf" => {
                let all: Vec<_> = of.as_array().unwrap().iter().map(|one| check(root, one, value, at)).collect();
                if all.iter().all(|faults| !faults.is_empty()) {
                    faults.extend(all.into_iter().min_by_key(Vec::len).unwrap());
                }
            }
            "properties" => {
                for (key, inner) in value.as_object().into_iter().flatten() {
                    faults.extend(property(root, schema, key, inner, &format!("{at}/{key}")));
                }
            }
            other => panic!("`{other}` is not known to this validator"),
        }
    }
    if let (Some(of), None) = (schema.get("additionalProperties"), schema.get("properties")) {
        for (key, inner) in value.as_object().into_iter().flatten() {
            faults.extend(check(root, of, inner, &format!("{at}/{key}")));
        }
    }
    faults
}

fn property(root: &Value, schema: &Value, key: &str, value: &Value, at: &str) -> Vec<String> {
    let patterns = schema["patternProperties"].as_object().into_iter().flatten();
    let by_pattern = patterns.filter(|(pattern, _)| Regex::new(pattern).unwrap().is_match(key)).map(|(_, of)| of);
    let all: Vec<&Value> = schema["properties"].get(key).into_iter().chain(by_pattern).collect();
    if all.is_empty() {
        return vec![format!("{at} is not known")];
    }
    all.into_iter().flat_map(|of| check(root, of, value, at)).collect()
}

fn is(value: &Value, word: &str) -> bool {
    match word {
        "string" => value.is_string(),
        "number" => value.is_number(),
        "integer" => value.is_u64() || value.is_i64(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("`{other}` is no type"),
    }
}
