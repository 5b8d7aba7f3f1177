//! What operators do with values. What has no answer (dividing by zero, an overflow, a sum of lists and numbers) is null.

use std::cmp::Ordering;

use super::{
    super::{Value, escape::text_of},
    syntax::Operator,
};

/// A number, whole as long as it can be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::language) enum Number {
    Int(i64),
    Float(f64),
}

impl Number {
    /// The number that a value is; a text that is written like one counts.
    pub(in crate::language) fn of(value: &Value) -> Option<Self> {
        match value {
            Value::Int(number) => Some(Self::Int(*number)),
            Value::Float(number) => Some(Self::Float(*number)),
            Value::Text(text) => {
                let text = text.trim();
                // Words like `inf` and `nan` are names, not numbers.
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

    /// The value that it is; what is infinite or not a number is none.
    pub(in crate::language) fn value(self) -> Option<Value> {
        match self {
            Self::Int(number) => Some(Value::Int(number)),
            Self::Float(number) => number.is_finite().then_some(Value::Float(number)),
        }
    }
}

/// An operator on two values.
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
        // These three read their right side only if they must; here both are known.
        Operator::Default => Some(if *left == Value::Null { right.clone() } else { left.clone() }),
        Operator::Or => Some(Value::Bool(left.holds() || right.holds())),
        Operator::And => Some(Value::Bool(left.holds() && right.holds())),
        Operator::Subtract | Operator::Multiply | Operator::Divide | Operator::Remainder => {
            arithmetic(operator, Number::of(left)?, Number::of(right)?)?.value()
        }
    }
}

/// Numbers are added, lists appended, and a text joins with anything but null.
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

/// Whether two values are the same; numbers count by what they are worth, also against texts written like them.
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

/// Texts by their characters, all else by worth as numbers.
pub(in crate::language) fn order(left: &Value, right: &Value) -> Option<Ordering> {
    if let (Value::Text(left), Value::Text(right)) = (left, right) {
        return Some(left.cmp(right));
    }
    match (Number::of(left)?, Number::of(right)?) {
        (Number::Int(left), Number::Int(right)) => Some(left.cmp(&right)),
        (left, right) => left.float().partial_cmp(&right.float()),
    }
}

/// Whether a list has an item, a map a name, a text a part.
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
