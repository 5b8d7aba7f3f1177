//! Values: what JSON has, whole numbers kept whole. Cloning one copies at most a pointer.

use std::sync::Arc;

/// A value of a profile's variable.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Value {
    /// Nothing: never set, or not found.
    #[default]
    Null,
    /// True or false.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// Any other number.
    Float(f64),
    /// Text.
    Text(Arc<str>),
    /// Values in order.
    List(Arc<[Value]>),
    /// Names and values, in the order in which they came.
    Map(Arc<[(Arc<str>, Value)]>),
}

impl Value {
    /// The value under a name of a map, or under a number (also as text) of a list.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Self> {
        match self {
            Self::Map(entries) => entries.iter().find(|(name, _)| &**name == key).map(|(_, value)| value),
            Self::List(_) => self.at(key.parse().ok()?),
            _ => None,
        }
    }

    /// The value at a position of a list; negative ones count from the end.
    #[must_use]
    pub fn at(&self, index: i64) -> Option<&Self> {
        let Self::List(items) = self else { return None };
        let index = if index < 0 { index.checked_add(i64::try_from(items.len()).ok()?)? } else { index };
        items.get(usize::try_from(index).ok()?)
    }

    /// Whether a condition takes it as true: everything but null, false, zero and what is empty.
    #[must_use]
    pub fn holds(&self) -> bool {
        match self {
            Self::Null => false,
            Self::Bool(truth) => *truth,
            Self::Int(number) => *number != 0,
            Self::Float(number) => *number != 0.0 && !number.is_nan(),
            Self::Text(text) => !text.is_empty(),
            Self::List(items) => !items.is_empty(),
            Self::Map(entries) => !entries.is_empty(),
        }
    }
}

impl From<&serde_json::Value> for Value {
    fn from(json: &serde_json::Value) -> Self {
        use serde_json::Value as Json;
        match json {
            Json::Null => Self::Null,
            Json::Bool(truth) => Self::Bool(*truth),
            Json::Number(number) => match (number.as_i64(), number.as_f64()) {
                (Some(whole), _) => Self::Int(whole),
                // Whole, but beyond 64 bits signed: as text it keeps all its digits.
                (None, _) if number.is_u64() => Self::Text(number.to_string().into()),
                (None, float) => float.map_or(Self::Null, Self::Float),
            },
            Json::String(text) => Self::Text(text.as_str().into()),
            Json::Array(items) => Self::List(items.iter().map(Self::from).collect()),
            Json::Object(entries) => {
                Self::Map(entries.iter().map(|(name, value)| (name.as_str().into(), Self::from(value))).collect())
            }
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_keeps_its_whole_numbers_and_its_order() {
        let json: serde_json::Value =
            serde_json::from_str(r#"{"b": [1, 2.5, 18446744073709551615], "a": {"x": null}}"#).unwrap();
        let value = Value::from(&json);
        assert_eq!(value.get("b").and_then(|list| list.at(0)), Some(&Value::Int(1)));
        assert_eq!(value.get("b").and_then(|list| list.at(-1)), Some(&Value::from("18446744073709551615")));
        assert_eq!(value.get("b").and_then(|list| list.get("1")), Some(&Value::Float(2.5)));
        assert_eq!(value.get("a").and_then(|map| map.get("x")), Some(&Value::Null));
        assert_eq!(value.get("c"), None);
        assert!(value.holds() && !Value::from("").holds() && !Value::Float(0.0).holds());
    }
}
