//! Access to the members of a file: what is missing or of another kind is an error with its position.

use std::cell::RefCell;

use serde_json::Value as Json;

use crate::profile::{
    diagnostic::{Diagnostic, Position},
    node::{Node, Yaml},
};

/// Errors of a file.
#[derive(Debug, Default)]
pub(super) struct Errors(RefCell<Vec<Diagnostic>>);

impl Errors {
    pub(super) fn add(&self, position: Position, message: impl Into<String>, hint: Option<&str>) {
        let hint = hint.map(str::to_owned);
        self.0.borrow_mut().push(Diagnostic { position, message: message.into(), hint });
    }

    pub(super) fn result<T>(self, value: T) -> Result<T, Vec<Diagnostic>> {
        let errors = self.0.into_inner();
        if errors.is_empty() { Ok(value) } else { Err(errors) }
    }

    /// A member that must be there.
    pub(super) fn need<'n>(&self, node: &'n Node, key: &str, what: &str) -> Option<&'n Node> {
        let found = member(node, key);
        if found.is_none() {
            let message = match node.value {
                Yaml::Map(_) => format!("{what} has no `{key}`"),
                _ => format!("{what} must be a map with `{key}`, not {}", node.describe()),
            };
            self.add(node.position, message, None);
        }
        found
    }

    /// A text that must be there.
    pub(super) fn need_text<'n>(&self, node: &'n Node, key: &str, what: &str) -> Option<&'n str> {
        let found = self.need(node, key, what)?;
        let text = found.scalar();
        if text.is_none() {
            self.add(found.position, format!("`{key}` of {what} must be a text, not {}", found.describe()), None);
        }
        text
    }

    /// A list that must be there.
    pub(super) fn need_list<'n>(&self, node: &'n Node, key: &str, what: &str) -> &'n [Node] {
        let Some(found) = self.need(node, key, what) else { return &[] };
        if let Yaml::List(items) = &found.value {
            return items;
        }
        self.add(found.position, format!("`{key}` of {what} must be a list, not {}", found.describe()), None);
        &[]
    }
}

/// A member that is there and not null.
pub(super) fn member<'n>(node: &'n Node, key: &str) -> Option<&'n Node> {
    node.get_exactly(key).filter(|node| !node.is_null())
}

/// The text of a member.
pub(super) fn text<'n>(node: &'n Node, key: &str) -> Option<&'n str> {
    member(node, key)?.scalar()
}

/// The items of a list; none of anything else.
pub(super) fn items<'n>(node: &'n Node, key: &str) -> &'n [Node] {
    match member(node, key).map(|node| &node.value) {
        Some(Yaml::List(items)) => items,
        _ => &[],
    }
}

/// The names and values of a map; none of anything else.
pub(super) fn entries(node: &Node) -> impl Iterator<Item = (&Node, &Node)> {
    let pairs: &[(Node, Node)] = match &node.value {
        Yaml::Map(pairs) => pairs,
        _ => &[],
    };
    pairs.iter().map(|(key, value)| (key, value))
}

/// Whether it is the plain word `true`.
pub(super) fn is_true(node: &Node, key: &str) -> bool {
    member(node, key).is_some_and(|node| node.is_plain() && node.scalar() == Some("true"))
}

/// The value as JSON: plain scalars that are JSON have its types.
pub(super) fn to_json(node: &Node) -> Json {
    match &node.value {
        Yaml::Scalar { .. } if node.is_null() => Json::Null,
        Yaml::Scalar { text, plain: true } => match serde_json::from_str(text) {
            Ok(value @ (Json::Bool(_) | Json::Number(_))) => value,
            _ => text.as_str().into(),
        },
        Yaml::Scalar { text, .. } => text.as_str().into(),
        Yaml::List(items) => items.iter().map(to_json).collect(),
        Yaml::Map(pairs) => {
            let entries = pairs.iter().filter_map(|(key, value)| Some((key.scalar()?.to_owned(), to_json(value))));
            Json::Object(entries.collect())
        }
    }
}
