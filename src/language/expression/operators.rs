//! Operators on values. An undefined result (division by zero, overflow, a list plus a number) is null.

use std::cmp::Ordering;

use super::{
    super::{Value, escape::text_of},
    syntax::Operator,
};

/// An integer as long as possible, else a float.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::language) enum Number {
    Int(i64),
    Float(f64),
}

impl Number {
    /// A value as a number; texts that are written like one count.
    pub(in crate::language) fn of(value: &Value) -> Option<Self> {
        match value {
            Value::Int(number) => Some(Self::Int(*number)),
            Value::Float(number) => Some(Self::Float(*number)),
            Value::Text(text) => {
                let text = text.trim();
                // `inf` and `nan` are names, not numbers.
                let numeric = text.bytes().all(|c| matches!(c, b'0'..=b'9' | b'.' | b'-' | b'+' | b'e' | b'E'));
                let float = || text.parse().ok().filter(|float: &f64| float.is_finite()).map(Self::Float);
                if numeric { text.parse().ok().map(Self::Int).or_else(float) } else { None }
            }
            _ => None,
        }
    }

    /// The number as a fraction.
    pub(in crate::language) fn float(self) -> f64 {
        match self {
            Self::Int(number) => number as f64,
            Self::Float(number) => number,
        }
    }

    /// The number as a value; None unless it is finite.
    pub(in crate::language) fn value(self) -> Option<Value> {
        match self {
            Self::Int(number) => Some(Value::Int(number)),
            Self::Float(number) => number.is_finite().then_some(Value::Float(number)),
        }
    }
}

/// Applies an operator to two values.
pub(super) fn applied(operator: Operator, left: &Value, right: &Value) -> Option<Value> {
    let ordered = |wanted: fn(Ordering) -> bool| Some(Value::Bool(order(left, right).is_some_and(wanted)));
    match operator {
        Operator::Equal => Some(Value::Bool(equal(left, right))),
        Operator::Unequal => Some(Value::Bool(!equal(left, right))),
        Operator::Less => ordered(Ordering::is_lt),
        Operator::LessOrEqual => ordered(Ordering::is_le),
        Operator::Greater => ordered(Ordering::is_gt),
        Operator::GreaterOrEqual => ordered(Ordering::is_ge),
        Operator::In => Some(Value::Bool(holds(right, left))),
        Operator::Add => add(left, right),
        // These three evaluate their right side lazily; here both are known.
        Operator::Default => Some(if *left == Value::Null { right.clone() } else { left.clone() }),
        Operator::Or => Some(Value::Bool(left.holds() || right.holds())),
        Operator::And => Some(Value::Bool(left.holds() && right.holds())),
        Operator::Subtract | Operator::Multiply | Operator::Divide | Operator::Remainder => {
            arithmetic(operator, Number::of(left)?, Number::of(right)?)?.value()
        }
    }
}

/// Adds numbers, appends lists, and joins a text with anything but null.
fn add(left: &Value, right: &Value) -> Option<Value> {
    match (left, right) {
        (Value::Text(_), _) | (_, Value::Text(_)) => {
            let (left, right) = (text_of(left)?, text_of(right)?);
            let mut joined = String::with_capacity(left.len() + right.len());
            joined.push_str(&left);
            joined.push_str(&right);
            Some(Value::Text(joined.into()))
        }
        (Value::List(left), Value::List(right)) => {
            Some(Value::List(left.iter().chain(right.iter()).cloned().collect()))
        }
        _ => arithmetic(Operator::Add, Number::of(left)?, Number::of(right)?)?.value(),
    }
}

fn arithmetic(operator: Operator, left: Number, right: Number) -> Option<Number> {
    if let (Number::Int(left), Number::Int(right)) = (left, right) {
        return match operator {
            Operator::Add => left.checked_add(right).map(Number::Int),
            Operator::Subtract => left.checked_sub(right).map(Number::Int),
            Operator::Multiply => left.checked_mul(right).map(Number::Int),
            Operator::Remainder => left.checked_rem(right).map(Number::Int),
            _ if left.checked_rem(right)? == 0 => left.checked_div(right).map(Number::Int),
            _ => Some(Number::Float(left as f64 / right as f64)),
        };
    }
    let (left, right) = (left.float(), right.float());
    Some(Number::Float(match operator {
        Operator::Add => left + right,
        Operator::Subtract => left - right,
        Operator::Multiply => left * right,
        Operator::Remainder => left % right,
        _ => left / right,
    }))
}

/// The same number with the other sign.
pub(super) fn negated(value: &Value) -> Option<Value> {
    arithmetic(Operator::Subtract, Number::Int(0), Number::of(value)?)?.value()
}

/// Whether two values are equal; numbers are compared by value, also with texts that are written like one.
pub(in crate::language) fn equal(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::List(left), Value::List(right)) => {
            left.len() == right.len() && left.iter().zip(right.iter()).all(|(left, right)| equal(left, right))
        }
        (Value::Map(left), Value::Map(_)) => {
            let entries = |map: &Value| if let Value::Map(entries) = map { entries.len() } else { 0 };
            left.len() == entries(right)
                && left.iter().all(|(name, value)| right.get(name).is_some_and(|other| equal(value, other)))
        }
        (Value::Int(_) | Value::Float(_), _) | (_, Value::Int(_) | Value::Float(_)) => {
            order(left, right).is_some_and(Ordering::is_eq)
        }
        _ => left == right,
    }
}

/// Compares texts by their characters, everything else as numbers.
pub(in crate::language) fn order(left: &Value, right: &Value) -> Option<Ordering> {
    if let (Value::Text(left), Value::Text(right)) = (left, right) {
        return Some(left.cmp(right));
    }
    match (Number::of(left)?, Number::of(right)?) {
        (Number::Int(left), Number::Int(right)) => Some(left.cmp(&right)),
        (left, right) => left.float().partial_cmp(&right.float()),
    }
}

/// Whether a list contains an item, a map a key, a text another text.
pub(in crate::language) fn holds(whole: &Value, part: &Value) -> bool {
    match whole {
        Value::List(items) => items.iter().any(|item| equal(item, part)),
        Value::Map(_) => text_of(part).is_some_and(|name| whole.get(&name).is_some()),
        Value::Text(text) => {
            text_of(part).is_some_and(|part| memchr::memmem::find(text.as_bytes(), part.as_bytes()).is_some())
        }
        _ => false,
    }
}
