//! Profiles as JSON, as an editor hands them to a validator.

use std::{fs, path::Path};

use jsonschema::Validator;
use loadagent::testing::profile::{
    grammar::schema::schema,
    node::{self, Node, Yaml},
};
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

/// A validator of the schema that the table derives.
pub(crate) fn validator() -> Validator {
    jsonschema::validator_for(&schema()).unwrap()
}

/// Where a profile does not fit the schema.
pub(crate) fn errors(validator: &Validator, text: &str) -> Vec<String> {
    let value = json(&node::parse(text).unwrap());
    validator.iter_errors(&value).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

fn json(node: &Node) -> Value {
    match &node.value {
        Yaml::List(items) => items.iter().map(json).collect(),
        Yaml::Map(pairs) => {
            let pairs = pairs.iter().map(|(key, of)| (key.scalar().unwrap().to_owned(), json(of)));
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
