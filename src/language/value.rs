//! Values: those of JSON, with integers kept exact. A clone copies at most a pointer.

use std::sync::Arc;

/// A value of a profile's variable.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Value {
    /// Never set, or not found.
    #[default]
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number without a fraction.
    Int(i64),
    /// Any other number.
    Float(f64),
    /// A string.
    Text(Arc<str>),
    /// An array.
    List(Arc<[Value]>),
    /// Names and values, in order of insertion.
    Map(Arc<[(Arc<str>, Value)]>),
}

impl Value {
    /// The value of a key of a map, or at a position (also as text) of a list.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Self> {
        match self {
            Self::Map(entries) => entries.iter().find(|(name, _)| &**name == key).map(|(_, value)| value),
            Self::List(_) => self.at(key.parse().ok()?),
            _ => None,
        }
    }

    /// The value at a position of a list; negative positions count from the end.
    #[must_use]
    pub fn at(&self, index: i64) -> Option<&Self> {
        let Self::List(items) = self else { return None };
        let index = if index < 0 { index.checked_add(i64::try_from(items.len()).ok()?)? } else { index };
        items.get(usize::try_from(index).ok()?)
    }

    /// Whether it is true as a condition: everything but null, false, zero and empty values.
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

impl Value {
    /// A plain scalar by YAML's core schema: a number, a boolean, or a text.
    #[must_use]
    pub fn of_plain(text: &str) -> Self {
        match serde_json::from_str(text) {
            Ok(serde_json::Value::Number(number)) => Self::from(&serde_json::Value::Number(number)),
            Ok(serde_json::Value::Bool(truth)) => Self::Bool(truth),
            _ => Self::from(text),
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
                // Beyond a signed 64-bit integer: as text it keeps all its digits.
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

impl From<u64> for Value {
    /// A count; beyond a signed 64-bit integer it stays at the largest.
    fn from(count: u64) -> Self {
        Self::Int(i64::try_from(count).unwrap_or(i64::MAX))
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

#[cfg(test)]
mod tests;
