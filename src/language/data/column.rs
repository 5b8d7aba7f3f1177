//! Types of the columns of a table: text, as CSV has it, unless the author gives another one.

use super::super::{Value, expression::Number};

/// The type of all cells of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum ColumnType {
    /// As written.
    #[default]
    Text,
    /// A number; an empty cell is null.
    Number,
    /// `true` or `false`; an empty cell is null.
    Boolean,
}

impl ColumnType {
    /// The names of the types.
    pub(crate) const ALL: [(&str, Self); 3] =
        [("text", Self::Text), ("number", Self::Number), ("boolean", Self::Boolean)];

    pub(super) fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, known)| *known == self).map_or("text", |(name, _)| name)
    }

    /// A cell as a value of this type, if it is one.
    pub(super) fn value(self, cell: &str) -> Option<Value> {
        if self == Self::Text {
            return Some(Value::from(cell));
        }
        match (self, cell.trim()) {
            (_, "") => Some(Value::Null),
            (Self::Boolean, cell) if cell.eq_ignore_ascii_case("true") => Some(Value::Bool(true)),
            (Self::Boolean, cell) if cell.eq_ignore_ascii_case("false") => Some(Value::Bool(false)),
            (Self::Boolean, _) => None,
            // An integer with more digits than a number holds would silently become another one.
            (_, cell) if cell.bytes().all(|c| c.is_ascii_digit() || c == b'-') => cell.parse().ok().map(Value::Int),
            (_, cell) => Number::of(&Value::from(cell))?.value(),
        }
    }
}

#[cfg(test)]
mod tests;
