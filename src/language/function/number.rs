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
        "a text, boolean or number as a whole number, truncated",
    ),
    Function::new("float", &[("value", Number)], |with, _| Some(Value::Float(with.float(0)?)), "a text as a number"),
    Function::new(
        "text",
        &[("value", Any)],
        |with, run| {
            let text = text_of(with.at(0)?)?;
            run.text(text)
        },
        "a value as text; lists and maps become JSON",
    ),
    Function::new(
        "round",
        &[("number", Number), ("digits", Whole)],
        |with, _| match with.whole_or(1, 0)? {
            0 => toward(with.at(0)?, f64::round),
            digits => Some(Value::Float(rounded(with.float(0)?, digits)?)),
        },
        "a number rounded to `digits` decimal places; 0 by default",
    )
    .min_arguments(1),
    Function::new(
        "floor",
        &[("number", Number)],
        |with, _| toward(with.at(0)?, f64::floor),
        "the largest whole number that is not greater",
    ),
    Function::new(
        "ceil",
        &[("number", Number)],
        |with, _| toward(with.at(0)?, f64::ceil),
        "the smallest whole number that is not less",
    ),
    Function::new(
        "abs",
        &[("number", Number)],
        |with, _| match with.number(0)? {
            expression::Number::Int(number) => number.checked_abs().map(Value::Int),
            expression::Number::Float(number) => Some(Value::Float(number.abs())),
        },
        "the absolute value",
    ),
    Function::new(
        "min",
        &[("values", Any)],
        |with, _| extreme(with, Ordering::is_lt),
        "the smallest item of a list, or of the arguments",
    )
    .repeats(),
    Function::new(
        "max",
        &[("values", Any)],
        |with, _| extreme(with, Ordering::is_gt),
        "the largest item of a list, or of the arguments",
    )
    .repeats(),
];

/// A rounded number; None beyond 64 bits.
fn toward(value: &Value, round: fn(f64) -> f64) -> Option<Value> {
    match expression::Number::of(value)? {
        expression::Number::Int(number) => Some(Value::Int(number)),
        expression::Number::Float(number) => whole_float(round(number)).map(Value::Int),
    }
}

/// Rounds to a power of ten; a float has at most 15 significant digits.
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
