//! Functions of numbers.

use std::cmp::Ordering;

use super::{
    super::{
        Value,
        escape::text_of,
        expression::{self, order},
    },
    ArgumentType::{Any, Number, Whole},
    Arguments, Function,
    arguments::whole_float,
};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new(
        "int",
        &[("value", Any)],
        |with, _| match with.at(0)? {
            Value::Bool(truth) => Some(Value::Int((*truth).into())),
            value => toward(value, f64::trunc),
        },
        "a whole number from a text, a truth or a number, cut at the point",
    ),
    Function::new(
        "float",
        &[("value", Number)],
        |with, _| Some(Value::Float(with.float(0)?)),
        "the number that a text is written like",
    ),
    Function::new(
        "text",
        &[("value", Any)],
        |with, run| {
            let text = text_of(with.at(0)?)?;
            run.text(text)
        },
        "a value as text; lists and maps as JSON",
    ),
    Function::new(
        "round",
        &[("number", Number), ("digits", Whole)],
        |with, _| match with.whole_or(1, 0)? {
            0 => toward(with.at(0)?, f64::round),
            digits => Some(Value::Float(rounded(with.float(0)?, digits)?)),
        },
        "the nearest number with so many digits behind the point; none without",
    )
    .min_arguments(1),
    Function::new("floor", &[("number", Number)], |with, _| toward(with.at(0)?, f64::floor), "the whole number below"),
    Function::new("ceil", &[("number", Number)], |with, _| toward(with.at(0)?, f64::ceil), "the whole number above"),
    Function::new(
        "abs",
        &[("number", Number)],
        |with, _| match with.number(0)? {
            expression::Number::Int(number) => number.checked_abs().map(Value::Int),
            expression::Number::Float(number) => Some(Value::Float(number.abs())),
        },
        "the number without its sign",
    ),
    Function::new(
        "min",
        &[("values", Any)],
        |with, _| extreme(with, Ordering::is_lt),
        "the least of a list or of its arguments",
    )
    .repeats(),
    Function::new(
        "max",
        &[("values", Any)],
        |with, _| extreme(with, Ordering::is_gt),
        "the greatest of a list or of its arguments",
    )
    .repeats(),
];

/// A whole number; those beyond 64 bits have none.
fn toward(value: &Value, round: fn(f64) -> f64) -> Option<Value> {
    match expression::Number::of(value)? {
        expression::Number::Int(number) => Some(Value::Int(number)),
        expression::Number::Float(number) => whole_float(round(number)).map(Value::Int),
    }
}

/// Rounded to a power of ten; 15 digits are all that a float has.
pub(super) fn rounded(number: f64, digits: i64) -> Option<f64> {
    let power = 10_f64.powi(i32::try_from(digits.clamp(-15, 15)).ok()?);
    let scaled = number * power;
    Some(if scaled.is_finite() { scaled.round() / power } else { number })
}

fn extreme(with: &Arguments<'_, '_>, better: fn(Ordering) -> bool) -> Option<Value> {
    let values: Vec<&Value> = match with.at(0)? {
        Value::List(items) if with.count() == 1 => items.iter().collect(),
        _ => with.all().collect(),
    };
    let mut best = *values.first()?;
    for value in values {
        if better(order(value, best)?) {
            best = value;
        }
    }
    Some(best.clone())
}
