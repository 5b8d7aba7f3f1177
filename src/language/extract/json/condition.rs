//! Evaluates conditions of filters (RFC 9535, section 2.3.5).

use std::{borrow::Cow, cmp::Ordering};

use super::{
    super::super::Value,
    path::{Condition, Operand, Query, Relation},
    select::Search,
};

impl<'v> Search<'v> {
    pub(super) fn holds(&self, condition: &Condition, at: &'v Value) -> bool {
        match condition {
            Condition::Either(parts) => parts.iter().any(|part| self.holds(part, at)),
            Condition::Both(parts) => parts.iter().all(|part| self.holds(part, at)),
            Condition::Not(part) => !self.holds(part, at),
            Condition::Exists(query) => !self.nodes(query, at).is_empty(),
            Condition::Compare(left, relation, right) => {
                self.relates(self.value(left, at).as_deref(), *relation, self.value(right, at).as_deref())
            }
            Condition::Matches(operand, regex) => match self.value(operand, at).as_deref() {
                Some(Value::Text(text)) => self.spend(text.len()) && regex.is_match(text),
                _ => false,
            },
        }
    }

    fn nodes(&self, query: &Query, at: &'v Value) -> Vec<&'v Value> {
        self.all(&query.segments, if query.top { self.top } else { at })
    }

    /// One side of a comparison; `None` is the standard's "Nothing".
    fn value<'o>(&self, operand: &'o Operand, at: &'v Value) -> Option<Cow<'o, Value>>
    where
        'v: 'o,
    {
        match operand {
            Operand::Literal(value) => Some(Cow::Borrowed(value)),
            Operand::One(query) => self.nodes(query, at).first().copied().map(Cow::Borrowed),
            Operand::Only(query) => match self.nodes(query, at).as_slice() {
                [one] => Some(Cow::Borrowed(*one)),
                _ => None,
            },
            Operand::Count(query) => Some(Cow::Owned(Value::from(self.nodes(query, at).len() as u64))),
            Operand::Length(inside) => {
                let length = match self.value(inside, at)?.as_ref() {
                    Value::Text(text) if self.spend(text.len()) => text.chars().count(),
                    Value::List(items) => items.len(),
                    Value::Map(entries) => entries.len(),
                    _ => return None,
                };
                Some(Cow::Owned(Value::from(length as u64)))
            }
        }
    }

    fn relates(&self, left: Option<&Value>, relation: Relation, right: Option<&Value>) -> bool {
        let same = || match (left, right) {
            (Some(left), Some(right)) => self.same(left, right),
            (left, right) => left.is_none() && right.is_none(),
        };
        let order = || order(left?, right?);
        match relation {
            Relation::Equal => same(),
            Relation::Unequal => !same(),
            Relation::Less => order() == Some(Ordering::Less),
            Relation::Greater => order() == Some(Ordering::Greater),
            Relation::LessOrEqual => order() == Some(Ordering::Less) || same(),
            Relation::GreaterOrEqual => order() == Some(Ordering::Greater) || same(),
        }
    }

    /// Equal as JSON: 1 equals 1.0, and the order of a map's names doesn't matter.
    fn same(&self, left: &Value, right: &Value) -> bool {
        match (left, right) {
            (Value::List(left), Value::List(right)) => {
                left.len() == right.len()
                    && left.iter().zip(&**right).all(|(left, right)| self.spend(1) && self.same(left, right))
            }
            (Value::Map(left), Value::Map(entries)) => {
                left.len() == entries.len()
                    && left.iter().all(|(name, left)| {
                        self.spend(entries.len()) && right.get(name).is_some_and(|right| self.same(left, right))
                    })
            }
            (Value::Int(_) | Value::Float(_), Value::Int(_) | Value::Float(_)) => {
                order(left, right) == Some(Ordering::Equal)
            }
            _ => left == right,
        }
    }
}

/// Only numbers and texts have an order.
fn order(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::Text(left), Value::Text(right)) => Some(left.cmp(right)),
        (Value::Int(left), Value::Int(right)) => Some(left.cmp(right)),
        _ => number(left)?.partial_cmp(&number(right)?),
    }
}

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Int(number) => Some(*number as f64),
        Value::Float(number) => Some(*number),
        _ => None,
    }
}
